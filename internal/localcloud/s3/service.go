// Package s3 is the embedded cloud's S3: buckets of objects in memory or in a folder.
package s3

import (
	"bytes"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
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

type bucket struct {
	folder  string // the folder of the objects' files, or "" for memory
	objects map[string]object
}

// Service is the S3 of one cloud.
type Service struct {
	fabric  *fabric.Fabric
	buckets map[string]bucket
}

// New adds S3 to a cloud, without buckets.
func New(f *fabric.Fabric) *Service {
	s := &Service{fabric: f, buckets: map[string]bucket{}}
	fabric.Handle(f, serviceID, "HeadObject", s.headObject)
	fabric.Handle(f, serviceID, "GetObject", s.getObject)
	fabric.Handle(f, serviceID, "PutObject", s.putObject)
	fabric.Handle(f, serviceID, "DeleteObject", s.deleteObject)
	fabric.Handle(f, serviceID, "ListObjectsV2", s.listObjects)
	return s
}

// AddBucket adds a bucket: an empty one in memory, or one whose objects are the files of a folder.
// It must be called under the lock.
func (s *Service) AddBucket(name, folder string) {
	s.buckets[name] = bucket{folder, map[string]object{}}
}

// Put stores what write writes in an existing bucket, with the key prefix + its SHA-256 in
// hexadecimal + suffix. An error is write's or the folder's. It takes the lock itself, but not
// while write runs.
func (s *Service) Put(name, prefix, suffix string, write func(io.Writer) error) (key, sha string, err error) {
	var to bucket
	s.fabric.Do(func() { to = s.buckets[name] })
	sum := sha256.New()
	named := func() string {
		sha = hex.EncodeToString(sum.Sum(nil))
		key = prefix + sha + suffix
		return key
	}
	if to.folder != "" {
		err = to.writeFile(func(file io.Writer) error { return write(io.MultiWriter(file, sum)) }, named)
		return key, sha, err
	}
	var content bytes.Buffer
	if err := write(io.MultiWriter(&content, sum)); err != nil {
		return "", "", err
	}
	s.fabric.Do(func() { to.objects[named()] = object{content.Bytes(), time.Now().UTC()} })
	return key, sha, nil
}

// writeFile writes a file that appears when it is complete. named then returns its key.
func (b bucket) writeFile(write func(io.Writer) error, named func() string) (err error) {
	file, err := os.CreateTemp(b.folder, "bundle-*.partial")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(file.Name()))
		}
	}()
	if err := errors.Join(write(file), file.Close()); err != nil {
		return err
	}
	path := filepath.Join(b.folder, filepath.FromSlash(named()))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}

// Open reads an object as an instance does. The error is NoSuchBucket or NoSuchKey if there is
// none. It takes the lock itself.
func (s *Service) Open(name, key string) (content io.ReadCloser, err error) {
	s.fabric.Do(func() {
		from, known := s.buckets[name]
		if !known {
			err = &types.NoSuchBucket{Message: aws.String("The specified bucket does not exist")}
			return
		}
		content, err = from.open(key)
	})
	return content, err
}

func (b bucket) open(key string) (io.ReadCloser, error) {
	if b.folder != "" && filepath.IsLocal(key) {
		if file, err := os.Open(filepath.Join(b.folder, filepath.FromSlash(key))); err == nil {
			return file, nil
		}
	}
	found, known := b.objects[key]
	if !known {
		return nil, &types.NoSuchKey{Message: aws.String("The specified key does not exist.")}
	}
	return io.NopCloser(bytes.NewReader(found.content)), nil
}

// headObject answers NotFound for a missing bucket and a missing key, because a HEAD response has
// no body to distinguish them. An object that is a file has no ETag.
func (s *Service) headObject(in *s3.HeadObjectInput) (*s3.HeadObjectOutput, error) {
	from, key := s.buckets[aws.ToString(in.Bucket)], aws.ToString(in.Key)
	if from.folder != "" && filepath.IsLocal(key) {
		if file, err := os.Stat(filepath.Join(from.folder, filepath.FromSlash(key))); err == nil {
			return &s3.HeadObjectOutput{ContentLength: aws.Int64(file.Size()), LastModified: aws.Time(file.ModTime().UTC())}, nil
		}
	}
	found, known := from.objects[key]
	if !known {
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
