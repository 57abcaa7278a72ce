package elb_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/aws/smithy-go"

	"photogallery/internal/localcloud/cloudwatch"
	"photogallery/internal/localcloud/ec2"
	"photogallery/internal/localcloud/elb"
	"photogallery/internal/localcloud/fabric"
	"photogallery/internal/localcloud/machine"
)

// cloud is a load balancing service with a real client, a real CloudWatch and a small EC2, in
// virtual time.
type cloud struct {
	*testing.T
	fabric  *fabric.Fabric
	service *elb.Service
	metrics *cloudwatch.Service
	network *network
	client  *elbv2.Client
	group   string // ARN of a target group
}

func inCloud(t *testing.T, test func(c cloud)) {
	synctest.Test(t, func(t *testing.T) {
		f := fabric.New(1)
		defer f.Close()
		c := cloud{T: t, fabric: f, metrics: cloudwatch.New(f), network: newNetwork(), client: elbv2.NewFromConfig(f.Config())}
		c.service = elb.New(f, c.network, c.metrics)
		f.Do(func() {
			c.group = c.service.AddTargetGroup("web", "/healthz")
			c.service.Configure(c.group, elb.Settings{
				Interval: 15 * time.Second, HealthyThreshold: 2, UnhealthyThreshold: 2, DeregistrationDelay: 30 * time.Second,
			})
		})
		test(c)
	})
}

// network keeps instances, subnets and network interfaces.
type network struct {
	instances  map[string]ec2.Instance
	subnets    map[string]string
	interfaces map[string]string
	made       int
}

func newNetwork() *network {
	return &network{
		instances: map[string]ec2.Instance{}, interfaces: map[string]string{},
		subnets: map[string]string{"subnet-a": "us-east-1a", "subnet-b": "us-east-1b", "subnet-b2": "us-east-1b", "subnet-c": "us-east-1c"},
	}
}

func (n *network) Instance(id string) (ec2.Instance, bool) { i, ok := n.instances[id]; return i, ok }
func (n *network) Subnet(id string) (string, bool)         { zone, ok := n.subnets[id]; return zone, ok }
func (n *network) RemoveInterface(id string)               { delete(n.interfaces, id) }
func (n *network) AddInterface(description string) string {
	n.made++
	id := "eni-" + string(rune('0'+n.made))
	n.interfaces[id] = description
	return id
}

// server is a machine whose answers a test decides.
type server struct {
	mu     sync.Mutex
	status int           // 0: nothing listens
	delay  time.Duration // of each answer
	served int           // requests other than health checks
	errors bool          // simulated requests get errors
	seen   *http.Request // the last one of them
}

func (s *server) CPU() float64 { return 0 }
func (s *server) Stop()        {}
func (s *server) Kill()        {}

func (s *server) set(status int, delay time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.status, s.delay = status, delay
}

func (s *server) Serve(requests int) machine.Served {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.served += requests
	answers := machine.Served{Answered: requests, Each: time.Second}
	if s.errors {
		answers.Failed = requests
	}
	return answers
}

func (s *server) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.served
}

func (s *server) RoundTrip(request *http.Request) (*http.Response, error) {
	s.mu.Lock()
	status, delay := s.status, s.delay
	if request.URL.Path != "/healthz" {
		s.served++
		s.seen = request
	}
	s.mu.Unlock()
	select {
	case <-time.After(delay):
	case <-request.Context().Done():
		return nil, request.Context().Err()
	}
	if status == 0 {
		return nil, errors.New("connection refused")
	}
	return &http.Response{
		StatusCode: status, Header: http.Header{}, Request: request,
		Body: io.NopCloser(strings.NewReader(request.URL.Path)),
	}, nil
}

// launch makes a running instance that answers 200, and registers it.
func (c cloud) launch(id, zone string) *server { return c.launchInto(c.group, id, zone) }

func (c cloud) launchInto(group, id, zone string) *server {
	s := &server{status: http.StatusOK}
	c.fabric.Do(func() {
		c.network.instances[id] = ec2.Instance{ID: id, State: ec2.Running, Zone: zone, Machine: s}
		c.service.Register(group, id)
	})
	return s
}

