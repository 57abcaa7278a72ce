package promote

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"photogallery/gallery-ami/recipe/settings"
	"photogallery/lambdas/inventory"
	"photogallery/lambdas/records"
	"photogallery/release"
)

type objectDeleter interface {
	DeleteObject(context.Context, *s3.DeleteObjectInput, ...func(*s3.Options)) (*s3.DeleteObjectOutput, error)
}

// appSettings deletes old settings, and the secrets that only they have. Those of the releases that can
// be released again stay. The others are marked in the record first, so that no release can name them
// any more, and leave the record when their objects are gone.
func (r retirer) appSettings(ctx context.Context, serving release.Current) (gone []inventory.Resource, err error) {
	needed := []string{serving.Settings, serving.FormerSettings}
	history, err := records.ReadHistory(ctx, r.table, r.settings.Table)
	if err != nil {
		return nil, err
	}
	for _, former := range history.Kept() {
		needed = append(needed, former.Settings)
	}
	var now records.Settings
	err = records.ChangeSettings(ctx, r.table, r.settings.Table, func(recorded *records.Settings) (bool, error) {
		changed := recorded.Retire(needed...)
		now = *recorded
		return changed, nil
	})
	if err != nil || len(now.Retiring) == 0 {
		return nil, err
	}
	for _, old := range now.Retiring {
		for _, secret := range old.Secrets {
			if now.Uses(secret.ID) {
				continue
			}
			if err := r.deleteObject(ctx, settings.SecretPrefix+secret.ID); err != nil {
				return gone, err
			}
		}
		if err := r.deleteObject(ctx, settings.DocumentPrefix+old.Digest); err != nil {
			return gone, err
		}
		gone = append(gone, inventory.Resource{Kind: "settings", ID: release.Short(old.Digest)})
	}
	return gone, records.ChangeSettings(ctx, r.table, r.settings.Table, func(recorded *records.Settings) (bool, error) {
		recorded.Retiring = slices.DeleteFunc(recorded.Retiring, func(left records.KnownSettings) bool {
			return slices.ContainsFunc(now.Retiring, func(old records.KnownSettings) bool { return old.Digest == left.Digest })
		})
		return true, nil
	})
}

func (r retirer) deleteObject(ctx context.Context, key string) error {
	_, err := r.objects.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: aws.String(r.settings.Bucket), Key: aws.String(key)})
	return err
}
