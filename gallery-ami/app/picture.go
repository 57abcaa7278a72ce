package app

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	_ "image/gif" // registers GIF with image.Decode
	"image/jpeg"
	"image/png"
	"net/http"
	"strings"
	"time"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp" // registers WebP with image.Decode
)

const (
	photoQuality = 90
	// longestSide is the maximum that a photo's id can hold.
	longestSide = 99_999
)

// picture is an upload prepared for storage. Its size is that of the picture as it is shown.
type picture struct {
	format          string // jpg, png, webp or gif
	width, height   int
	full, thumbnail []byte
	note            string // what does not show as in the upload, or ""
}

// limits bounds decoding: the pixels of one picture, and memory in bytes.
type limits struct{ pixels, memory int64 }

// photo returns the newest photo, with a title from the name of its file.
func (p picture) photo(file string) photo {
	made := newPhoto(time.Now(), p.full, p.format, p.width, p.height)
	made.Title = titleOf(file)
	return made
}

// alreadyThere says that a photo was uploaded before.
func alreadyThere(first photo) string {
	return "This photo is in the gallery already, since " + first.Added.Format("2 January 2006") + ". It was not stored again."
}

// negative is a file whose pixels are not decoded yet.
type negative struct {
	facts  *facts
	format string // as image.Decode names it
	config image.Config
	weight int64 // bytes of memory that decoding takes
}

// examine reads what a file says of itself, and refuses one that is no picture or that takes too
// much to decode. Its errors are Errors.
func examine(data []byte, most limits) (*negative, error) {
	found := readFacts(data)
	if err := found.unsupported(); err != nil {
		return nil, err
	}
	config, format, err := image.DecodeConfig(found.source())
	if errors.Is(err, image.ErrFormat) {
		return nil, notAnImage(data)
	}
	if err != nil {
		return nil, damaged(format, err)
	}
	if err := found.check(config, most); err != nil {
		return nil, err
	}
	return &negative{found, format, config, found.weigh(config)}, nil
}

// develop decodes the picture once, which proves that it is whole, and makes its thumbnail. The photo is
// the upload's own bytes without what browsers do not need to show it: no location, no camera, nothing
// appended. Only a file that does not allow that is encoded anew: a JPEG without an end, and a PNG or
// WebP that lies on its side, because not every browser would turn it. Live returns how much memory the
// pictures that are being decoded may take. Its errors are Errors.
func (n *negative) develop(live func() int64) (picture, error) {
	f, size := n.facts, image.Pt(n.config.Width, n.config.Height)
	made := picture{format: strings.Replace(n.format, "jpeg", "jpg", 1), full: bytes.Join(f.kept, nil)}
	if made.width, made.height = size.X, size.Y; f.orientation >= 5 {
		made.width, made.height = size.Y, size.X
	}
	to := f.thumbnailSize(size)
	decoded, err := f.decode(n.config, live)
	if err != nil {
		return picture{}, damaged(n.format, err)
	}
	if made.thumbnail, err = f.thumbnailOf(decoded, to); err != nil {
		return picture{}, err
	}
	if f.kept == nil {
		err = f.encode(&made, upright(decoded, f.orientation))
	}
	return made, err
}

// decode returns the pixels as browsers show them, not turned yet.
func (f *facts) decode(config image.Config, live func() int64) (image.Image, error) {
	decoded, _, err := image.Decode(&watched{from: f.source(), until: time.Now().Add(longestDecode), most: func() uint64 { return uint64(live() + besideDecoding) }})
	if err != nil {
		return nil, err
	}
	if canvas := image.Rect(0, 0, config.Width, config.Height); decoded.Bounds() != canvas { // a GIF's first picture need not fill it
		whole := image.NewNRGBA(canvas)
		draw.Draw(whole, decoded.Bounds(), decoded, decoded.Bounds().Min, draw.Src)
		decoded = whole
	}
	if f.lossy {
		useFullRange(decoded)
	}
	return decoded, nil
}

