package ministack

import (
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"photogallery/conformance/emulator"
)

func TestFrontKeepsWeights(t *testing.T) {
	listener := func(arn string) string {
		return "<member><ListenerArn>" + arn + "</ListenerArn><DefaultActions><member><Type>forward</Type></member></DefaultActions></member>"
	}
	front := httptest.NewServer(&Server{forward: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := r.FormValue("Action")
		_, _ = io.WriteString(w, "<"+name+"Response><"+name+"Result><Listeners>"+listener("one")+listener("two")+"</Listeners></"+name+"Result></"+name+"Response>")
	})})
	defer front.Close()
	client := elb.NewFromConfig(emulator.Config(front.URL))
	for _, change := range []struct {
		action types.Action
		want   map[string]int32
	}{
		{types.Action{Type: types.ActionTypeEnumForward, ForwardConfig: &types.ForwardActionConfig{TargetGroups: []types.TargetGroupTuple{
			{TargetGroupArn: aws.String("blue"), Weight: aws.Int32(0)}, {TargetGroupArn: aws.String("green"), Weight: aws.Int32(100)},
		}}}, map[string]int32{"blue": 0, "green": 100}},
		{types.Action{Type: types.ActionTypeEnumForward, TargetGroupArn: aws.String("green")}, map[string]int32{}},
	} {
		if _, err := client.ModifyListener(t.Context(), &elb.ModifyListenerInput{ListenerArn: aws.String("two"), DefaultActions: []types.Action{change.action}}); err != nil {
			t.Fatal(err)
		}
		out, err := client.DescribeListeners(t.Context(), &elb.DescribeListenersInput{LoadBalancerArn: aws.String("any")})
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range []map[string]int32{{}, change.want} {
			found := map[string]int32{}
			if config := out.Listeners[i].DefaultActions[0].ForwardConfig; config != nil {
				for _, group := range config.TargetGroups {
					found[*group.TargetGroupArn] = *group.Weight
				}
			}
			if !maps.Equal(found, want) {
				t.Errorf("listener %s has %v, want %v", *out.Listeners[i].ListenerArn, found, want)
			}
		}
	}
}
