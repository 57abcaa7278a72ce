package cdk

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3assets"
	"github.com/aws/jsii-runtime-go"

	"photogallery/cdk/executable"
	"photogallery/gallery-ami/recipe"
)

// Assets holds the files of a stack.
type Assets struct {
	Functions string // folder with the functions' executable, bootstrap
	Bundle    string // file with the bundle of the request {}, whose name ends in .tar.gz
	// The account and region of a stack without Env, from the CLI's credentials, or "".
	// CloudFormation imports a bucket only by a name that is written in the template.
	Account, Region string
}

// Build compiles the functions and packs the gallery into folder, as they run on AWS with these
// options. Unchanged sources make unchanged assets. It needs the go command.
func Build(ctx context.Context, folder string, options Options) (Assets, error) {
	assets := Assets{Functions: filepath.Join(folder, "functions"), Bundle: filepath.Join(folder, "gallery.tar.gz")}
	program, platform := filepath.Join(folder, "photogallery"), executable.Deployed(options.Architecture)
	if err := executable.Functions(ctx, filepath.Join(assets.Functions, "bootstrap"), platform); err != nil {
		return Assets{}, err
	}
	if err := executable.Gallery(ctx, program, platform); err != nil {
		return Assets{}, err
	}
	return assets, pack(program, assets.Bundle)
}

func pack(program, to string) error {
	bundle, err := os.Create(to)
	if err != nil {
		return err
	}
	if err := recipe.GalleryBundle(program, bundle); err != nil {
		_ = bundle.Close() // the first error is the one to report
		return err
	}
	return bundle.Close()
}

func (s *stack) defaultBundleURL() string {
	return fmt.Sprintf("s3://%s/%s#sha256=%s", *s.bundle.S3BucketName(), *s.bundle.S3ObjectKey(), s.bundleSHA256)
}

// AssetsPrefix begins the keys of the environment's assets.
func (o Options) AssetsPrefix() string { return o.Environment.Name() + "/" }

// defaultBundlesARN matches this deployment's bundle and the environment's former ones: a release
// that runs during a deployment still fetches the former one, and after a rollback to a former
// image its bundle is released next.
func (s *stack) defaultBundlesARN() string {
	return "arn:" + *awscdk.Aws_PARTITION() + ":s3:::" + *s.bundle.S3BucketName() + "/" + s.options.AssetsPrefix() + "*" + filepath.Ext(s.assets.Bundle)
}

// addBundle uploads the gallery with the deployment. Its key depends only on its content.
func (s *stack) addBundle() {
	sum, err := sha256Of(s.assets.Bundle)
	if err != nil {
		panic(err)
	}
	s.bundleSHA256 = sum
	s.bundle = awss3assets.NewAsset(s.scope, jsii.String("Bundle"), &awss3assets.AssetProps{
		Path: jsii.String(s.assets.Bundle), AssetHash: jsii.String(sum), AssetHashType: awscdk.AssetHashType_CUSTOM,
	})
}

func sha256Of(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, file); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
