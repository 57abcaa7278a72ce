package ssm_test

import (
	"errors"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsssm "github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"photogallery/internal/localcloud/fabric"
	"photogallery/internal/localcloud/ssm"
)

func TestParameterIsReadByName(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := fabric.New(1)
		defer f.Close()
		service := ssm.New(f)
		f.Do(func() { service.Set("/aws/service/base", "ami-1") })
		client := awsssm.NewFromConfig(f.Config())
		out, err := client.GetParameter(t.Context(), &awsssm.GetParameterInput{Name: aws.String("/aws/service/base")})
		if err != nil || aws.ToString(out.Parameter.Value) != "ami-1" {
			t.Errorf("got %v, %v", out, err)
		}
		_, err = client.GetParameter(t.Context(), &awsssm.GetParameterInput{Name: aws.String("/none")})
		var missing *types.ParameterNotFound
		if !errors.As(err, &missing) {
			t.Errorf("got %v, want ParameterNotFound", err)
		}
	})
}
