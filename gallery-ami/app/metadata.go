package app

import (
	"bytes"
	"encoding/binary"
	"image"
	"slices"

	"golang.org/x/image/draw"
	"golang.org/x/image/math/f64"
)

// largestProfile keeps colour profiles of cameras and phones, not those of
// printing presses, which do not fit what a browser is sent.
const largestProfile = 16 << 10

// jpegMetadata reads what is needed to show a JPEG as it was meant: the EXIF
// orientation, 1 to 8, and the ICC segments as they stand in the file. It looks
// at the segments before the pixels.
func jpegMetadata(data []byte) (orientation int, profile []byte) {
	orientation = 1
	for at := 2; at+4 <= len(data) && data[at] == 0xFF; {
		marker, end := data[at+1], at+2+int(binary.BigEndian.Uint16(data[at+2:]))
		if marker == 0xFF { // padding
			at++
			continue
		}
		if marker == 0xDA || end < at+4 || end > len(data) {
			break
		}
		payload := data[at+4 : end]
		switch exif, isExif := bytes.CutPrefix(payload, []byte("Exif\x00\x00")); {
		case marker == 0xE1 && isExif:
			orientation = tiffOrientation(exif)
		case marker == 0xE2 && bytes.HasPrefix(payload, []byte("ICC_PROFILE\x00")):
			profile = append(profile, data[at:end]...)
		}
		at = end
	}
	if len(profile) > largestProfile {
		profile = nil
	}
	return orientation, profile
}

// tiffOrientation looks for tag 0x0112 in the first directory.
func tiffOrientation(tiff []byte) int {
	if len(tiff) < 8 {
		return 1
	}
	var order binary.ByteOrder = binary.BigEndian
	if tiff[0] == 'I' {
		order = binary.LittleEndian
	}
	at := int64(order.Uint32(tiff[4:]))
	if at+2 > int64(len(tiff)) {
		return 1
	}
	entries := tiff[at+2:]
	for range order.Uint16(tiff[at:]) {
		if len(entries) < 12 {
			return 1
		}
		if value := order.Uint16(entries[8:]); order.Uint16(entries) == 0x0112 && value >= 1 && value <= 8 {
			return int(value)
		}
		entries = entries[12:]
	}
	return 1
}

// upright turns and mirrors a picture as its orientation says.
func upright(from image.Image, orientation int) image.Image {
	if orientation <= 1 {
		return from
	}
	bounds := from.Bounds()
	size := bounds.Size()
	// How a pixel's place across and down follows from its x and y.
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
	to := image.NewRGBA(image.Rectangle{Max: size})
	draw.NearestNeighbor.Transform(to, f64.Aff3(append(across, down...)), from, bounds, draw.Src, nil)
	return to
}

// withProfile puts ICC segments behind the first marker of a JPEG.
func withProfile(jpeg, profile []byte) []byte {
	if len(profile) == 0 {
		return jpeg
	}
	return bytes.Join([][]byte{jpeg[:2], profile, jpeg[2:]}, nil)
}
