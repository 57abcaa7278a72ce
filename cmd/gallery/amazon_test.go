package main

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	dynamodbtypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"photogallery/internal/localcloud/machine"
	"photogallery/internal/stack"
)

// amazon is AWS on a socket, as far as commands with --stack ask for it: an embedded cloud whose
// machines are simulated and whose minutes pass in a tenth of a second, in AWS's own protocols.
type amazon struct {
	*testing.T
	*stack.Stack
	url string

	mu      sync.Mutex
	outputs map[string]string // of the stack photogallery-main
	objects map[string]string // by bucket/key
	puts    []string          // what was put, by bucket/key
	events  []logEvent
	refusal map[string]string // an operation's error code
}

type logEvent struct {
	ID     string `json:"eventId"`
	Stream string `json:"logStreamName"`
	Text   string `json:"message"`
	At     int64  `json:"timestamp"`
}

const (
	deployedStack = "photogallery-main"
	s3Object      = "S3's objects" // as refuse names all that is done with them
)

// onAmazon has the SDK's standard chain lead to an amazon of the test's own.
func onAmazon(t *testing.T) *amazon {
	t.Helper()
	deployed, err := stack.New(stack.Options{Environment: "main", Pace: 600, Kind: machine.NewSimulated(nil)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(deployed.Close)
	a := &amazon{T: t, Stack: deployed, objects: map[string]string{}, refusal: map[string]string{}}
	a.outputs = map[string]string{
		"Environment": "main", "ReleaseStateMachineArn": a.Settings.ReleaseMachine, "TeardownStateMachineArn": a.Settings.TeardownMachine,
		"PhotoBucketName": a.Settings.Bucket, "BundleBucketName": a.Settings.Bucket, "TableName": a.Settings.Table,
		"UploadKeyLocation": "s3://" + a.Settings.Bucket + "/upload-key/key", "InstanceLogGroupName": "/photogallery/main/instances",
	}
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	a.url = server.URL
	signedIn(t)
	t.Setenv("AWS_ENDPOINT_URL", a.url)
	return a
}

// signedIn has credentials and a region, and nothing of the person's own configuration.
func signedIn(t *testing.T) {
	t.Helper()
	none := filepath.Join(t.TempDir(), "none")
	for name, value := range map[string]string{
		"AWS_CONFIG_FILE": none, "AWS_SHARED_CREDENTIALS_FILE": none, "AWS_PROFILE": "", "AWS_EC2_METADATA_DISABLED": "true",
		"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "", "AWS_REGION": "us-east-1",
		"AWS_MAX_ATTEMPTS": "1", stackVariable: "",
	} {
		t.Setenv(name, value)
	}
}

// ServeHTTP tells the protocols apart as AWS's services do.
func (a *amazon) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !strings.Contains(r.Header.Get("Authorization"), "Credential=AKIDEXAMPLE/") {
		a.Errorf("%s %s is not signed", r.Method, r.URL)
	}
	target := r.Header.Get("X-Amz-Target")
	switch {
	case strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded"):
		a.query(w, r)
	case a.refuses(target):
		w.Header().Set("Content-Type", r.Header.Get("Content-Type"))
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(w, `{"__type": %q, "message": "no"}`, a.refusal[target])
	case strings.HasPrefix(target, "AWSStepFunctions."):
		a.Cloud.StepFunctions.Handler().ServeHTTP(w, r)
	case strings.HasPrefix(target, "AWSEvents."):
		a.Cloud.EventBridge.Handler().ServeHTTP(w, r)
	case target == "Logs_20140328.FilterLogEvents":
		a.filterLogEvents(w, r)
	case target == "DynamoDB_20120810.GetItem":
		a.getItem(w, r)
	case target == "DynamoDB_20120810.PutItem":
		a.putItem(w, r)
	case strings.HasPrefix(r.URL.Path, "/schedules"):
		a.schedule(w, r)
	case target == "":
		a.object(w, r)
	default:
		a.Errorf("nobody expects %s", target)
	}
}

// schedule lists the stack's nightly teardown, and describes it.
// https://docs.aws.amazon.com/scheduler/latest/APIReference/API_ListSchedules.html
func (a *amazon) schedule(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	if r.URL.Path == "/schedules" {
		fmt.Fprintf(w, `{"Schedules": [{"Name": "photogallery-main-nightly", "GroupName": "photogallery-main", "State": "ENABLED", "Target": {"Arn": %q}}]}`, a.Settings.TeardownMachine)
		return
	}
	fmt.Fprint(w, `{"Name": "photogallery-main-nightly", "ScheduleExpression": "cron(0 20 * * ? *)", "ScheduleExpressionTimezone": "UTC"}`)
}

func (a *amazon) refuses(operation string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.refusal[operation] != ""
}

// refuse has an operation answer with the error code from now on.
func (a *amazon) refuse(operation, code string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.refusal[operation] = code
}

// query serves the protocols of CloudFormation, Elastic Load Balancing and EC2.
// https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
func (a *amazon) query(w http.ResponseWriter, r *http.Request) {
	operation := r.FormValue("Action")
	answers := map[string]func(*http.Request) (string, error){
		"DescribeStacks": a.describeStacks, "DescribeLoadBalancers": a.describeLoadBalancers, "DescribeInstances": a.describeInstances,
		"DescribeImages": a.describeImages,
	}
	answer, known := answers[operation]
	if !known {
		a.Errorf("nobody expects %s", operation)
		answer = func(*http.Request) (string, error) { return "", errors.New("InvalidAction") }
	}
	body, err := answer(r)
	if a.refuses(operation) {
		err = errors.New(a.refusal[operation])
	}
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(w, "<ErrorResponse><Error><Code>%s</Code><Message>no</Message></Error></ErrorResponse>", err)
		return
	}
	fmt.Fprintf(w, "<%[1]sResponse>%[2]s</%[1]sResponse>", operation, body)
}

