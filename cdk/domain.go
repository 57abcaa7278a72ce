package cdk

import (
	acm "github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsroute53"
	"github.com/aws/jsii-runtime-go"
)

// domain is the gallery's own domain. The listeners and the alias belong to the load balancer,
// which a release makes; only the certificate stays.
type domain struct {
	certificate acm.Certificate // nil without the option
}

func (s *stack) addDomain() {
	if s.options.Domain == "" {
		return
	}
	zone := awsroute53.HostedZone_FromHostedZoneId(s.scope, jsii.String("Zone"), jsii.String(s.options.HostedZone))
	s.domain.certificate = acm.NewCertificate(s.scope, jsii.String("Certificate"), &acm.CertificateProps{
		DomainName: jsii.String(s.options.Domain),
		Validation: acm.CertificateValidation_FromDns(zone),
	})
}
