// Package route53 is the embedded cloud's Route 53: hosted zones with records, without name
// servers.
// https://docs.aws.amazon.com/Route53/latest/APIReference/
package route53

import (
	"cmp"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"

	"photogallery/internal/localcloud/fabric"
)

// Service holds the hosted zones of one cloud. Its methods must be called under the fabric's lock.
type Service struct {
	fabric *fabric.Fabric
	target func(dnsName string) (zone string, ok bool)
	zones  map[string]*zone
}

type zone struct {
	name    string // with a dot at the end
	records []types.ResourceRecordSet
}

// New registers the operations. Target returns the hosted zone of a name that an alias may point
// to.
func New(f *fabric.Fabric, target func(dnsName string) (zone string, ok bool)) *Service {
	s := &Service{fabric: f, target: target, zones: map[string]*zone{}}
	fabric.Handle(f, route53.ServiceID, "ListResourceRecordSets", s.list)
	fabric.Handle(f, route53.ServiceID, "ChangeResourceRecordSets", s.change)
	return s
}

// AddZone adds a hosted zone of a domain.
func (s *Service) AddZone(id, domain string) { s.zones[id] = &zone{name: dotted(domain)} }

// Add adds a record to a zone as another user would. An unknown zone is ignored.
func (s *Service) Add(id string, record types.ResourceRecordSet) {
	if z := s.zones[id]; z != nil {
		z.records = append(z.records, normal(record))
	}
}

// Records lists a zone's records, or nil for an unknown zone.
func (s *Service) Records(id string) []types.ResourceRecordSet {
	if z := s.zones[id]; z != nil {
		return slices.Clone(z.records)
	}
	return nil
}

func noZone(id *string) error {
	return fabric.Errorf("NoSuchHostedZone", "No hosted zone found with ID: %s", aws.ToString(id))
}

// list starts at a name and type, in the order of the reversed labels, and includes pending
// changes. A weighted record follows those of its name and type that came before it.
// https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListResourceRecordSets.html
func (s *Service) list(in *route53.ListResourceRecordSetsInput) (*route53.ListResourceRecordSetsOutput, error) {
	z := s.zones[aws.ToString(in.HostedZoneId)]
	if z == nil {
		return nil, noZone(in.HostedZoneId)
	}
	if in.StartRecordType != "" && in.StartRecordName == nil {
		return nil, fabric.Errorf("InvalidInput", "a StartRecordType needs a StartRecordName")
	}
	most := int(cmp.Or(aws.ToInt32(in.MaxItems), 300))
	start := order(dotted(aws.ToString(in.StartRecordName)), in.StartRecordType)
	sorted := slices.SortedStableFunc(slices.Values(z.records), func(a, b types.ResourceRecordSet) int {
		return cmp.Compare(order(*a.Name, a.Type), order(*b.Name, b.Type))
	})
	sorted = slices.DeleteFunc(append([]types.ResourceRecordSet{}, sorted...), func(r types.ResourceRecordSet) bool {
		return in.StartRecordName != nil && order(*r.Name, r.Type) < start
	})
	out := &route53.ListResourceRecordSetsOutput{MaxItems: aws.Int32(int32(most)), ResourceRecordSets: sorted}
	if len(sorted) > most {
		out.ResourceRecordSets, out.IsTruncated = sorted[:most], true
		out.NextRecordName, out.NextRecordType = sorted[most].Name, sorted[most].Type
	}
	return out, nil
}

func order(name string, kind types.RRType) string {
	labels := strings.Split(strings.TrimSuffix(name, "."), ".")
	slices.Reverse(labels)
	return strings.Join(labels, ".") + ". " + string(kind)
}

