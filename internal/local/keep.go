package local

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"photogallery/internal/local/process"
	"photogallery/internal/localcloud/ec2"
	"photogallery/internal/localcloud/fabric"
	"photogallery/lambdas/records"
	"photogallery/release"
)

// kept holds the state that outlives the process. Archives, photos and bundles are files of their
// own.
type kept struct {
	Current  release.Current  `json:"current"`
	Settings records.Settings `json:"settings"`
	Images   []keptImage      `json:"images"`
	History  release.History  `json:"history"`

	Bases map[string]time.Time `json:"bases,omitempty"` // the dates of the images' base images
}

type keptImage struct {
	ec2.KeptImage
	Archive process.Image `json:"archive"`
}

const keptFile = "cloud.json"

// restore restores the state of a former cloud on this folder. Nothing serves any more. It ignores
// an image without its archive, drops an image that no successful release recorded, and deletes an
// archive without an image.
func (l *Local) restore(ctx context.Context) error {
	former, err := readKept(filepath.Join(l.options.Data, keptFile))
	if err != nil {
		return err
	}
	former.Images = l.recordedImages(former)
	known := map[string]bool{}
	l.stack.Cloud.Fabric.Do(func() {
		for _, image := range former.Images {
			if info, err := os.Stat(l.machines.ArchiveFile(image.Archive)); err != nil || info.Size() != image.Bytes {
				continue
			}
			image.Content = image.Archive
			l.stack.Cloud.EC2.Restore(image.KeptImage)
			if base := image.Tags[release.TagBase]; !former.Bases[base].IsZero() {
				l.stack.Cloud.EC2.AddBaseImage(base, image.Architecture, former.Bases[base])
			}
			known[string(image.Archive)] = true
		}
	})
	if err := errors.Join(l.machines.DiscardAllBut(known), l.pruneBundles(former), l.pruneSBOMs(former)); err != nil {
		return err
	}
	recorded := former.Current
	recorded.Serving, recorded.TemplateVersion, recorded.FormerTemplate = false, "", ""
	if err := records.WriteCurrent(ctx, l.stack.Clients.DynamoDB, l.stack.Settings.Table, recorded); err != nil {
		return err
	}
	if err := l.restoreSettings(ctx, former.Settings); err != nil {
		return err
	}
	if err := l.restoreHistory(ctx, former); err != nil {
		return err
	}
	l.restored = true
	l.stack.Cloud.Fabric.Persist(l.save, recording...)
	l.stack.Cloud.Fabric.Go(l.keepOn)
	l.stack.Cloud.Fabric.Go(l.trimLogs)
	return nil
}

// recordedImages returns the images that a release has verified and recorded. Any other belongs to
// a release that was cut off or could not undo itself. It is dropped, as the undo of an abandoned
// release does on AWS, before a release of the same content can find it.
func (l *Local) recordedImages(former kept) (recorded []keptImage) {
	for _, image := range former.Images {
		if image.ID == former.Current.Image || image.ID == former.Current.FormerImage {
			recorded = append(recorded, image)
			continue
		}
		l.options.Log.Warn("an image is dropped: its release ended before it served",
			"image", image.ID, "release", image.Tags[release.TagRelease])
	}
	return recorded
}

// recording lists the operations by which a release starts or stops serving. The process may be
// killed as soon as that is reported.
var recording = []fabric.Operation{{Service: dynamodb.ServiceID, Name: "PutItem"}}

// save is keep for an operation that waits for it.
func (l *Local) save() error { return l.explained(l.keep()) }

func readKept(path string) (former kept, err error) {
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return kept{}, nil
	}
	if err == nil {
		err = json.Unmarshal(content, &former)
	}
	if err != nil {
		return kept{}, release.Errorf(release.Unexpected, "%s is unreadable: %w; remove it, and the images in it are baked again", path, err)
	}
	return former, nil
}

// keepOn writes the state whenever it has changed, so that a killed process loses little.
func (l *Local) keepOn() {
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for {
		select {
		case <-l.stack.Cloud.Fabric.Context().Done():
			return
		case <-ticker.C:
		}
		l.offerBase()
		if err := l.keep(); err != nil && l.stack.Cloud.Fabric.Context().Err() == nil {
			l.options.Log.Error("what a next start needs cannot be written", "reason", err)
		}
	}
}

// keep writes the state if it has changed since the last time.
func (l *Local) keep() error {
	l.keeping.Lock()
	defer l.keeping.Unlock()
	if !l.restored {
		return nil // the file could not be read, and must not be lost
	}
	now, err := l.toKeep()
	if err != nil {
		return err
	}
	encoded, err := json.Marshal(now)
	if err != nil || bytes.Equal(encoded, l.lastKept) {
		return err
	}
	if err := writeJSON(filepath.Join(l.options.Data, keptFile), now); err != nil {
		return err
	}
	l.lastKept = encoded
	return nil
}

func (l *Local) toKeep() (kept, error) {
	now := kept{Images: []keptImage{}}
	recorded, err := records.ReadCurrent(context.Background(), l.stack.Clients.DynamoDB, l.stack.Settings.Table)
	if err != nil {
		return kept{}, err
	}
	now.Current = recorded
	if now.Settings, err = records.ReadSettings(context.Background(), l.stack.Clients.DynamoDB, l.stack.Settings.Table); err != nil {
		return kept{}, err
	}
	if now.History, err = records.ReadHistory(context.Background(), l.stack.Clients.DynamoDB, l.stack.Settings.Table); err != nil {
		return kept{}, err
	}
	l.stack.Cloud.Fabric.Do(func() {
		for _, image := range l.stack.Cloud.EC2.KeptImages() {
			if archive, isArchive := image.Content.(process.Image); isArchive {
				now.Images = append(now.Images, keptImage{image, archive})
				now.keepBase(image.Tags[release.TagBase], l.stack.Cloud.EC2.Created(image.Tags[release.TagBase]))
			}
		}
	})
	return now, nil
}

func (k *kept) keepBase(id string, created time.Time) {
	if created.IsZero() {
		return
	}
	if k.Bases == nil {
		k.Bases = map[string]time.Time{}
	}
	k.Bases[id] = created
}