// useFullRange expands a lossy WebP's brightness from 16…235 and color from 16…240 to the whole
// bytes that image.YCbCr has: https://github.com/golang/go/issues/40173.
func useFullRange(decoded image.Image) {
	planes, ok := decoded.(*image.YCbCr)
	if transparent, both := decoded.(*image.NYCbCrA); both {
		planes, ok = &transparent.YCbCr, true
	}
	if !ok {
		return
	}
	var brightness, color [256]byte
	for i := range 256 {
		brightness[i] = uint8(min(255, max(0, ((i-16)*255+109)/219)))
		color[i] = uint8(min(255, max(0, 128+((i-128)*255)/224)))
	}
	for i, value := range planes.Y {
		planes.Y[i] = brightness[value]
	}
	for i := range planes.Cb {
		planes.Cb[i], planes.Cr[i] = color[planes.Cb[i]], color[planes.Cr[i]]
	}
}

// note says what a picture that was encoded anew does not show as the upload does.
func (f *facts) note(output image.Image) string {
	switch {
	case f.animated:
		return "It is animated: the gallery keeps its first picture only."
	case f.heeded() && f.profileFor(output) == nil:
		return fmt.Sprintf("Its color profile (%s, %d kB) was left out: its colors may look a little different. Convert it to sRGB to keep them.", strings.TrimSpace(spaceOf(f.profile)), (len(f.profile)+999)/1000)
	}
	return ""
}

func notAnImage(data []byte) error {
	if len(data) == 0 {
		return &Error{Code: NotAnImage, Message: "The file is empty."}
	}
	if len(data) >= 12 && string(data[4:8]) == "ftyp" {
		return &Error{Code: NotAnImage, Message: boxed(data)}
	}
	kind, _, _ := strings.Cut(http.DetectContentType(data), ";")
	return &Error{Code: NotAnImage, Message: "This is not a JPEG, PNG, GIF or WebP, whatever its name says: its content looks like " + kind + "."}
}

// boxed says what to do with a file of boxes, by its brands.
// https://mp4ra.org/registered-types/brands
func boxed(data []byte) string {
	brands := string(data[8:min(len(data), 64)])
	switch {
	case strings.Contains(brands, "avi"):
		return "This is an AVIF picture, which the gallery cannot read. Export it as JPEG and upload that."
	case strings.Contains(brands, "hei"), strings.Contains(brands, "hev"), strings.Contains(brands, "mif1"), strings.Contains(brands, "msf1"):
		return "This is a HEIC picture, which few browsers show. On the iPhone, choose the photo from the library on the gallery's own page, which sends it as JPEG; or set Settings > Camera > Formats to Most Compatible for the next ones. Elsewhere, export it as JPEG and upload that."
	}
	return "This is a video, or another kind of file that the gallery cannot read. Upload a JPEG, PNG, GIF or WebP picture."
}

// damaged returns the error for a picture that a decoder refuses.
func damaged(format string, err error) error {
	var known *Error
	var unsupported jpeg.UnsupportedError
	switch {
	case errors.As(err, &known): // the decoder was stopped
		return known
	case errors.As(err, &unsupported):
		return &Error{UnsupportedImage, fmt.Sprintf("The gallery cannot read this kind of JPEG (%s). Save it again as a usual one and upload that.", string(unsupported)), err}
	case format == "webp":
		return &Error{ImageDamaged, "The WebP picture is damaged or cut off and cannot be read. Copy it from its source again, or save it as JPEG.", err}
	}
	return &Error{ImageDamaged, "The picture is damaged or cut off and cannot be read. Copy it from its source again.", err}
}

// encode makes a photo from pixels: JPEG from what a JPEG or a lossy WebP had, else PNG, which loses
// nothing.
func (f *facts) encode(made *picture, upright image.Image) error {
	var out bytes.Buffer
	made.note = f.note(upright)
	if f.jpeg.marker != 0 || f.lossy && opaque(upright) {
		made.format = "jpg"
		err := jpeg.Encode(&out, upright, &jpeg.Options{Quality: photoQuality})
		made.full = inJPEG(out.Bytes(), f.profileFor(upright))
		return err
	}
	made.format = "png"
	err := png.Encode(&out, upright)
	made.full = inPNG(out.Bytes(), f.profileFor(upright), f.colors)
	return err
}

func opaque(decoded image.Image) bool {
	known, ok := decoded.(interface{ Opaque() bool })
	return ok && known.Opaque()
}
