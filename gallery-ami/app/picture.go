package app

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	_ "image/gif" // makes GIF known to image.Decode
	"image/jpeg"
	"image/png"
	"net/http"
	"strings"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp" // makes WebP known to image.Decode
)

const (
	photoQuality = 90
	thumbQuality = 78
	thumbHeight  = 360
	thumbWidth   = 720
	// longestSide is what a photo's id can hold.
	longestSide = 99_999
)

// picture is an upload made ready for storage.
type picture struct {
	format          string // jpg or png
	width, height   int
	full, thumbnail []byte
}

// develop turns an upload into a photo and its thumbnail. Both are encoded
// anew, so that nothing of the upload but its pixels (and a JPEG's colour
// profile) is kept: no location, no camera, nothing appended. JPEG stays JPEG;
// WebP becomes JPEG, or PNG where it is transparent; PNG stays PNG, and so does
// the first picture of a GIF. Sizes are checked before pixels are decoded.
// Its errors are Errors.
func develop(data []byte, maxPixels int64) (picture, error) {
	config, format, err := image.DecodeConfig(bytes.NewReader(data))
	if errors.Is(err, image.ErrFormat) {
		return picture{}, notAnImage(data)
	}
	if err != nil {
		return picture{}, damaged(format, err)
	}
	if err := checkSize(config, maxPixels); err != nil {
		return picture{}, err
	}
	decoded, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return picture{}, damaged(format, err)
	}
	orientation, profile := 1, []byte(nil)
	if format == "jpeg" {
		orientation, profile = jpegMetadata(data)
	}
	if config.ColorModel == color.CMYKModel {
		profile = nil // what is decoded and stored is RGB
	}
	return encode(upright(decoded, orientation), format, profile)
}

// checkSize counts a pixel of more than 32 bits twice: the limit is there to
// bound memory.
func checkSize(config image.Config, maxPixels int64) error {
	pixels := int64(config.Width) * int64(config.Height)
	if config.ColorModel == color.RGBA64Model || config.ColorModel == color.NRGBA64Model {
		pixels *= 2
	}
	if pixels > maxPixels || max(config.Width, config.Height) > longestSide {
		return &Error{Code: TooManyPixels, Message: fmt.Sprintf("The picture is %d × %d pixels; %s million are allowed, half as many at 16 bits a colour. Save it smaller.",
			config.Width, config.Height, millions(maxPixels))}
	}
	if pixels <= 0 {
		return &Error{Code: ImageDamaged, Message: "The picture is empty: it is 0 pixels wide or high."}
	}
	return nil
}

func notAnImage(data []byte) error {
	if len(data) == 0 {
		return &Error{Code: NotAnImage, Message: "The file is empty."}
	}
	if len(data) > 12 && string(data[4:8]) == "ftyp" {
		return &Error{Code: NotAnImage, Message: "This is a HEIC, AVIF or video file, which the gallery cannot read. Export it as JPEG and upload that."}
	}
	kind, _, _ := strings.Cut(http.DetectContentType(data), ";")
	return &Error{Code: NotAnImage, Message: "This is no JPEG, PNG, GIF or WebP, whatever its name says: its content looks like " + kind + "."}
}

func damaged(format string, err error) error {
	if format == "webp" {
		return &Error{ImageDamaged, "The WebP picture is damaged, cut off or animated, and cannot be read. Save it again as a still picture.", err}
	}
	return &Error{ImageDamaged, "The picture is damaged or cut off and cannot be read. Copy it from its source again.", err}
}

func encode(decoded image.Image, format string, profile []byte) (picture, error) {
	size := decoded.Bounds().Size()
	made := picture{format: "jpg", width: size.X, height: size.Y}
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
	made.full = withProfile(out.Bytes(), profile)
	made.thumbnail, err = thumbnailOf(decoded, profile)
	return made, err
}

func opaque(decoded image.Image) bool {
	known, ok := decoded.(interface{ Opaque() bool })
	return ok && known.Opaque()
}

// thumbnailOf makes a JPEG that fits 720 × 360, on white where the picture is
// transparent.
func thumbnailOf(full image.Image, profile []byte) ([]byte, error) {
	size := full.Bounds().Size()
	scale := min(1, float64(thumbHeight)/float64(size.Y), float64(thumbWidth)/float64(size.X))
	width, height := max(1, int(float64(size.X)*scale+0.5)), max(1, int(float64(size.Y)*scale+0.5))
	if factor := min(size.X/width, size.Y/height) / 2; factor > 1 {
		full = shrink(full, factor)
	}
	small := image.NewRGBA(image.Rect(0, 0, width, height))
	draw.Draw(small, small.Bounds(), image.White, image.Point{}, draw.Src)
	draw.CatmullRom.Scale(small, small.Bounds(), full, full.Bounds(), draw.Over, nil)
	var out bytes.Buffer
	if err := jpeg.Encode(&out, small, &jpeg.Options{Quality: thumbQuality}); err != nil {
		return nil, damaged("jpeg", err)
	}
	return withProfile(out.Bytes(), profile), nil
}

// shrink averages squares of factor × factor pixels. It goes through a large
// picture band by band, where a scaling kernel would need memory for all of it.
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
