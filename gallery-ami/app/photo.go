package app

import (
	"crypto/rand"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

const (
	photosFolder = "photos/"
	thumbsFolder = "thumbs/"
)

// photo holds what a photo's id says about it. The id begins with the inverted time, so that
// storage lists the newest first, and contains size and format, so that an index needs only a list
// of names.
type photo struct {
	ID            string
	Added         time.Time
	Width, Height int
	Format        string
}

var photoID = regexp.MustCompile(`^([0-9a-f]{12})[0-9a-f]{12}-([1-9][0-9]{0,4})x([1-9][0-9]{0,4})-(jpg|png)$`)

const latestMilli = 1<<48 - 1

func newPhoto(added time.Time, format string, width, height int) photo {
	var unique [6]byte
	_, _ = rand.Read(unique[:]) // never fails: crypto/rand aborts the program instead
	return namedPhoto(added, unique, format, width, height)
}

func namedPhoto(added time.Time, unique [6]byte, format string, width, height int) photo {
	id := fmt.Sprintf("%012x%x-%dx%d-%s", latestMilli-added.UnixMilli(), unique, width, height, format)
	return photo{id, added.UTC().Truncate(time.Millisecond), width, height, format}
}

func parsePhoto(id string) (photo, bool) {
	part := photoID.FindStringSubmatch(id)
	if part == nil {
		return photo{}, false
	}
	inverted, _ := strconv.ParseInt(part[1], 16, 64) // the pattern allows only digits
	width, _ := strconv.Atoi(part[2])
	height, _ := strconv.Atoi(part[3])
	return photo{id, time.UnixMilli(latestMilli - inverted).UTC(), width, height, part[4]}, true
}

func (p photo) photoKey() string { return photosFolder + p.ID + "." + p.Format }
func (p photo) thumbKey() string { return thumbsFolder + p.ID + ".jpg" }

// appendListed adds the photo of a thumbnail's key. Anything else in the folder, such as an
// unfinished file, is skipped.
func appendListed(ids []string, key string) []string {
	id, isJPEG := strings.CutSuffix(strings.TrimPrefix(key, thumbsFolder), ".jpg")
	if isJPEG && photoID.MatchString(id) {
		return append(ids, id)
	}
	return ids
}

// contentType returns the content type of a key.
func contentType(key string) string {
	if strings.HasSuffix(key, ".png") {
		return "image/png"
	}
	return "image/jpeg"
}
