package app

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"path"
	"regexp"
	"strconv"
	"time"
)

const (
	photosFolder = "photos/"
	thumbsFolder = "thumbs/"
)

// photo holds what a photo's id says about it, and its title. The id begins with the inverted time,
// so that storage lists the newest first. Then it has the beginning of the content's hash, by which
// a photo is found again, size and format, so that an index needs only a list of names. The size is
// that of the picture as it is shown.
type photo struct {
	ID            string
	Added         time.Time
	Width, Height int
	Format        string
	Title         string // or "" if there is none
}

var photoID = regexp.MustCompile(`^([0-9a-f]{12})[0-9a-f]{12}-([1-9][0-9]{0,4})x([1-9][0-9]{0,4})-(jpg|png|webp|gif)$`)

const latestMilli = 1<<48 - 1

func newPhoto(added time.Time, content []byte, format string, width, height int) photo {
	hash := sha256.Sum256(content)
	return namedPhoto(added, [6]byte(hash[:6]), format, width, height)
}

func namedPhoto(added time.Time, content [6]byte, format string, width, height int) photo {
	id := fmt.Sprintf("%012x%x-%dx%d-%s", latestMilli-added.UnixMilli(), content, width, height, format)
	return photo{ID: id, Added: added.UTC().Truncate(time.Millisecond), Width: width, Height: height, Format: format}
}

func parsePhoto(id string) (photo, bool) {
	part := photoID.FindStringSubmatch(id)
	if part == nil {
		return photo{}, false
	}
	inverted, _ := strconv.ParseInt(part[1], 16, 64) // the pattern allows only digits
	width, _ := strconv.Atoi(part[2])
	height, _ := strconv.Atoi(part[3])
	return photo{ID: id, Added: time.UnixMilli(latestMilli - inverted).UTC(), Width: width, Height: height, Format: part[4]}, true
}

func (p photo) photoKey() string { return photosFolder + p.ID + "." + p.Format }
func (p photo) thumbKey() string { return thumbsFolder + p.ID + ".jpg" }

// Alt describes the photo for people who do not see it.
func (p photo) Alt() string {
	return cmp.Or(p.Title, "Photo added on "+p.Added.Format("2 January 2006"))
}

// sameContent reports whether two ids are of pictures that are probably the same.
func sameContent(id, other string) bool { return id[12:] == other[12:] }

// contentType returns the content type of a key.
func contentType(key string) string {
	switch path.Ext(key) {
	case ".png":
		return "image/png"
	case ".webp":
		return "image/webp"
	case ".gif":
		return "image/gif"
	case ".jpg":
		return "image/jpeg"
	}
	return "application/octet-stream" // a title
}
