package route53_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"
	"github.com/aws/smithy-go"

	"photogallery/internal/localcloud/fabric"
	"photogallery/internal/localcloud/route53"
)

const target = "web-1.us-east-1.elb.amazonaws.com"

// cloud is a zone Z1 of example.com, with a load balancer in the world whose zone is ZELB.
type cloud struct {
	*testing.T
	fabric  *fabric.Fabric
	service *route53.Service
	client  *sdk.Client
}

func inCloud(t *testing.T, test func(c cloud)) {
	synctest.Test(t, func(t *testing.T) {
		f := fabric.New(1)
		defer f.Close()
		c := cloud{T: t, fabric: f, client: sdk.NewFromConfig(f.Config())}
		c.service = route53.New(f, func(name string) (string, bool) { return "ZELB", name == target })
		f.Do(func() { c.service.AddZone("Z1", "example.com") })
		test(c)
	})
}

func alias(name, to, zone string) types.ResourceRecordSet {
	return types.ResourceRecordSet{Name: aws.String(name), Type: types.RRTypeA, AliasTarget: &types.AliasTarget{
		DNSName: aws.String(to), HostedZoneId: aws.String(zone),
	}}
}

func (c cloud) change(zone string, action types.ChangeAction, records ...types.ResourceRecordSet) error {
	batch := &types.ChangeBatch{}
	for _, record := range records {
		batch.Changes = append(batch.Changes, types.Change{Action: action, ResourceRecordSet: &record})
	}
	out, err := c.client.ChangeResourceRecordSets(context.Background(), &sdk.ChangeResourceRecordSetsInput{HostedZoneId: aws.String(zone), ChangeBatch: batch})
	if err == nil && out.ChangeInfo.Status != types.ChangeStatusPending {
		c.Errorf("a change is %s at once", out.ChangeInfo.Status)
	}
	return err
}

func (c cloud) names() (names []string) {
	c.fabric.Do(func() {
		for _, record := range c.service.Records("Z1") {
			names = append(names, *record.Name)
		}
	})
	return names
}

func codeOf(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return ""
}

func TestRecordIsPutReplacedAndDeleted(t *testing.T) {
	inCloud(t, func(c cloud) {
		first := alias("photos.example.com", target, "ZELB")
		for range 2 {
			if err := c.change("Z1", types.ChangeActionUpsert, first); err != nil {
				c.Fatal(err)
			}
		}
		if names := c.names(); !slices.Equal(names, []string{"photos.example.com."}) {
			c.Fatalf("got %v", names)
		}
		other := first
		other.AliasTarget = &types.AliasTarget{DNSName: aws.String(target), HostedZoneId: aws.String("ZELB"), EvaluateTargetHealth: true}
		for _, test := range []struct {
			record types.ResourceRecordSet
			want   string
		}{{other, "InvalidChangeBatch"}, {first, ""}, {first, "InvalidChangeBatch"}} {
			if err := c.change("Z1", types.ChangeActionDelete, test.record); codeOf(err) != test.want {
				c.Errorf("got %v, want %q", err, test.want)
			}
		}
	})
}

func weighted(record types.ResourceRecordSet, identifier string) types.ResourceRecordSet {
	record.SetIdentifier, record.Weight = aws.String(identifier), aws.Int64(1)
	return record
}

func TestWeightedRecordsStandBesideEachOtherAndBesideNoSimpleOne(t *testing.T) {
	inCloud(t, func(c cloud) {
		simple := alias("photos.example.com", target, "ZELB")
		for _, test := range []struct {
			action types.ChangeAction
			record types.ResourceRecordSet
			want   string
		}{
			{types.ChangeActionUpsert, weighted(simple, "a"), ""},
			{types.ChangeActionUpsert, weighted(simple, "a"), ""},
			{types.ChangeActionUpsert, weighted(simple, "b"), ""},
			{types.ChangeActionUpsert, simple, "InvalidChangeBatch"},
			{types.ChangeActionDelete, weighted(simple, "c"), "InvalidChangeBatch"},
			{types.ChangeActionDelete, weighted(simple, "a"), ""},
			{types.ChangeActionDelete, weighted(simple, "b"), ""},
			{types.ChangeActionUpsert, simple, ""},
			{types.ChangeActionUpsert, weighted(simple, "a"), "InvalidChangeBatch"},
		} {
			if err := c.change("Z1", test.action, test.record); codeOf(err) != test.want {
				c.Errorf("%s %v: got %v, want %q", test.action, test.record.SetIdentifier, err, test.want)
			}
		}
		if names := c.names(); len(names) != 1 {
			c.Errorf("there is %v", names)
		}
	})
}

