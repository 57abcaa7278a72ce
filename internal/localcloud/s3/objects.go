package s3

import (
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"photogallery/internal/localcloud/fabric"
)

// bucket returns a bucket, or NoSuchBucket.
func (s *Service) bucket(name *string) (bucket, error) {
	found, known := s.buckets[aws.ToString(name)]
	if !known {
		return bucket{}, &types.NoSuchBucket{Message: aws.String("The specified bucket does not exist")}
	}
	return found, nil
}

func (s *Service) getObject(in *s3.GetObjectInput) (*s3.GetObjectOutput, error) {
	from, err := s.bucket(in.Bucket)
	if err != nil {
		return nil, err
	}
	body, err := from.open(aws.ToString(in.Key))
	if err != nil {
		return nil, err
	}
	return &s3.GetObjectOutput{Body: body}, nil
}

// putObject knows the condition that the object does not exist.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
func (s *Service) putObject(in *s3.PutObjectInput) (*s3.PutObjectOutput, error) {
	to, err := s.bucket(in.Bucket)
	if err != nil {
		return nil, err
	}
	key := aws.ToString(in.Key)
	if aws.ToString(in.IfNoneMatch) == "*" && to.has(key) {
		return nil, fabric.Errorf("PreconditionFailed", "At least one of the pre-conditions you specified did not hold")
	}
	content, err := io.ReadAll(in.Body)
	if err != nil {
		return nil, err
	}
	if to.folder == "" {
		to.objects[key] = object{content, time.Now().UTC()}
		return &s3.PutObjectOutput{}, nil
	}
	return &s3.PutObjectOutput{}, to.writeFile(func(file io.Writer) error {
		_, err := file.Write(content)
		return err
	}, func() string { return key })
}

func (b bucket) has(key string) bool {
	content, err := b.open(key)
	if err != nil {
		return false
	}
	_ = content.Close() // it was only read
	return true
}

// deleteObject answers alike whether the object was there or not.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html
func (s *Service) deleteObject(in *s3.DeleteObjectInput) (*s3.DeleteObjectOutput, error) {
	from, err := s.bucket(in.Bucket)
	if err != nil {
		return nil, err
	}
	key := aws.ToString(in.Key)
	delete(from.objects, key)
	if from.folder != "" && filepath.IsLocal(key) {
		if err := os.Remove(filepath.Join(from.folder, filepath.FromSlash(key))); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	return &s3.DeleteObjectOutput{}, nil
}

// pageOf is how many keys a list has at most.
const pageOf = 1000

// listObjects lists the keys of a prefix in order, a page at a time. The token is the last key of the
// page before.
func (s *Service) listObjects(in *s3.ListObjectsV2Input) (*s3.ListObjectsV2Output, error) {
	from, err := s.bucket(in.Bucket)
	if err != nil {
		return nil, err
	}
	keys, err := from.keys(aws.ToString(in.Prefix))
	if err != nil {
		return nil, err
	}
	keys = slices.DeleteFunc(keys, func(key string) bool { return key <= aws.ToString(in.ContinuationToken) })
	out := &s3.ListObjectsV2Output{IsTruncated: aws.Bool(len(keys) > pageOf)}
	if len(keys) > pageOf {
		keys = keys[:pageOf]
		out.NextContinuationToken = &keys[pageOf-1]
	}
	for i := range keys {
		out.Contents = append(out.Contents, types.Object{Key: &keys[i]})
	}
	return out, nil
}

// keys returns the sorted keys of a prefix, which for a folder ends in a slash.
func (b bucket) keys(prefix string) (keys []string, err error) {
	keys = slices.DeleteFunc(slices.Collect(maps.Keys(b.objects)), func(key string) bool { return !strings.HasPrefix(key, prefix) })
	folder, isFolder := strings.CutSuffix(prefix, "/")
	if b.folder != "" && isFolder && filepath.IsLocal(folder) {
		var files []os.DirEntry
		if files, err = os.ReadDir(filepath.Join(b.folder, filepath.FromSlash(folder))); errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
		for _, file := range files {
			keys = append(keys, prefix+file.Name())
		}
	}
	slices.Sort(keys)
	return keys, err
}