// second makes another target group like the first.
func (c cloud) second() (group string) {
	c.fabric.Do(func() {
		group = c.service.AddTargetGroup("green", "/healthz")
		c.service.Configure(group, elb.Settings{
			Interval: 15 * time.Second, HealthyThreshold: 2, UnhealthyThreshold: 2, DeregistrationDelay: 30 * time.Second,
		})
	})
	return group
}

func request() *elbv2.CreateLoadBalancerInput {
	return &elbv2.CreateLoadBalancerInput{
		Name: aws.String("web"), Subnets: []string{"subnet-a", "subnet-b"}, SecurityGroups: []string{"sg-1"},
		Tags: []types.Tag{{Key: aws.String("photogallery:environment"), Value: aws.String("main")}},
	}
}

func (c cloud) create() types.LoadBalancer {
	c.Helper()
	out, err := c.client.CreateLoadBalancer(c.Context(), request())
	if err != nil {
		c.Fatal(err)
	}
	return out.LoadBalancers[0]
}

func (c cloud) listen(balancer types.LoadBalancer) types.Listener {
	c.Helper()
	out, err := c.client.CreateListener(c.Context(), forwardTo(balancer, c.group))
	if err != nil {
		c.Fatal(err)
	}
	return out.Listeners[0]
}

func forwardTo(balancer types.LoadBalancer, group string) *elbv2.CreateListenerInput {
	return &elbv2.CreateListenerInput{
		LoadBalancerArn: balancer.LoadBalancerArn, Port: aws.Int32(80), Protocol: types.ProtocolEnumHttp,
		DefaultActions: []types.Action{{Type: types.ActionTypeEnumForward, TargetGroupArn: aws.String(group)}},
	}
}

// open makes an active load balancer in front of the target group.
func (c cloud) open() types.LoadBalancer {
	c.Helper()
	balancer := c.create()
	c.listen(balancer)
	c.wait(2 * time.Minute)
	return balancer
}

func (c cloud) wait(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func (c cloud) health() map[string]types.TargetHealth { return c.healthOf(c.group) }

func (c cloud) healthOf(group string) map[string]types.TargetHealth {
	c.Helper()
	out, err := c.client.DescribeTargetHealth(c.Context(), &elbv2.DescribeTargetHealthInput{TargetGroupArn: aws.String(group)})
	if err != nil {
		c.Fatal(err)
	}
	health := map[string]types.TargetHealth{}
	for _, described := range out.TargetHealthDescriptions {
		health[*described.Target.Id] = *described.TargetHealth
	}
	return health
}

func (c cloud) wantHealth(instance, state, reason string) {
	c.Helper()
	got := c.health()[instance]
	if string(got.State) != state || string(got.Reason) != reason {
		c.Errorf("%s is %q (%s %s), want %q (%s)", instance, got.State, got.Reason, aws.ToString(got.Description), state, reason)
	}
	if (got.Description == nil) != (reason == "") {
		c.Errorf("%s is described by %q", instance, aws.ToString(got.Description))
	}
}

// get asks through the load balancer, with a header or none, and gives the status.
func (c cloud) get(balancer types.LoadBalancer, header ...string) int {
	c.Helper()
	request, err := http.NewRequestWithContext(c.Context(), http.MethodGet, "http://"+*balancer.DNSName+"/", nil)
	if err != nil {
		c.Fatal(err)
	}
	if len(header) == 2 {
		request.Header.Set(header[0], header[1])
	}
	response, err := c.service.Transport().RoundTrip(request)
	if err != nil {
		c.Fatal(err)
	}
	if err := response.Body.Close(); err != nil {
		c.Error(err)
	}
	return response.StatusCode
}

func codeOf(err error) string {
	var answered smithy.APIError
	if errors.As(err, &answered) {
		return answered.ErrorCode()
	}
	return ""
}

func (c cloud) series(name string, balancer *types.LoadBalancer, withGroup bool) (points []cloudwatch.Point) {
	group := ""
	if withGroup {
		group = c.group
	}
	return c.seriesOf(name, balancer, group)
}

func (c cloud) seriesOf(name string, balancer *types.LoadBalancer, group string) (points []cloudwatch.Point) {
	c.fabric.Do(func() {
		points = c.metrics.Series(cloudwatch.Metric{
			Namespace: "AWS/ApplicationELB", Name: name, Dimensions: dimensionsOf(balancer, group),
		}, time.Now().Add(-24*time.Hour))
	})
	return points
}
