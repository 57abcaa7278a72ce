package ec2

// The subnets belong to the stack and the interfaces to the load balancer; EC2 only describes them.

// VPC is the ID of the one VPC, which all subnets are in.
const VPC = "vpc-0123456789abcdef0"

type subnet struct{ id, zone string }

type networkInterface struct{ id, description string }

// AddSubnet puts a subnet into a zone.
func (s *Service) AddSubnet(id, zone string) { s.subnets = append(s.subnets, subnet{id, zone}) }

// Subnet returns a subnet's zone.
func (s *Service) Subnet(id string) (zone string, ok bool) {
	for _, known := range s.subnets {
		if known.id == id {
			return known.zone, true
		}
	}
	return "", false
}

// AddInterface adds a network interface and returns its ID.
func (s *Service) AddInterface(description string) (id string) {
	id = s.fabric.ID("eni")
	s.interfaces = append(s.interfaces, &networkInterface{id, description})
	return id
}

// RemoveInterface removes a network interface if it exists.
func (s *Service) RemoveInterface(id string) {
	for _, known := range s.interfaces {
		if known.id == id {
			s.interfaces = without(s.interfaces, known)
			return
		}
	}
}
