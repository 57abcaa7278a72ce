package step

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/route53"
)

// Route53 is the client of Route 53 with the operations that are called, and those alone; see Clients.
type Route53 route53.Client

// ChangeResourceRecordSets calls the operation of this name.
func (c *Route53) ChangeResourceRecordSets(ctx context.Context, in *route53.ChangeResourceRecordSetsInput, options ...func(*route53.Options)) (*route53.ChangeResourceRecordSetsOutput, error) {
	return (*route53.Client)(c).ChangeResourceRecordSets(ctx, in, options...)
}

// ListResourceRecordSets calls the operation of this name.
func (c *Route53) ListResourceRecordSets(ctx context.Context, in *route53.ListResourceRecordSetsInput, options ...func(*route53.Options)) (*route53.ListResourceRecordSetsOutput, error) {
	return (*route53.Client)(c).ListResourceRecordSets(ctx, in, options...)
}
