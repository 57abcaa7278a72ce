package app

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"strings"
	"testing"
)

const testPixels = 1_000_000

// develop makes a photo of an upload, alone.
func develop(data []byte, most limits) (picture, error) {
	return newDarkroom(most.memory).develop(context.Background(), data, most)
}

// within returns the limits of a gallery that allows so many pixels.
func within(pixels int64) limits { return Config{MaxPixels: pixels}.limits() }

// pngClaiming returns a PNG header that promises a size and holds no pixels.
func pngClaiming(width, height uint32) []byte {
	header := binary.BigEndian.AppendUint32([]byte("IHDR"), width)
	header = binary.BigEndian.AppendUint32(header, height)
	header = append(header, 8, 2, 0, 0, 0)
	out := append([]byte("\x89PNG\r\n\x1a\n"), 0, 0, 0, 13)
	out = append(out, header...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(header))
}

// jpegWith puts a segment behind a JPEG's first marker.
func jpegWith(photo []byte, marker byte, payload string) []byte {
	segment := binary.BigEndian.AppendUint16([]byte{0xFF, marker}, uint16(len(payload)+2))
	return bytes.Join([][]byte{photo[:2], segment, []byte(payload), photo[2:]}, nil)
}

// exif returns a directory with an orientation and a text that tells a location.
func exif(order binary.AppendByteOrder, orientation uint16) string {
	tiff := []byte("MM\x00\x2A")
	if order.String() == binary.LittleEndian.String() {
		tiff = []byte("II\x2A\x00")
	}
	tiff = order.AppendUint32(tiff, 8)
	tiff = order.AppendUint16(tiff, 2)
	for _, entry := range [][2]uint16{{0x010E, 2}, {0x0112, 3}} {
		tiff = order.AppendUint16(tiff, entry[0])
		tiff = order.AppendUint16(tiff, entry[1])
		tiff = order.AppendUint32(tiff, 1)
		tiff = order.AppendUint16(tiff, orientation)
		tiff = order.AppendUint16(tiff, 0)
	}
	return "Exif\x00\x00" + string(tiff) + "GPS 52.5200 N 13.4050 E"
}

func TestBadPicturesAreRefusedWithTheReason(t *testing.T) {
	photo := asJPEG(t, scenery(200, 100))
	for name, test := range map[string]struct {
		data []byte
		code Code
		says string
	}{
		"empty":            {nil, NotAnImage, "empty"},
		"text":             {[]byte("just some words"), NotAnImage, "text/plain"},
		"web page":         {[]byte("<html><script>alert(1)</script>"), NotAnImage, "text/html"},
		"program":          {[]byte("\x7fELF\x02\x01\x01 program"), NotAnImage, "application/octet-stream"},
		"HEIC":             {[]byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1"), NotAnImage, "JPEG"},
		"PNG bomb":         {pngClaiming(60_000, 60_000), TooManyPixels, "60000 × 60000"},
		"just too large":   {pngClaiming(1001, 1000), TooManyPixels, "1 million"},
		"very long":        {pngClaiming(200_000, 1), TooManyPixels, "200000 × 1"},
		"no width":         {pngClaiming(0, 10), ImageDamaged, ""},
		"cut off":          {photo[:len(photo)/2], ImageDamaged, "cut off"},
		"header only":      {photo[:20], ImageDamaged, "cut off"},
		"pixels missing":   {pngClaiming(10, 10), ImageDamaged, "cut off"},
		"cut off animated": {[]byte("GIF89a\x0a\x00\x0a\x00\x80\x00\x00"), ImageDamaged, "cut off"},
		"cut off WebP":     {[]byte("RIFF\x24\x00\x00\x00WEBPVP8 \x18\x00\x00\x00\x30\x01"), ImageDamaged, "WebP"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := develop(test.data, within(testPixels))
			var known *Error
			if !errors.As(err, &known) || known.Code != test.code || !strings.Contains(known.Message, test.says) {
				t.Errorf("got %v, want %s with %q", err, test.code, test.says)
			}
		})
	}
}

