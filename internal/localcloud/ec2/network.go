package ec2

// The network's zones and interfaces are the stack's and the load balancer's; EC2 describes them.

type subnet struct{ id, zone string }

type networkInterface struct{ id, description string }

// AddSubnet puts a subnet into a zone.
func (s *Service) AddSubnet(id, zone string) { s.subnets = append(s.subnets, subnet{id, zone}) }

// Subnet gives a subnet's zone.
func (s *Service) Subnet(id string) (zone string, ok bool) {
	for _, known := range s.subnets {
		if known.id == id {
			return known.zone, true
		}
	}
	return "", false
}

// AddInterface makes a network interface and gives its ID.
func (s *Service) AddInterface(description string) (id string) {
	id = s.fabric.ID("eni")
	s.interfaces = append(s.interfaces, &networkInterface{id, description})
	return id
}

// RemoveInterface removes a network interface; one that is gone already is no error.
func (s *Service) RemoveInterface(id string) {
	for _, known := range s.interfaces {
		if known.id == id {
			s.interfaces = without(s.interfaces, known)
			return
		}
	}
}
