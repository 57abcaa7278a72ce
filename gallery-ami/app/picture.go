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
	"slices"
	"strings"
	"time"

	"golang.org/x/image/draw"
	"golang.org/x/image/math/f64"
	_ "golang.org/x/image/webp" // registers WebP with image.Decode
)

const (
	photoQuality = 90
	thumbQuality = 78
	thumbHeight  = 360
	thumbWidth   = 720
	// longestSide is the maximum that a photo's id can hold.
	longestSide = 99_999
)

// picture is an upload prepared for storage.
type picture struct {
	format          string // jpg or png
	width, height   int
	full, thumbnail []byte
	note            string // what does not show as in the upload, or ""
}

// limits bounds decoding: the pixels of one picture, and memory in bytes.
type limits struct{ pixels, memory int64 }

// develop turns an upload into a photo and its thumbnail. Both are re-encoded, so that only the
// pixels and their color information are kept: no location, no camera, nothing appended. JPEG stays
// JPEG; WebP becomes JPEG, or PNG if it is transparent; PNG stays PNG, and so does the first
// picture of a GIF. The cost of decoding is estimated before it begins. Its errors are Errors.
func develop(data []byte, most limits) (picture, error) {
	found := readFacts(data)
	if err := found.unsupported(); err != nil {
		return picture{}, err
	}
	config, format, err := image.DecodeConfig(found.source())
	if errors.Is(err, image.ErrFormat) {
		return picture{}, notAnImage(data)
	}
	if err != nil {
		return picture{}, damaged(format, err)
	}
	if err := found.check(config, most); err != nil {
		return picture{}, err
	}
	decoded, err := found.decode(config)
	if err != nil {
		return picture{}, damaged(format, err)
	}
	return found.encode(upright(decoded, found.orientation), format)
}

// decode returns the pixels as browsers show them.
func (f *facts) decode(config image.Config) (image.Image, error) {
	decoded, _, err := image.Decode(&watched{from: f.source(), until: time.Now().Add(longestDecode), most: uint64(f.weigh(config) + besideDecoding)})
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

// note says what an output picture does not show as the upload does.
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
	if len(data) > 12 && string(data[4:8]) == "ftyp" {
		return &Error{Code: NotAnImage, Message: "This is a HEIC, AVIF or video file, which the gallery cannot read. Export it as JPEG and upload that."}
	}
	kind, _, _ := strings.Cut(http.DetectContentType(data), ";")
	return &Error{Code: NotAnImage, Message: "This is not a JPEG, PNG, GIF or WebP, whatever its name says: its content looks like " + kind + "."}
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

func (f *facts) encode(decoded image.Image, format string) (picture, error) {
	size := decoded.Bounds().Size()
	made := picture{format: "jpg", width: size.X, height: size.Y, note: f.note(decoded)}
	var out bytes.Buffer
	var err error
	if format == "png" || format == "gif" || (format == "webp" && !opaque(decoded)) {
		made.format = "png"
		err = png.Encode(&out, decoded)
	} else {
		err = jpeg.Encode(&out, decoded, &jpeg.Options{Quality: photoQuality})
	}
	if err != nil {
		return picture{}, damaged(format, err)
	}
	if profile := f.profileFor(decoded); made.format == "png" {
		made.full = inPNG(out.Bytes(), profile, f.colors)
	} else {
		made.full = inJPEG(out.Bytes(), profile)
	}
	made.thumbnail, err = f.thumbnailOf(decoded)
	return made, err
}

func isGray(picture image.Image) bool {
	_, plain := picture.(*image.Gray)
	_, deep := picture.(*image.Gray16)
	return plain || deep
}

// canvas returns an image to draw on. A gray picture stays gray, as its profile requires.
func canvas(from image.Image, bounds image.Rectangle) draw.Image {
	if isGray(from) {
		return image.NewGray(bounds)
	}
	return image.NewRGBA(bounds)
}

// upright turns and mirrors a picture by its orientation.
func upright(from image.Image, orientation int) image.Image {
	if orientation <= 1 {
		return from
	}
	bounds := from.Bounds()
	size := bounds.Size()
	// How a pixel's new column and row follow from its x and y.
	across := []float64{1, 0, float64(-bounds.Min.X)}
	down := []float64{0, 1, float64(-bounds.Min.Y)}
	if slices.Contains([]int{2, 3, 7, 8}, orientation) {
		across = []float64{-1, 0, float64(bounds.Max.X)}
	}
	if slices.Contains([]int{3, 4, 6, 7}, orientation) {
		down = []float64{0, -1, float64(bounds.Max.Y)}
	}
	if orientation >= 5 {
		across, down, size.X, size.Y = down, across, size.Y, size.X
	}
	to := canvas(from, image.Rectangle{Max: size})
	draw.NearestNeighbor.Transform(to, f64.Aff3(append(across, down...)), from, bounds, draw.Src, nil)
	return to
}

func opaque(decoded image.Image) bool {
	known, ok := decoded.(interface{ Opaque() bool })
	return ok && known.Opaque()
}

// thumbnailOf makes a JPEG that fits 720 × 360, on white if the picture is transparent.
func (f *facts) thumbnailOf(full image.Image) ([]byte, error) {
	size := full.Bounds().Size()
	scale := min(1, float64(thumbHeight)/float64(size.Y), float64(thumbWidth)/float64(size.X))
	width, height := max(1, int(float64(size.X)*scale+0.5)), max(1, int(float64(size.Y)*scale+0.5))
	small := canvas(full, image.Rect(0, 0, width, height))
	if factor := min(size.X/width, size.Y/height) / 2; factor > 1 {
		full = shrink(full, factor)
	}
	draw.Draw(small, small.Bounds(), image.White, image.Point{}, draw.Src)
	draw.CatmullRom.Scale(small, small.Bounds(), full, full.Bounds(), draw.Over, nil)
	var out bytes.Buffer
	if err := jpeg.Encode(&out, small, &jpeg.Options{Quality: thumbQuality}); err != nil {
		return nil, damaged("jpeg", err)
	}
	return inJPEG(out.Bytes(), f.profileFor(small)), nil
}

// shrink averages squares of factor × factor pixels. It processes a large picture band by band,
// where a scaling kernel would need memory for all of it.
func shrink(full image.Image, factor int) *image.RGBA {
	bounds := full.Bounds()
	small := image.NewRGBA(image.Rect(0, 0, bounds.Dx()/factor, bounds.Dy()/factor))
	band := image.NewRGBA(image.Rect(0, 0, bounds.Dx(), factor))
	area := factor * factor
	sums := make([]int, len(small.Pix)/max(1, small.Rect.Dy()))
	for y := range small.Rect.Dy() {
		draw.Draw(band, band.Rect, full, bounds.Min.Add(image.Pt(0, y*factor)), draw.Src)
		clear(sums)
		for row := range factor {
			line := band.Pix[row*band.Stride:]
			for x := range small.Rect.Dx() {
				for i := x * factor * 4; i < (x+1)*factor*4; i += 4 {
					sums[x*4] += int(line[i])
					sums[x*4+1] += int(line[i+1])
					sums[x*4+2] += int(line[i+2])
					sums[x*4+3] += int(line[i+3])
				}
			}
		}
		for i, sum := range sums {
			small.Pix[y*small.Stride+i] = uint8(sum / area)
		}
	}
	return small
}
