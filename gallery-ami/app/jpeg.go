package app

import (
	"bytes"
	"encoding/binary"
	"iter"
)

// jpegFrame holds what a JPEG's markers say about its pixels. Markers are numbered as in table B.1
// of
// https://www.w3.org/Graphics/JPEG/itu-t81.pdf.
type jpegFrame struct {
	marker     byte // of the start of frame, or 0 if there is none
	precision  byte // bits
	components int
	samples    int64 // of all components
	scans      int64
	adobe, rgb bool
}

// segment is one of a JPEG. Whole has its marker and length too, and the pixels that follow the
// header of a scan.
type segment struct {
	marker         byte
	payload, whole []byte
}

// jpegParts collects what of a JPEG is kept.
type jpegParts struct {
	profile [256][]byte // a profile has numbered parts
	packed  [][]byte    // the segments of the profile
	pixels  [][]byte
	jfif    bool
	adobe   []byte
	whole   bool // it has its end
}

// jfif is a JFIF segment without a density, which browsers ignore, and without a thumbnail.
const jfif = "\xFF\xE0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"

// adobe begins a segment of Adobe's; the last byte says how the colors are stored.
const adobe = "\xFF\xEE\x00\x0EAdobe\x00\x64\x00\x00\x00\x00"

// readJPEG keeps the tables and scans, the profile, and of the other application segments what
// decides how the pixels look. Browsers turn a photo by the orientation of its EXIF block:
// https://drafts.csswg.org/css-images-3/#the-image-orientation. A JPEG can be turned without a loss
// only if its size is a multiple of its blocks', so the photo keeps a block with that one entry. Of a
// JPEG without an end nobody knows where the pixels end, so it is encoded anew.
func (f *facts) readJPEG(data []byte) {
	var parts jpegParts
	for s := range segments(data) {
		switch marker := s.marker; {
		case marker >= 0xE0 && marker <= 0xEF:
			if f.jpeg.scans == 0 { // decoders read the header's only
				f.readApplication(s, &parts)
			}
		case marker == 0xFE || marker == 0xDC || marker == 0x01: // a comment, or what decoders skip
		case marker == 0xD9:
			parts.whole = true
		case marker == 0xDA:
			f.jpeg.scans++
			parts.pixels = append(parts.pixels, s.whole)
		case marker == 0xC4 || marker == 0xDB || marker == 0xDD: // tables, and the interval of restarts
			parts.pixels = append(parts.pixels, s.whole)
		case marker >= 0xC0 && marker <= 0xCF && marker != 0xC8 && marker != 0xCC:
			f.jpeg.start(marker, s.payload)
			parts.pixels = append(parts.pixels, s.whole)
		default: // no decoder knows it
			f.parts = [][]byte{data}
			return
		}
	}
	f.profile, f.gray = bytes.Join(parts.profile[:], nil), f.jpeg.components == 1
	f.keepJPEG(data, &parts)
}

func (f *facts) keepJPEG(data []byte, parts *jpegParts) {
	if f.jpeg.components == 4 && parts.adobe == nil {
		parts.adobe = []byte(adobe + "\x00") // browsers treat CMYK as Adobe's
	}
	f.parts = [][]byte{data[:2]}
	if parts.jfif {
		f.parts = append(f.parts, []byte(jfif))
	}
	if f.orientation > 1 {
		f.parts = append(f.parts, orientationAlone(f.orientation))
	}
	if f.heeded() {
		f.parts = append(f.parts, parts.packed...)
	}
	f.parts = append(append(append(f.parts, parts.adobe), parts.pixels...), []byte{0xFF, 0xD9})
	if parts.whole {
		f.kept = f.parts
	}
}

// readApplication reads an application segment: Exif, a part of a profile, Adobe's or JFIF's.
func (f *facts) readApplication(s segment, parts *jpegParts) {
	icc, isICC := bytes.CutPrefix(s.payload, []byte("ICC_PROFILE\x00"))
	switch {
	case s.marker == 0xE1 && bytes.HasPrefix(s.payload, []byte("Exif\x00\x00")):
		f.readEXIF(s.payload)
	case s.marker == 0xE2 && isICC && len(icc) > 2:
		parts.profile[icc[0]] = icc[2:]
		parts.packed = append(parts.packed, s.whole)
	case s.marker == 0xEE && len(s.payload) >= 12 && bytes.HasPrefix(s.payload, []byte("Adobe")):
		f.jpeg.adobe, f.jpeg.rgb = true, s.payload[11] == 0
		parts.adobe = append([]byte(adobe), s.payload[11])
	case s.marker == 0xE0 && bytes.HasPrefix(s.payload, []byte("JFIF\x00")):
		parts.jfif = true
	}
}

// segments reads a JPEG's segments to the end of its first image. Between them are pixels, or bytes
// that browsers skip.
func segments(data []byte) iter.Seq[segment] {
	return func(yield func(segment) bool) {
		for at := nextMarker(data, 2); at >= 0; {
			s := segment{marker: data[at+1]}
			end := at + 2
			if alone := s.marker == 0x01 || s.marker == 0xD8 || s.marker == 0xD9; !alone && at+4 <= len(data) {
				end += int(binary.BigEndian.Uint16(data[at+2:]))
				if end < at+4 || end > len(data) {
					return
				}
				s.payload, s.whole = data[at+4:end], data[at:end]
			}
			next := nextMarker(data, end)
			if s.marker == 0xDA {
				s.whole = data[at:]
				if next >= 0 {
					s.whole = data[at:next]
				}
			}
			if !yield(s) || s.marker == 0xD9 {
				return
			}
			at = next
		}
	}
}

// nextMarker returns where the next marker of a segment begins, or -1. Zero after 0xFF is a byte of
// the pixels, and restarts belong to them.
func nextMarker(data []byte, from int) int {
	for at := from; ; at++ {
		skipped := bytes.IndexByte(data[at:], 0xFF)
		at += skipped
		if skipped < 0 || at+2 > len(data) {
			return -1
		}
		if marker := data[at+1]; marker != 0 && marker != 0xFF && (marker < 0xD0 || marker > 0xD7) {
			return at
		}
	}
}

func (j *jpegFrame) start(marker byte, payload []byte) {
	if len(payload) < 6 || len(payload) < 6+3*int(payload[5]) || j.marker != 0 {
		return
	}
	height, width := int64(binary.BigEndian.Uint16(payload[1:])), int64(binary.BigEndian.Uint16(payload[3:]))
	j.marker, j.precision, j.components = marker, payload[0], int(payload[5])
	var widest, highest, area int64 = 1, 1, 0
	for i := range j.components {
		across, down := int64(payload[7+3*i]>>4), int64(payload[7+3*i]&0x0F)
		widest, highest, area = max(widest, across), max(highest, down), area+across*down
	}
	if j.components == 1 {
		widest, highest, area = 1, 1, 1
	}
	units := ((width + 8*widest - 1) / (8 * widest)) * ((height + 8*highest - 1) / (8 * highest))
	j.samples = units * area * 64
	j.rgb = j.rgb || j.components == 3 && payload[6] == 'R'
}
