package quotas_test

import (
	"errors"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas/types"

	"photogallery/internal/localcloud/fabric"
	"photogallery/internal/localcloud/quotas"
)

type limit int

func (l limit) VCPULimit() int { return int(l) }

func TestQuotaIsTheOneThatEC2Enforces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := fabric.New(1)
		defer f.Close()
		quotas.New(f, limit(5))
		client := servicequotas.NewFromConfig(f.Config())
		in := &servicequotas.GetServiceQuotaInput{ServiceCode: aws.String("ec2"), QuotaCode: aws.String("L-1216C47A")}
		out, err := client.GetServiceQuota(t.Context(), in)
		if err != nil || aws.ToFloat64(out.Quota.Value) != 5 {
			t.Errorf("got %v, %v", out, err)
		}
		in.QuotaCode = aws.String("L-0")
		_, err = client.GetServiceQuota(t.Context(), in)
		var missing *types.NoSuchResourceException
		if !errors.As(err, &missing) {
			t.Errorf("got %v, want NoSuchResourceException", err)
		}
	})
}
