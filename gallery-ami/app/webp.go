package app

import (
	"bytes"
	"encoding/binary"
	"iter"
)

// What the header of a WebP announces, of which the rest is removed.
// https://developers.google.com/speed/webp/docs/riff_container#extended_file_format
const (
	webpProfile      = 0x20
	webpTransparency = 0x10
	webpAnimation    = 0x02
	// frameHeader is how many bytes of a frame come before its pixels, with kind and length.
	frameHeader = 8 + 16
)

// webpParts collects what of a WebP is kept, and its still or first frame for the decoder.
type webpParts struct {
	header      []byte // of the extended format, or nil
	kept, still [][]byte
	apart       bool // the transparency
}

// readWebP keeps pixels, profile and animation. A picture that has to be turned is encoded anew.
func (f *facts) readWebP(data []byte) {
	f.webp = true
	var parts webpParts
	for kind, chunk := range webpChunks(data[min(12, len(data)):]) {
		switch kind {
		case "VP8X":
			if len(chunk) == 18 && parts.header == nil {
				parts.header = bytes.Clone(chunk)
				f.animated = chunk[8]&webpAnimation != 0
			}
		case "ICCP":
			if f.profile = chunk[8:]; f.heeded() {
				parts.kept = append(parts.kept, chunk)
			}
		case "EXIF":
			f.readEXIF(chunk[8:])
		case "ANIM", "ANMF":
			if f.animated {
				parts.kept = append(parts.kept, chunk)
				f.readFrame(kind, chunk, &parts)
			}
		case "VP8 ", "VP8L", "ALPH":
			if !f.animated {
				parts.kept = append(parts.kept, chunk)
				f.readPixels(kind, chunk, &parts)
			}
		}
	}
	f.keepWebP(&parts)
}

// webpChunks reads chunks with their kind and length.
func webpChunks(data []byte) iter.Seq2[string, []byte] {
	return func(yield func(kind string, chunk []byte) bool) {
		for len(data) >= 8 {
			size := int64(binary.LittleEndian.Uint32(data[4:]))
			end := 8 + size
			if end > int64(len(data)) || !yield(string(data[:4]), data[:end]) {
				return
			}
			data = data[min(end+size%2, int64(len(data))):]
		}
	}
}

// readFrame takes the first frame as the still.
func (f *facts) readFrame(kind string, frame []byte, parts *webpParts) {
	if kind != "ANMF" || len(frame) < frameHeader || parts.still != nil {
		return
	}
	f.partial = !bytes.Equal(frame[8+6:8+12], parts.header[8+4:])
	for kind, chunk := range webpChunks(frame[frameHeader:]) {
		f.readPixels(kind, chunk, parts)
	}
}

func (f *facts) readPixels(kind string, chunk []byte, parts *webpParts) {
	switch kind {
	case "VP8 ":
		f.lossy = true
	case "VP8L":
		f.lossless = true
	case "ALPH":
		f.lossless, parts.apart = true, true
	default:
		return
	}
	parts.still = append(parts.still, chunk)
}

func (f *facts) keepWebP(parts *webpParts) {
	if len(parts.still) == 0 {
		return // the decoder says what is wrong
	}
	still := parts.still
	if parts.header != nil {
		flags := parts.header[8] & webpTransparency
		still = append([][]byte{bytes.Clone(parts.header)}, still...)
		if still[0][8] = 0; parts.apart {
			still[0][8] = webpTransparency
		}
		if f.heeded() {
			flags |= webpProfile
		}
		if f.animated {
			flags |= webpAnimation
		}
		parts.header[8] = flags
		parts.kept = append([][]byte{parts.header}, parts.kept...)
	}
	f.parts = riff(still)
	if f.orientation <= 1 {
		f.kept = riff(parts.kept)
	}
}

// riff makes a WebP of chunks, each of which begins at an even place.
func riff(chunks [][]byte) [][]byte {
	header := []byte("RIFF\x00\x00\x00\x00WEBP")
	parts, size := [][]byte{header}, 4
	for _, chunk := range chunks {
		parts, size = append(parts, chunk), size+len(chunk)
		if len(chunk)%2 == 1 {
			parts, size = append(parts, []byte{0}), size+1
		}
	}
	binary.LittleEndian.PutUint32(header[4:], uint32(size))
	return parts
}
