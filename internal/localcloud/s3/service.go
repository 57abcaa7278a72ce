// Package s3 is the embedded cloud's S3: buckets of objects in memory.
package s3

import (
	"bytes"
	"crypto/md5"
	"encoding/hex"
	"io"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"photogallery/internal/localcloud/fabric"
)

const serviceID = "S3"

type object struct {
	content  []byte
	modified time.Time
}

// Service is one cloud's S3.
type Service struct {
	fabric  *fabric.Fabric
	buckets map[string]map[string]object
}

// New puts S3 into a cloud, without buckets.
func New(f *fabric.Fabric) *Service {
	s := &Service{fabric: f, buckets: map[string]map[string]object{}}
	fabric.Handle(f, serviceID, "HeadObject", s.headObject)
	return s
}

// AddBucket makes an empty bucket. It is called under the lock.
func (s *Service) AddBucket(name string) { s.buckets[name] = map[string]object{} }

// Put stores an object in a bucket that exists. It is called under the lock.
func (s *Service) Put(bucket, key string, content []byte) {
	s.buckets[bucket][key] = object{bytes.Clone(content), time.Now().UTC()}
}

// Open reads an object as an instance does; NoSuchBucket or NoSuchKey where there is none. It
// takes the lock itself.
func (s *Service) Open(bucket, key string) (io.ReadCloser, error) {
	var content io.ReadCloser
	var err error
	s.fabric.Do(func() {
		var found object
		if found, err = s.find(&bucket, &key); err == nil {
			content = io.NopCloser(bytes.NewReader(found.content))
		}
	})
	return content, err
}

func (s *Service) find(bucket, key *string) (object, error) {
	objects, known := s.buckets[aws.ToString(bucket)]
	if !known {
		return object{}, &types.NoSuchBucket{Message: aws.String("The specified bucket does not exist")}
	}
	found, known := objects[aws.ToString(key)]
	if !known {
		return object{}, &types.NoSuchKey{Message: aws.String("The specified key does not exist.")}
	}
	return found, nil
}

// headObject answers a missing bucket or key with NotFound alike: a HEAD response has no body to
// tell them apart.
func (s *Service) headObject(in *s3.HeadObjectInput) (*s3.HeadObjectOutput, error) {
	found, err := s.find(in.Bucket, in.Key)
	if err != nil {
		return nil, &types.NotFound{Message: aws.String("Not Found")}
	}
	return &s3.HeadObjectOutput{
		ContentLength: aws.Int64(int64(len(found.content))), LastModified: aws.Time(found.modified), ETag: aws.String(found.etag()),
	}, nil
}

func (o object) etag() string {
	sum := md5.Sum(o.content)
	return `"` + hex.EncodeToString(sum[:]) + `"`
}