func TestBatchWithABadChangeIsRefusedWhole(t *testing.T) {
	inCloud(t, func(c cloud) {
		good := alias("a.example.com", target, "ZELB")
		plain := types.ResourceRecordSet{Name: aws.String("a.example.com"), Type: types.RRTypeA, TTL: aws.Int64(60)}
		for name, test := range map[string]struct {
			zone   string
			record types.ResourceRecordSet
			want   string
		}{
			"no such zone":     {"Z2", good, "NoSuchHostedZone"},
			"another domain":   {"Z1", alias("a.example.org", target, "ZELB"), "InvalidChangeBatch"},
			"half a label":     {"Z1", alias("anexample.com", target, "ZELB"), "InvalidChangeBatch"},
			"no such target":   {"Z1", alias("b.example.com", "gone."+target, "ZELB"), "InvalidChangeBatch"},
			"the target's not": {"Z1", alias("b.example.com", target, "Z1"), "InvalidChangeBatch"},
			"no alias":         {"Z1", plain, "InvalidInput"},
		} {
			if err := c.change(test.zone, types.ChangeActionUpsert, good, test.record); codeOf(err) != test.want {
				c.Errorf("%s: got %v, want %s", name, err, test.want)
			}
		}
		if err := c.change("Z1", types.ChangeActionCreate, good); codeOf(err) != "InvalidInput" {
			c.Errorf("got %v", err)
		}
		if names := c.names(); len(names) != 0 {
			c.Errorf("there is %v", names)
		}
	})
}

func TestRecordsAreListedFromANameOn(t *testing.T) {
	inCloud(t, func(c cloud) {
		c.fabric.Do(func() {
			for _, name := range []string{"zoo.example.com", "example.com", "photos.example.com", "a.zoo.example.com"} {
				c.service.Add("Z1", types.ResourceRecordSet{Name: aws.String(name), Type: types.RRTypeA})
			}
			c.service.Add("Z1", types.ResourceRecordSet{Name: aws.String("photos.example.com"), Type: types.RRTypeTxt})
		})
		list := func(name string, kind types.RRType, most int32) string {
			in := &sdk.ListResourceRecordSetsInput{HostedZoneId: aws.String("Z1"), StartRecordType: kind}
			if name != "" {
				in.StartRecordName = aws.String(name)
			}
			if most > 0 {
				in.MaxItems = aws.Int32(most)
			}
			out, err := c.client.ListResourceRecordSets(context.Background(), in)
			if err != nil {
				return codeOf(err)
			}
			var found string
			for _, record := range out.ResourceRecordSets {
				found += *record.Name + string(record.Type) + " "
			}
			if out.IsTruncated {
				found += "then " + *out.NextRecordName
			}
			return found
		}
		for _, test := range []struct {
			name string
			kind types.RRType
			most int32
			want string
		}{
			{"", "", 0, "example.com.A photos.example.com.A photos.example.com.TXT zoo.example.com.A a.zoo.example.com.A "},
			{"photos.example.com", "A", 1, "photos.example.com.A then photos.example.com."},
			{"photos.example.com", "CNAME", 1, "photos.example.com.TXT then zoo.example.com."},
			{"nobody.example.com", "A", 1, "photos.example.com.A then photos.example.com."},
			{"zz.example.com", "A", 1, ""},
			{"", "A", 0, "InvalidInput"},
		} {
			if got := list(test.name, test.kind, test.most); got != test.want {
				c.Errorf("from %q %s: got %q, want %q", test.name, test.kind, got, test.want)
			}
		}
		if _, err := c.client.ListResourceRecordSets(context.Background(), &sdk.ListResourceRecordSetsInput{HostedZoneId: aws.String("Z2")}); codeOf(err) != "NoSuchHostedZone" {
			c.Errorf("got %v", err)
		}
	})
}
