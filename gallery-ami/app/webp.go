package app

import (
	"bytes"
	"encoding/binary"
)

// What a WebP's header announces, of which the rest is removed.
// https://developers.google.com/speed/webp/docs/riff_container#extended_file_format
const (
	webpProfile      = 0x20
	webpTransparency = 0x10
)

// readWebP keeps pixels and profile. A picture that has to be turned is encoded anew.
func (f *facts) readWebP(data []byte) {
	f.webp = true
	var chunks [][]byte
	var announced []byte // the flags of an extended header
	for at := 12; at+8 <= len(data); {
		size := int64(binary.LittleEndian.Uint32(data[at+4:]))
		end := int64(at) + 8 + size
		if end > int64(len(data)) {
			break
		}
		body := data[at+8 : end]
		chunk := append(data[at:end:end], make([]byte, size%2)...) // to an even length
		switch string(data[at : at+4]) {
		case "VP8X":
			if len(body) == 10 && announced == nil {
				chunk = bytes.Clone(chunk)
				announced = chunk[8:12]
				chunks = append(chunks, chunk)
			}
		case "ANIM":
			f.animated = true
		case "ICCP":
			if f.profile = body; f.heeded() {
				chunks = append(chunks, chunk)
			}
		case "EXIF":
			f.readEXIF(body)
		case "VP8 ":
			f.lossy = true
			chunks = append(chunks, chunk)
		case "VP8L", "ALPH":
			f.lossless = true
			chunks = append(chunks, chunk)
		}
		at = int(end + size%2)
	}
	f.keepWebP(chunks, announced)
}

func (f *facts) keepWebP(chunks [][]byte, announced []byte) {
	if announced != nil {
		announced[0] &= webpTransparency
		if f.heeded() {
			announced[0] |= webpProfile
		}
	}
	content := bytes.Join(chunks, nil)
	if len(content) == 0 {
		return // the decoder says what is wrong
	}
	header := binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(4+len(content)))
	f.parts = [][]byte{append(header, "WEBP"...), content}
	if f.orientation <= 1 {
		f.kept = f.parts
	}
}