func (a *amazon) describeStacks(r *http.Request) (string, error) {
	if name := r.FormValue("StackName"); name != "" && name != deployedStack {
		return "", errors.New("ValidationError")
	}
	var outputs strings.Builder
	for name, value := range a.outputs {
		fmt.Fprintf(&outputs, "<member><OutputKey>%s</OutputKey><OutputValue>%s</OutputValue></member>", name, value)
	}
	return fmt.Sprintf(`<DescribeStacksResult><Stacks><member><StackName>%s</StackName><StackStatus>CREATE_COMPLETE</StackStatus>
		<CreationTime>2026-11-25T09:00:00Z</CreationTime><Outputs>%s</Outputs></member></Stacks></DescribeStacksResult>`, deployedStack, &outputs), nil
}

func (a *amazon) describeLoadBalancers(r *http.Request) (string, error) {
	host, state := "", ""
	a.Cloud.Fabric.Do(func() { host, state = a.Cloud.ELB.State(r.FormValue("Names.member.1")) })
	if state == "" {
		return "", errors.New("LoadBalancerNotFound")
	}
	return fmt.Sprintf(`<DescribeLoadBalancersResult><LoadBalancers><member><DNSName>%s</DNSName><State><Code>%s</Code></State>
		</member></LoadBalancers></DescribeLoadBalancersResult>`, host, state), nil
}

func tagsOf(tags map[string]string) string {
	var items strings.Builder
	for key, value := range tags {
		fmt.Fprintf(&items, "<item><key>%s</key><value>%s</value></item>", key, value)
	}
	return items.String()
}

func (a *amazon) describeInstances(*http.Request) (string, error) {
	var items strings.Builder
	a.Cloud.Fabric.Do(func() {
		for _, i := range a.Cloud.EC2.Instances() {
			if i.State == "running" {
				fmt.Fprintf(&items, "<item><instanceId>%s</instanceId><instanceState><name>running</name></instanceState><tagSet>%s</tagSet></item>", i.ID, tagsOf(i.Tags))
			}
		}
	})
	return fmt.Sprintf("<reservationSet><item><instancesSet>%s</instancesSet></item></reservationSet>", &items), nil
}

// describeImages lists the images of releases, or the one that is asked for.
func (a *amazon) describeImages(r *http.Request) (string, error) {
	out, err := a.Clients.EC2.DescribeImages(a.Context(), &ec2.DescribeImagesInput{Owners: []string{"self"}})
	if err != nil {
		return "", err
	}
	var items strings.Builder
	for _, image := range out.Images {
		if asked := r.FormValue("ImageId.1"); asked != "" && asked != *image.ImageId {
			continue
		}
		tags := map[string]string{}
		for _, tag := range image.Tags {
			tags[*tag.Key] = *tag.Value
		}
		fmt.Fprintf(&items, "<item><imageId>%s</imageId><imageState>%s</imageState><creationDate>%s</creationDate><tagSet>%s</tagSet></item>",
			*image.ImageId, image.State, *image.CreationDate, tagsOf(tags))
	}
	return fmt.Sprintf("<imagesSet>%s</imagesSet>", &items), nil
}

// getItem answers with an item's strings, which are all that is read.
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_GetItem.html
func (a *amazon) getItem(w http.ResponseWriter, r *http.Request) {
	var in struct{ Key map[string]struct{ S string } }
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		a.Error(err)
	}
	out, err := a.Clients.DynamoDB.GetItem(a.Context(), &dynamodb.GetItemInput{
		TableName: &a.Settings.Table, ConsistentRead: new(true), Key: map[string]dynamodbtypes.AttributeValue{"pk": &dynamodbtypes.AttributeValueMemberS{Value: in.Key["pk"].S}},
	})
	if err != nil {
		a.Error(err)
		return
	}
	item := map[string]any{}
	for name, value := range out.Item {
		if text, isText := value.(*dynamodbtypes.AttributeValueMemberS); isText {
			item[name] = map[string]string{"S": text.Value}
		}
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	if err := json.NewEncoder(w).Encode(map[string]any{"Item": item}); err != nil {
		a.Error(err)
	}
}

