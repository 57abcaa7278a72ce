package app

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"io"
	"iter"
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
	jpeg        jpegFrame
	// parts is the file for its decoder, without parts that break the decoder and that browsers
	// skip, and without parts that browsers do not need.
	parts [][]byte
	exif  bool // of an EXIF block; the first one counts
}

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

func (f *facts) readJPEG(data []byte) {
	var profile [256][]byte // a profile has numbered parts
	for marker, payload := range segments(data) {
		switch marker {
		case 0xE1, 0xE2, 0xEE:
			f.readApplication(payload, &profile)
		case 0xDA:
			f.jpeg.scans++
		case 0xC4, 0xC8, 0xCC: // tables, with numbers among those of frames
		default:
			if marker >= 0xC0 && marker <= 0xCF {
				f.jpeg.start(marker, payload)
			}
		}
	}
	f.profile, f.gray = bytes.Join(profile[:], nil), f.jpeg.components == 1
	f.parts = [][]byte{data[:2], nil, data[2:], {0xFF, 0xD9}}
	if f.jpeg.components == 4 && !f.jpeg.adobe {
		f.parts[1] = []byte("\xFF\xEE\x00\x0EAdobe\x00\x64\x00\x00\x00\x00\x00") // browsers treat CMYK as Adobe's
	}
}

// readApplication reads an application segment: Exif, a part of a profile, or Adobe's.
func (f *facts) readApplication(payload []byte, profile *[256][]byte) {
	icc, isICC := bytes.CutPrefix(payload, []byte("ICC_PROFILE\x00"))
	switch {
	case bytes.HasPrefix(payload, []byte("Exif\x00\x00")):
		f.readEXIF(payload)
	case isICC && len(icc) > 2:
		profile[icc[0]] = icc[2:]
	case len(payload) >= 12 && bytes.HasPrefix(payload, []byte("Adobe")):
		f.jpeg.adobe, f.jpeg.rgb = true, payload[11] == 0
	}
}

// segments reads a JPEG's segments to its end. Between them are pixels, or bytes that browsers
// skip.
func segments(data []byte) iter.Seq2[byte, []byte] {
	return func(yield func(marker byte, payload []byte) bool) {
		for at := 2; ; {
			skipped := bytes.IndexByte(data[at:], 0xFF)
			at += skipped
			if skipped < 0 || at+4 > len(data) || data[at+1] == 0xD9 {
				return
			}
			marker, end := data[at+1], at+2+int(binary.BigEndian.Uint16(data[at+2:]))
			switch {
			case marker == 0 || marker == 0xFF || marker >= 0xD0 && marker <= 0xD7:
				at++
			case end < at+4 || end > len(data) || !yield(marker, data[at+4:end]):
				return
			default:
				at = end
			}
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

// readPNG leaves only the chunks that the decoder uses, because it would reject a picture for a
// wrong checksum in any other.
func (f *facts) readPNG(data []byte) {
	begin := 0 // of the last part
	f.parts = nil
	at := 8
	for at+12 <= len(data) {
		end := int64(at) + 12 + int64(binary.BigEndian.Uint32(data[at:]))
		if end > int64(len(data)) {
			break
		}
		kind, body := string(data[at+4:at+8]), data[at+8:end-4]
		f.readChunk(kind, body, data[at:end])
		if kind == "IEND" {
			break
		}
		if kind != "IHDR" && kind != "PLTE" && kind != "IDAT" && kind != "tRNS" {
			f.parts, begin = append(f.parts, data[begin:at]), int(end)
		}
		at = int(end)
	}
	f.parts = append(f.parts, data[begin:at], []byte("\x00\x00\x00\x00IEND\xAE\x42\x60\x82"))
}

func (f *facts) readChunk(kind string, body, chunk []byte) {
	switch kind {
	case "IHDR":
		if len(body) == 13 {
			f.gray, f.interlaced = body[9] == 0 || body[9] == 4, body[12] != 0
		}
	case "eXIf":
		f.readEXIF(body)
	case "acTL":
		f.animated = len(body) == 8 && binary.BigEndian.Uint32(body) > 1
	case "tRNS":
		f.transparent = true
	case "cICP", "gAMA", "cHRM", "sRGB":
		f.colors = append(f.colors, chunk...)
	case "iCCP":
		if _, packed, _ := bytes.Cut(body, []byte{0}); len(packed) > 1 && f.profile == nil {
			f.profile = inflate(packed[1:])
		}
	}
}

// inflate unpacks a profile or its beginning. Useful profiles have at most 4 MB.
func inflate(packed []byte) []byte {
	from, err := zlib.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil
	}
	unpacked, err := io.ReadAll(io.LimitReader(from, 4<<20))
	if err != nil {
		return nil
	}
	return unpacked
}

func (f *facts) readWebP(data []byte) {
	f.webp = true
	for at := 12; at+8 <= len(data); {
		size := int64(binary.LittleEndian.Uint32(data[at+4:]))
		end := int64(at) + 8 + size
		if end > int64(len(data)) {
			return
		}
		body := data[at+8 : end]
		switch string(data[at : at+4]) {
		case "ANIM":
			f.animated = true
		case "ICCP":
			f.profile = body
		case "EXIF":
			f.readEXIF(body)
		case "VP8 ":
			f.lossy = true
		case "VP8L", "ALPH":
			f.lossless = true
		}
		at = int(end + size%2)
	}
}

// readGIF counts the pictures.
func (f *facts) readGIF(data []byte) {
	if len(data) < 13 {
		return
	}
	at, pictures := 13+colorTable(data[10]), 0
	for at < len(data) {
		switch {
		case data[at] == ',' && at+10 < len(data):
			pictures++
			at += 11 + colorTable(data[at+9])
		case data[at] == '!':
			at += 2
		default:
			return
		}
		f.animated = pictures > 1
		for at < len(data) && data[at] != 0 {
			at += 1 + int(data[at])
		}
		at++
	}
}

// colorTable returns the number of bytes of the color table that the flags announce.
func colorTable(flags byte) int {
	if flags&0x80 == 0 {
		return 0
	}
	return 3 << (flags&7 + 1)
}
