package environment

import (
	"context"
	"io"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"photogallery/release"
)

// StoreCommand stores the command of a run, a bash script, for its instance. It must be stored before
// the run is started.
func (c Configurer) StoreCommand(ctx context.Context, name string, script []byte) error {
	return c.put(ctx, release.RunCommandKey(name), script)
}

// TakeRun returns how a run's command ended and deletes both its result and the command. Its error is
// NotFound if there is no result: the command did not run to its end.
func (c Configurer) TakeRun(ctx context.Context, name string) (release.RunResult, error) {
	content, err := c.read(ctx, release.RunOutputKey(name))
	if err != nil && !release.IsNotFound(err) {
		return release.RunResult{}, err
	}
	for _, key := range []string{release.RunCommandKey(name), release.RunOutputKey(name)} {
		if _, err := c.Clients.S3.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: aws.String(c.Bucket), Key: aws.String(key)}); err != nil {
			return release.RunResult{}, err
		}
	}
	if err != nil {
		return release.RunResult{}, release.Errorf(release.NotFound, "the run %s has kept no output", name)
	}
	return release.DecodeRun(content)
}

func (c Configurer) read(ctx context.Context, key string) ([]byte, error) {
	out, err := c.Clients.S3.GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String(c.Bucket), Key: aws.String(key)})
	if err != nil {
		return nil, err
	}
	defer out.Body.Close()
	return io.ReadAll(io.LimitReader(out.Body, 2*release.MaxRunOutput))
}
