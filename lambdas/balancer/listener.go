package balancer

import (
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"photogallery/release"
)

const (
	httpPort  = 80
	httpsPort = 443
)

// securityPolicy is the policy that AWS recommends: TLS 1.2 and 1.3, with forward secrecy. The
// default of a listener that is not made in the console allows TLS 1.0.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html
const securityPolicy = "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"

// plain returns the listener without a domain.
func (e ensureListener) plain(slot release.Slot) types.Listener {
	return types.Listener{Port: aws.Int32(httpPort), Protocol: types.ProtocolEnumHttp, DefaultActions: []types.Action{ForwardTo(e.settings, slot)}}
}

// secure returns the listener of the domain.
func (e ensureListener) secure(slot release.Slot) types.Listener {
	return types.Listener{
		Port: aws.Int32(httpsPort), Protocol: types.ProtocolEnumHttps, DefaultActions: []types.Action{ForwardTo(e.settings, slot)},
		SslPolicy: aws.String(securityPolicy), Certificates: []types.Certificate{{CertificateArn: aws.String(e.settings.Certificate)}},
	}
}

// redirect redirects to the domain whatever host was asked for, because the certificate covers no
// other. The path and query are kept by default.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RedirectActionConfig.html
func (e ensureListener) redirect() types.Listener {
	return types.Listener{Port: aws.Int32(httpPort), Protocol: types.ProtocolEnumHttp, DefaultActions: []types.Action{{
		Type: types.ActionTypeEnumRedirect,
		RedirectConfig: &types.RedirectActionConfig{
			StatusCode: types.RedirectActionStatusCodeEnumHttp301, Protocol: aws.String(string(types.ProtocolEnumHttps)),
			Host: aws.String(e.settings.Domain), Port: aws.String(strconv.Itoa(httpsPort)),
		},
	}}}
}
