package app

import (
	"fmt"
	"image"
	"image/color"
	"io"
	"runtime/metrics"
	"time"
)

const (
	// maxBlocks limits how many squares of 8 × 8 pixels a JPEG's scans may cover in all: some
	// seconds' work. A picture of 50 megapixels has 1.2 to 2.3 million, and the usual progressive
	// JPEG covers them ten times.
	maxBlocks = 50_000_000
	// longestDecode is the limit for what is not estimated. A picture takes seconds, so it only
	// ends what hangs.
	longestDecode = time.Minute
	// checkEvery is how many bytes a decoder gets between two checks of time and memory.
	checkEvery = 4096
	// besideDecoding limits the heap beside the pictures that are being decoded: waiting uploads,
	// kept photos, and the rest.
	besideDecoding = 192 << 20
	// webpTables is the maximum size of a lossless WebP's code tables, which the file itself need
	// not contain: one for each of 65,536 groups, each for at least 16 pixels.
	webpTables, webpTable = 65_536, 2_700
)

// unsupported refuses pictures that no decoder here supports, with a message of its own.
func (f *facts) unsupported() error {
	kind := ""
	switch marker := f.jpeg.marker; {
	case marker >= 0xC9:
		kind = "an arithmetic-coded JPEG"
	case marker == 0xC3 || marker >= 0xC5:
		kind = "a lossless or hierarchical JPEG"
	case marker != 0 && f.jpeg.precision != 8:
		kind = fmt.Sprintf("a JPEG of %d bits a color", f.jpeg.precision)
	case f.partial:
		return &Error{Code: UnsupportedImage, Message: "This WebP is animated and begins with a part of a picture, which the gallery cannot read. Save it again as a still picture, or as GIF, and upload that."}
	default:
		return nil
	}
	return &Error{Code: UnsupportedImage, Message: "This photo is " + kind + ", which most browsers do not show either. Save it again as a usual (baseline, 8-bit) JPEG and upload that."}
}

// check refuses a picture that is empty or takes too much to decode.
func (f *facts) check(config image.Config, most limits) error {
	pixels, bytes := int64(config.Width)*int64(config.Height), f.weigh(config)
	switch {
	case pixels <= 0:
		return &Error{Code: ImageDamaged, Message: "The picture is empty: it is 0 pixels wide or high."}
	case pixels > most.pixels || max(config.Width, config.Height) > longestSide:
		return &Error{Code: TooManyPixels, Message: fmt.Sprintf("The picture is %d × %d pixels; %s million are allowed. Save it smaller.", config.Width, config.Height, millions(most.pixels))}
	case bytes > most.memory:
		return &Error{Code: TooHardToDecode, Message: fmt.Sprintf("The picture would take %d MB of memory to open; %d MB are allowed. Save it smaller, or as a usual JPEG: RGB, not progressive.", bytes/1e6, most.memory/1e6)}
	case f.jpeg.scans*f.jpeg.samples/64 > maxBlocks:
		return &Error{Code: TooHardToDecode, Message: fmt.Sprintf("The picture is stored in %d layers, which would take too long to open. Save it again as a usual JPEG, not progressive.", f.jpeg.scans)}
	}
	return nil
}

// weigh estimates the memory in bytes that a picture takes until it stands upright.
func (f *facts) weigh(config image.Config) (bytes int64) {
	pixels := int64(config.Width) * int64(config.Height)
	bytes = pixels * f.pixel(config.ColorModel)
	if f.jpeg.marker != 0 {
		bytes = f.jpeg.samples
	}
	if f.jpeg.marker == 0xC2 { // progressive: all coefficients are kept
		bytes += 4 * f.jpeg.samples
	}
	if f.jpeg.components == 4 || f.jpeg.rgb {
		bytes += 4 * pixels
	}
	if f.interlaced {
		bytes += bytes / 2
	}
	if f.lossless {
		bytes += webpTable * min(webpTables, pixels/16)
	}
	if f.orientation > 1 && f.kept == nil { // it is turned
		bytes += 4 * pixels
	}
	return bytes
}

// pixel returns the bytes of memory that a decoded pixel takes.
func (f *facts) pixel(model color.Model) int64 {
	if f.transparent && model != color.RGBAModel {
		return 8
	}
	switch model {
	case color.RGBA64Model, color.NRGBA64Model:
		return 8
	case color.Gray16Model:
		return 2
	case color.YCbCrModel: // a WebP's, says its header
		if f.lossless {
			return 4
		}
		return 2
	case color.NYCbCrAModel:
		return 7 // its transparency is decoded as a separate picture
	}
	return 4
}

// watched is a decoder's input, which ends when decoding takes too long or more memory than
// estimated: a decoder cannot be stopped, but it makes no progress without input.
type watched struct {
	from  io.Reader
	until time.Time
	most  func() uint64 // limit of the live heap in bytes
	given int           // bytes since the last check
}

func (w *watched) Read(p []byte) (int, error) {
	if w.given >= checkEvery {
		w.given = 0
		live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		metrics.Read(live)
		if time.Now().After(w.until) || live[0].Value.Uint64() > w.most() {
			return 0, &Error{Code: TooHardToDecode, Message: "The picture takes too long or too much memory to open. Save it again as a usual JPEG and upload that."}
		}
	}
	n, err := w.from.Read(p)
	w.given += n
	return n, err
}
