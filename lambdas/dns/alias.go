// Package dns holds the step that points the gallery's domain to the load balancer, with an alias
// record in the stack's hosted zone.
package dns

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"

	"photogallery/lambdas/step"
)

// Lister is the part of the Route 53 client that Find uses.
type Lister interface {
	ListResourceRecordSets(context.Context, *route53.ListResourceRecordSetsInput, ...func(*route53.Options)) (*route53.ListResourceRecordSetsOutput, error)
}

// Changer is the part of the Route 53 client that Remove uses.
type Changer interface {
	ChangeResourceRecordSets(context.Context, *route53.ChangeResourceRecordSetsInput, ...func(*route53.Options)) (*route53.ChangeResourceRecordSetsOutput, error)
}

// DoorRecord is the SetIdentifier of the stack's own record, which leads the domain to the front door. Its
// weight is 0, so that Route 53 answers with it only while there is no other record.
// https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/routing-policy-weighted.html
const DoorRecord = "door"

// maxRecords is how many weighted records of one name and type there can be.
// https://docs.aws.amazon.com/Route53/latest/APIReference/API_ResourceRecordSet.html
const maxRecords = 100

// Find returns the domain's address record: the environment's, or else one that is not the front door's,
// or nil if there is none. Route 53 lists a change as soon as it has accepted it.
// https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListResourceRecordSets.html
func Find(ctx context.Context, api Lister, settings step.Settings) (found *types.ResourceRecordSet, err error) {
	out, err := api.ListResourceRecordSets(ctx, &route53.ListResourceRecordSetsInput{
		HostedZoneId: aws.String(settings.HostedZone), StartRecordName: aws.String(settings.Domain),
		StartRecordType: types.RRTypeA, MaxItems: aws.Int32(maxRecords),
	})
	if err != nil {
		return nil, err
	}
	// The list starts at the name, or at the next one if the name does not exist.
	for _, record := range out.ResourceRecordSets {
		if record.Type != types.RRTypeA || bare(record.Name) != settings.Domain {
			break
		}
		identifier := aws.ToString(record.SetIdentifier)
		if identifier != DoorRecord && (found == nil || identifier == settings.Environment.Name()) {
			found = &record
		}
	}
	return found, nil
}

// Target returns the name that an alias record points to, in lower case and without a final dot.
// For any other record it returns the values.
func Target(record types.ResourceRecordSet) string {
	if record.AliasTarget != nil {
		return bare(record.AliasTarget.DNSName)
	}
	var values []string
	for _, value := range record.ResourceRecords {
		values = append(values, aws.ToString(value.Value))
	}
	return strings.Join(values, ", ")
}

// Remove deletes the record with the values that were found: Route 53 refuses a deletion with other
// values.
func Remove(ctx context.Context, api Changer, settings step.Settings, record types.ResourceRecordSet) error {
	return change(ctx, api, settings, types.ChangeActionDelete, record)
}

func change(ctx context.Context, api Changer, settings step.Settings, action types.ChangeAction, record types.ResourceRecordSet) error {
	_, err := api.ChangeResourceRecordSets(ctx, &route53.ChangeResourceRecordSetsInput{
		HostedZoneId: aws.String(settings.HostedZone),
		ChangeBatch: &types.ChangeBatch{
			Comment: aws.String(settings.Environment.Name()),
			Changes: []types.Change{{Action: action, ResourceRecordSet: &record}},
		},
	})
	return err
}

func bare(name *string) string { return strings.TrimSuffix(strings.ToLower(aws.ToString(name)), ".") }
