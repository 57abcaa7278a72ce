package elb

import (
	"net/http"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"photogallery/internal/localcloud/fabric"
)

// checkRedirect allows only a redirect of the unchanged path and query to HTTPS, on any host.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RedirectActionConfig.html
func checkRedirect(to types.RedirectActionConfig) error {
	keeps := func(part *string, keyword string) bool { return part == nil || *part == keyword }
	permanent := slices.Contains([]types.RedirectActionStatusCodeEnum{types.RedirectActionStatusCodeEnumHttp301, types.RedirectActionStatusCodeEnumHttp302}, to.StatusCode)
	if !permanent || aws.ToString(to.Protocol) != "HTTPS" || aws.ToString(to.Port) != "443" || !keeps(to.Path, "/#{path}") || !keeps(to.Query, "#{query}") {
		return fabric.Errorf("InvalidLoadBalancerAction", "the embedded cloud redirects to HTTPS on port 443 with HTTP_301 or HTTP_302, with path and query as they are")
	}
	return nil
}

// redirected answers a request with a redirect.
func redirected(request *http.Request, to types.RedirectActionConfig) *http.Response {
	status := http.StatusMovedPermanently
	if to.StatusCode == types.RedirectActionStatusCodeEnumHttp302 {
		status = http.StatusFound
	}
	asked := request.Host
	if asked == "" {
		asked = request.URL.Host
	}
	asked, _, _ = strings.Cut(asked, ":")
	host := asked
	if to.Host != nil {
		host = strings.ReplaceAll(*to.Host, "#{host}", asked)
	}
	answer := ownAnswer(request, status)
	answer.Header.Set("Location", "https://"+host+":443"+request.URL.RequestURI())
	return answer
}