// putItem writes an item of strings under its condition.
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutItem.html
func (a *amazon) putItem(w http.ResponseWriter, r *http.Request) {
	type strings = map[string]struct{ S string }
	var in struct {
		Item, ExpressionAttributeValues strings
		ConditionExpression             *string
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		a.Error(err)
	}
	attributes := func(given strings) map[string]dynamodbtypes.AttributeValue {
		read := map[string]dynamodbtypes.AttributeValue{}
		for name, value := range given {
			read[name] = &dynamodbtypes.AttributeValueMemberS{Value: value.S}
		}
		return read
	}
	_, err := a.Clients.DynamoDB.PutItem(a.Context(), &dynamodb.PutItemInput{
		TableName: &a.Settings.Table, Item: attributes(in.Item), ConditionExpression: in.ConditionExpression, ExpressionAttributeValues: attributes(in.ExpressionAttributeValues),
	})
	if err != nil {
		a.Error(err)
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	_, _ = io.WriteString(w, "{}")
}

func (a *amazon) instances() (running []string) {
	a.Cloud.Fabric.Do(func() {
		for _, i := range a.Cloud.EC2.Instances() {
			if i.State == "running" {
				running = append(running, i.ID)
			}
		}
	})
	return running
}

// object serves S3's objects under path-style addresses, which an address of digits makes the SDK use.
func (a *amazon) object(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	name := strings.TrimPrefix(r.URL.Path, "/")
	content, there := a.objects[name]
	switch {
	case a.refusal[s3Object] != "":
		refuseObject(w, http.StatusForbidden, &types.NoSuchKey{ErrorCodeOverride: new(a.refusal[s3Object])})
	case r.URL.Query().Get("list-type") == "2":
		_ = xml.NewEncoder(w).Encode(a.list(name, r.URL.Query().Get("prefix")))
	case r.Method == http.MethodPut && there && r.Header.Get("If-None-Match") == "*":
		refuseObject(w, http.StatusPreconditionFailed, &types.NoSuchKey{ErrorCodeOverride: new("PreconditionFailed")})
	case r.Method == http.MethodPut:
		body, err := io.ReadAll(r.Body)
		if err != nil {
			a.Error(err)
		}
		a.puts, a.objects[name] = append(a.puts, name), string(body)
		a.keepBundle(name, string(body))
	case !there:
		refuseObject(w, http.StatusNotFound, &types.NoSuchKey{})
	default:
		_, _ = io.WriteString(w, content)
	}
}

// objectList is an answer of ListObjectsV2.
type objectList struct {
	XMLName     xml.Name `xml:"ListBucketResult"`
	IsTruncated bool
	Contents    []objectKey
}

type objectKey struct {
	Key, LastModified, ETag string
	Size                    int
}

func (a *amazon) list(bucket, prefix string) (found objectList) {
	for name := range a.objects {
		if key, ours := strings.CutPrefix(name, bucket+"/"); ours && strings.HasPrefix(key, prefix) {
			found.Contents = append(found.Contents, objectKey{key, "2026-11-25T09:00:00Z", `"tag"`, len(a.objects[name])})
		}
	}
	return found
}

func refuseObject(w http.ResponseWriter, status int, as *types.NoSuchKey) {
	w.WriteHeader(status)
	_ = xml.NewEncoder(w).Encode(struct {
		XMLName xml.Name `xml:"Error"`
		Code    string
	}{Code: as.ErrorCode()})
}

// keepBundle puts a bundle where the cloud's steps look for it, under the name of its content.
func (a *amazon) keepBundle(name, content string) {
	bucket, key, _ := strings.Cut(name, "/")
	if !strings.HasPrefix(key, "bundles/") {
		return
	}
	kept, _, err := a.Cloud.S3.Put(bucket, "bundles/", ".tar.gz", func(to io.Writer) error {
		_, err := io.WriteString(to, content)
		return err
	})
	if err != nil || kept != key {
		a.Errorf("the bundle %s is not what its name says: %s, %v", key, kept, err)
	}
}

func (a *amazon) filterLogEvents(w http.ResponseWriter, r *http.Request) {
	var in struct {
		LogStreamNamePrefix string
		StartTime           int64
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		a.Error(err)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	found := slices.DeleteFunc(slices.Clone(a.events), func(e logEvent) bool {
		return e.At < in.StartTime || !strings.HasPrefix(e.Stream, in.LogStreamNamePrefix)
	})
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	if err := json.NewEncoder(w).Encode(map[string]any{"events": found}); err != nil {
		a.Error(err)
	}
}
