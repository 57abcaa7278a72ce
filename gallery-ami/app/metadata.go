package app

import (
	"bytes"
	"encoding/binary"
	"io"
)

// facts holds the data of a file apart from its pixels. It is read before the pixels are decoded,
// from unchecked content.
type facts struct {
	orientation int    // of EXIF, 1 to 8
	profile     []byte // the ICC profile, or nil if there is none
	colors      []byte // the chunks of a PNG that describe its colors without a profile
	animated    bool
	gray        bool
	transparent bool // a PNG with a transparent color
	interlaced  bool
	webp, lossy bool // the pixels are lossy
	lossless    bool // a WebP's pixels or transparency
	partial     bool // a WebP's first frame does not fill it
	jpeg        jpegFrame
	// parts is the file for its decoder, without parts that break the decoder and that browsers
	// skip, and without parts that browsers do not need.
	parts [][]byte
	// kept is the file as it is stored: its pixels byte by byte, and of the rest only what browsers
	// need to show them. It is nil for a file that has to be encoded anew.
	kept [][]byte
	exif bool // of an EXIF block; the first one counts
}

var formats = []struct {
	magic string
	read  func(*facts, []byte)
}{
	{"\xFF\xD8", (*facts).readJPEG}, {"\x89PNG\r\n\x1a\n", (*facts).readPNG}, {"RIFF", (*facts).readWebP}, {"GIF8", (*facts).readGIF},
}

func readFacts(data []byte) *facts {
	f := &facts{orientation: 1, parts: [][]byte{data}}
	for _, format := range formats {
		if bytes.HasPrefix(data, []byte(format.magic)) {
			format.read(f, data)
		}
	}
	return f
}

func (f *facts) source() io.Reader {
	readers := make([]io.Reader, len(f.parts))
	for i, part := range f.parts {
		readers[i] = bytes.NewReader(part)
	}
	return io.MultiReader(readers...)
}

func (f *facts) readEXIF(block []byte) {
	block = bytes.TrimPrefix(block, []byte("Exif\x00\x00"))
	if !f.exif {
		f.exif, f.orientation = true, tiffOrientation(block)
	}
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
		value := uint32(order.Uint16(entries[8:]))
		if order.Uint16(entries[2:]) == 4 { // LONG, where the standard says SHORT
			value = order.Uint32(entries[8:])
		}
		if order.Uint16(entries) == 0x0112 && value >= 1 && value <= 8 {
			return int(value)
		}
		entries = entries[12:]
	}
	return 1
}

// orientationAlone is an EXIF segment of a JPEG with nothing but the orientation.
func orientationAlone(orientation int) []byte {
	return []byte("\xFF\xE1\x00\x22Exif\x00\x00MM\x00\x2A\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00" + string(rune(orientation)) + "\x00\x00\x00\x00\x00\x00")
}