func TestFormatsAreStoredAsBrowsersKnowThem(t *testing.T) {
	var animated bytes.Buffer
	frame := image.NewPaletted(image.Rect(0, 0, 20, 10), color.Palette{color.Black, color.White})
	if err := gif.EncodeAll(&animated, &gif.GIF{Image: []*image.Paletted{frame, frame}, Delay: []int{5, 5}}); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		data   []byte
		format string
		size   image.Point
	}{
		"JPEG":          {asJPEG(t, scenery(30, 20)), "jpg", image.Pt(30, 20)},
		"grey JPEG":     {asJPEG(t, image.NewGray(image.Rect(0, 0, 9, 9))), "jpg", image.Pt(9, 9)},
		"PNG":           {asPNG(t, scenery(30, 20)), "png", image.Pt(30, 20)},
		"animated GIF":  {animated.Bytes(), "gif", image.Pt(20, 10)},
		"lossy WebP":    {webp(t, lossyWebP), "webp", image.Pt(40, 30)},
		"lossless WebP": {webp(t, losslessWebP), "webp", image.Pt(40, 30)},
		"one pixel":     {asPNG(t, scenery(1, 1)), "png", image.Pt(1, 1)},
		"panorama":      {asJPEG(t, scenery(5000, 4)), "jpg", image.Pt(5000, 4)},
		"large":         {asJPEG(t, scenery(3001, 2003)), "jpg", image.Pt(3001, 2003)},
	} {
		t.Run(name, func(t *testing.T) {
			made, err := develop(test.data, within(10*testPixels))
			if err != nil {
				t.Fatal(err)
			}
			if made.format != test.format || decodedSize(t, made.full) != test.size {
				t.Errorf("stored as %s of %v", made.format, decodedSize(t, made.full))
			}
			small, err := jpeg.DecodeConfig(bytes.NewReader(made.thumbnail))
			if err != nil || small.Width > thumbWidth || small.Height > thumbHeight {
				t.Errorf("the thumbnail is %d × %d: %v", small.Width, small.Height, err)
			}
		})
	}
}

func TestThumbnailKeepsTheColorsOfALargePicture(t *testing.T) {
	made, err := develop(asJPEG(t, scenery(4000, 2400)), within(10*testPixels))
	if err != nil {
		t.Fatal(err)
	}
	small, _, err := image.Decode(bytes.NewReader(made.thumbnail))
	if err != nil {
		t.Fatal(err)
	}
	if got := corners(small); got != "RGBW" {
		t.Errorf("the corners are %s", got)
	}
}

// corners names the colors of the corners by rows.
func corners(picture image.Image) string {
	var names strings.Builder
	bounds := picture.Bounds()
	for _, y := range []int{bounds.Min.Y + 2, bounds.Max.Y - 3} {
		for _, x := range []int{bounds.Min.X + 2, bounds.Max.X - 3} {
			r, g, b, _ := picture.At(x, y).RGBA()
			switch r, g, b := r > 0x8000, g > 0x8000, b > 0x8000; {
			case r && g && b:
				names.WriteByte('W')
			case r:
				names.WriteByte('R')
			case g:
				names.WriteByte('G')
			case b:
				names.WriteByte('B')
			default:
				names.WriteByte('-')
			}
		}
	}
	return names.String()
}