// change applies all changes of a batch, or none.
// https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html
func (s *Service) change(in *route53.ChangeResourceRecordSetsInput) (*route53.ChangeResourceRecordSetsOutput, error) {
	z := s.zones[aws.ToString(in.HostedZoneId)]
	if z == nil {
		return nil, noZone(in.HostedZoneId)
	}
	records := slices.Clone(z.records)
	for _, change := range in.ChangeBatch.Changes {
		record := normal(*change.ResourceRecordSet)
		if err := s.check(z, record, change.Action); err != nil {
			return nil, err
		}
		at := slices.IndexFunc(records, func(known types.ResourceRecordSet) bool {
			return *known.Name == *record.Name && known.Type == record.Type && aws.ToString(known.SetIdentifier) == aws.ToString(record.SetIdentifier)
		})
		if at < 0 && change.Action == types.ChangeActionUpsert && hasOtherForm(records, record) {
			return nil, fabric.Errorf("InvalidChangeBatch", "[Tried to create resource record set [name='%s', type='%s', set identifier='%s'] but one with another routing policy has its name and type]",
				*record.Name, record.Type, aws.ToString(record.SetIdentifier))
		}
		switch {
		case change.Action == types.ChangeActionUpsert && at >= 0:
			records[at] = record
		case change.Action == types.ChangeActionUpsert:
			records = append(records, record)
		case change.Action != types.ChangeActionDelete:
			return nil, fabric.Errorf("InvalidInput", "the embedded cloud upserts and deletes records only")
		case at < 0:
			return nil, fabric.Errorf("InvalidChangeBatch", "[Tried to delete resource record set [name='%s', type='%s'] but it was not found]", *record.Name, record.Type)
		case !reflect.DeepEqual(records[at], record):
			return nil, fabric.Errorf("InvalidChangeBatch", "[Tried to delete resource record set [name='%s', type='%s'] but the values provided do not match the current values]", *record.Name, record.Type)
		default:
			records = slices.Delete(records, at, at+1)
		}
	}
	z.records = records
	return &route53.ChangeResourceRecordSetsOutput{ChangeInfo: &types.ChangeInfo{
		Id: aws.String(s.fabric.ID("/change/C")), Status: types.ChangeStatusPending, SubmittedAt: aws.Time(time.Now().UTC()),
	}}, nil
}

// hasOtherForm reports whether a simple record stands where a weighted one is to be, or the other way round.
// https://docs.aws.amazon.com/Route53/latest/APIReference/API_ResourceRecordSet.html
func hasOtherForm(records []types.ResourceRecordSet, record types.ResourceRecordSet) bool {
	return slices.ContainsFunc(records, func(known types.ResourceRecordSet) bool {
		return *known.Name == *record.Name && known.Type == record.Type && (known.Weight == nil) != (record.Weight == nil)
	})
}

// check requires an alias in the zone, simple or weighted, whose target exists unless it is deleted.
func (s *Service) check(z *zone, record types.ResourceRecordSet, action types.ChangeAction) error {
	if *record.Name != z.name && !strings.HasSuffix(*record.Name, "."+z.name) {
		return fabric.Errorf("InvalidChangeBatch", "[RRSet with DNS name %s is not permitted in zone %s]", *record.Name, z.name)
	}
	if record.Type != types.RRTypeA || record.AliasTarget == nil || record.TTL != nil || record.ResourceRecords != nil || (record.SetIdentifier == nil) != (record.Weight == nil) {
		return fabric.Errorf("InvalidInput", "the embedded cloud changes simple and weighted alias records of type A only")
	}
	to := record.AliasTarget
	if action == types.ChangeActionDelete {
		return nil
	}
	if zone, ok := s.target(strings.TrimSuffix(*to.DNSName, ".")); !ok || zone != aws.ToString(to.HostedZoneId) {
		return fabric.Errorf("InvalidChangeBatch", "[Tried to create an alias that targets %s, type A in zone %s, but the alias target name does not lie within the target zone]",
			*to.DNSName, aws.ToString(to.HostedZoneId))
	}
	return nil
}

// normal returns a record as Route 53 does: names in lower case, with a final dot.
func normal(record types.ResourceRecordSet) types.ResourceRecordSet {
	record.Name = aws.String(dotted(aws.ToString(record.Name)))
	if to := record.AliasTarget; to != nil {
		copied := *to
		copied.DNSName = aws.String(dotted(aws.ToString(to.DNSName)))
		record.AliasTarget = &copied
	}
	return record
}

func dotted(name string) string { return strings.TrimSuffix(strings.ToLower(name), ".") + "." }
