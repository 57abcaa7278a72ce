//go:build boot

package boot

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"photogallery/conformance/emulator"
	"photogallery/conformance/moto"
	"photogallery/release"
)

const (
	bucket      = "photogallery-conformance"
	logGroup    = "/photogallery/main/instances"
	environment = release.Environment("main")
)

// entry is an event as a builder sends it.
type entry struct{ Source, DetailType, Detail string }

func (e entry) result() (said release.BuildResult, err error) {
	decoder := json.NewDecoder(strings.NewReader(e.Detail))
	decoder.DisallowUnknownFields()
	return said, decoder.Decode(&said)
}

// cloud is AWS as the machines reach it: moto, which it watches. It refuses a builder's first events.
type cloud struct {
	*moto.Server
	mu     sync.Mutex
	refuse map[string]int     // how many of an access key's next events
	taken  map[string][]entry // by access key
	logs   map[string]string  // by stream
}

func openCloud(ctx context.Context) (*cloud, error) {
	c := &cloud{refuse: map[string]int{}, taken: map[string][]entry{}, logs: map[string]string{}}
	var err error
	if c.Server, err = moto.Start(ctx, moto.Options{Around: c.watch}); err != nil {
		return nil, err
	}
	if _, err := s3.NewFromConfig(c.Config()).CreateBucket(ctx, &s3.CreateBucketInput{Bucket: aws.String(bucket)}); err != nil {
		return nil, err
	}
	_, err = cloudwatchlogs.NewFromConfig(c.Config()).CreateLogGroup(ctx, &cloudwatchlogs.CreateLogGroupInput{LogGroupName: aws.String(logGroup)})
	return c, err
}

// put makes an object of a bundle and returns its key and hash.
func (c *cloud) put(ctx context.Context, bundle []byte) (key, hash string, err error) {
	sum := sha256.Sum256(bundle)
	hash = hex.EncodeToString(sum[:])
	key = "bundles/" + hash + ".tar.gz"
	_, err = s3.NewFromConfig(c.Config()).PutObject(ctx, &s3.PutObjectInput{Bucket: aws.String(bucket), Key: &key, Body: bytes.NewReader(bundle)})
	return key, hash, err
}

func (c *cloud) watch(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.Header.Get("X-Amz-Target") {
		case "AWSEvents.PutEvents":
			c.putEvents(w, r, next)
		case "Logs_20140328.PutLogEvents":
			c.putLogEvents(w, r, next)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// signer is the access key that has signed a call.
func signer(r *http.Request) string {
	_, rest, _ := strings.Cut(r.Header.Get("Authorization"), "Credential=")
	key, _, _ := strings.Cut(rest, "/")
	return key
}

// decode reads a call, which can be read again then.
func decode(r *http.Request, into any) error {
	body, err := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	if err != nil {
		return err
	}
	return json.Unmarshal(body, into)
}

// putEvents refuses in both ways that there are: the call, as while a new role is not known everywhere, and the entry.
// https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
func (c *cloud) putEvents(w http.ResponseWriter, r *http.Request, next http.Handler) {
	var sent struct{ Entries []entry }
	if err := decode(r, &sent); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	key := signer(r)
	left := c.refuse[key]
	c.refuse[key] = max(0, left-1)
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	switch {
	case left > 1:
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"__type":"AccessDeniedException","message":"not authorized to perform: events:PutEvents"}`)
	case left == 1:
		_, _ = io.WriteString(w, `{"FailedEntryCount":1,"Entries":[{"ErrorCode":"InternalFailure","ErrorMessage":"try again"}]}`)
	default:
		c.taken[key] = append(c.taken[key], sent.Entries...)
		next.ServeHTTP(w, r)
	}
}

func (c *cloud) putLogEvents(w http.ResponseWriter, r *http.Request, next http.Handler) {
	var sent struct {
		LogGroupName, LogStreamName string
		LogEvents                   []struct{ Message string }
	}
	if err := decode(r, &sent); err == nil && sent.LogGroupName == logGroup && len(sent.LogEvents) > 0 {
		c.mu.Lock()
		c.logs[sent.LogStreamName] += sent.LogEvents[0].Message
		c.mu.Unlock()
	}
	next.ServeHTTP(w, r)
}

func (c *cloud) events(instance string) []entry {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.taken[accessKey(instance)])
}

// willRefuse refuses an instance's next events: all but the last with the call, the last by its entry.
func (c *cloud) willRefuse(instance string, events int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.refuse[accessKey(instance)] = events
}

func (c *cloud) log(stream string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.logs[stream]
}

// rulePattern is what the stack's rule for build results wants of an event, from the template's snapshot.
func rulePattern() (source, detailType string, err error) {
	root, err := emulator.Root()
	if err != nil {
		return "", "", err
	}
	content, err := os.ReadFile(filepath.Join(root, "cdk/testdata/photogallery-main.template.json"))
	if err != nil {
		return "", "", err
	}
	var template struct {
		Resources struct {
			BuildResult struct {
				Properties struct {
					EventPattern struct {
						Source     []string `json:"source"`
						DetailType []string `json:"detail-type"`
					}
				}
			}
		}
	}
	err = json.Unmarshal(content, &template)
	pattern := template.Resources.BuildResult.Properties.EventPattern
	if err != nil || len(pattern.Source) != 1 || len(pattern.DetailType) != 1 {
		return "", "", fmt.Errorf("the template's rule BuildResult wants %+v: %w", pattern, err)
	}
	return pattern.Source[0], pattern.DetailType[0], nil
}