func TestOrientationIsAppliedAndMetadataIsGone(t *testing.T) {
	profile := profileOf("RGB ", "a display's colors")
	for orientation, want := range map[uint16]string{
		0: "RGBW", 1: "RGBW", 2: "GRWB", 3: "WBGR", 4: "BWRG", 5: "RBGW", 6: "BRWG", 7: "WGBR", 8: "GWRB", 9: "RGBW",
	} {
		for _, order := range []binary.AppendByteOrder{binary.BigEndian, binary.LittleEndian} {
			upload := inJPEG(asJPEG(t, scenery(64, 32)), profile)
			upload = jpegWith(upload, 0xFE, "taken at home by the camera's owner")
			upload = jpegWith(upload, 0xE1, exif(order, orientation))
			upload = append(upload, "appended behind the end"...)
			made, err := develop(upload, within(testPixels))
			if err != nil {
				t.Fatal(err)
			}
			decoded := opened(t, made.full)
			if got := corners(decoded); got != want {
				t.Errorf("orientation %d, %s: corners %s, want %s", orientation, order, got, want)
			}
			if size := decoded.Bounds().Size(); made.width != size.X || made.height != size.Y {
				t.Errorf("orientation %d: %d × %d is told of %v", orientation, made.width, made.height, size)
			}
			for _, stored := range [][]byte{made.full, made.thumbnail} {
				for _, private := range []string{"GPS", "owner", "appended", "II\x2A"} {
					if bytes.Contains(stored, []byte(private)) {
						t.Errorf("what is stored still holds %q", private)
					}
				}
				if !bytes.Contains(stored, profile) {
					t.Error("the color profile is lost")
				}
			}
		}
	}
}

func FuzzDevelop(f *testing.F) {
	photo := asJPEG(f, scenery(16, 8))
	f.Add(photo)
	f.Add(photo[:len(photo)/2])
	f.Add(jpegWith(photo, 0xE1, exif(binary.BigEndian, 6)))
	f.Add(jpegWith(photo, 0xE1, exif(binary.LittleEndian, 5)))
	f.Add(jpegWith(photo, 0xE2, "ICC_PROFILE\x00\x01\x01"))
	f.Add(jpegWith(photo, 0xE1, "Exif\x00\x00MM\x00\x2A\xFF\xFF\xFF\xFF"))
	f.Add(asPNG(f, scenery(16, 8)))
	f.Add(pngClaiming(1<<31-1, 1<<31-1))
	f.Add([]byte("GIF89a\x0a\x00\x0a\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff,\x00\x00\x00\x00\x0a\x00\x0a\x00\x00\x02\x02\x4c\x01\x00;"))
	f.Add(webp(f, lossyWebP))
	f.Add(webp(f, losslessWebP))
	f.Add(inJPEG(photo, profileOf("GRAY", "x")))
	f.Add(pngWith(asPNG(f, image.NewGray(image.Rect(0, 0, 3, 3))), "iCCP", "x\x00\x00"))
	f.Add(webpWith(webp(f, lossyWebP), "ICCP", string(profileOf("RGB ", "x"))))
	for _, name := range []string{"arithmetic.jpg", "cmyk.jpg", "ycck.jpg", "oriented.png", "oriented.webp", "transparent.webp"} {
		f.Add(fixture(f, name))
	}
	const most = 100_000
	f.Fuzz(func(t *testing.T, data []byte) {
		made, err := develop(data, within(most))
		if err != nil {
			var known *Error
			if !errors.As(err, &known) {
				t.Fatalf("an error without a code: %v", err)
			}
			return
		}
		if made.width*made.height > most || opened(t, made.full).Bounds().Size() != image.Pt(made.width, made.height) {
			t.Fatalf("%d × %d is stored as %v", made.width, made.height, decodedSize(t, made.full))
		}
		decodedSize(t, made.thumbnail)
	})
}

func webp(t testing.TB, text string) []byte {
	t.Helper()
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// A gradient of 40 × 30 pixels.
const (
	lossyWebP    = "UklGRpYAAABXRUJQVlA4IIoAAABwBQCdASooAB4APoEwlEe4KqIhOrmYAwAQCWoAnTL2eZ+zAGBwAniYT+t2qwt9f2gHebWAAP776v8bhqzEZOJv+s+/0+REnc6yZHU63dZcsDv6q/oxFN371+YYDtyFUKij25aQu+0CG9dUlpU6VnD9Wg+hgMame6kjtcoPR0jA+FHn6ZBYjUxNuAA="
	losslessWebP = "UklGRjoAAABXRUJQVlA4TC0AAAAvJ0AHAAmAIAb8N0uI6H+qBUAQ/sslRPQ/FYi0bQrvX/bwwRiMVkwAVR2o/gsA"
)
