package app

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"io"
	"slices"
)

const endOfPNG = "\x00\x00\x00\x00IEND\xAE\x42\x60\x82"

var (
	// pixelChunks are the chunks of a PNG that its decoder uses.
	pixelChunks = []string{"IHDR", "PLTE", "IDAT", "tRNS"}
	// shownChunks are others that browsers use, for colors and animation.
	// https://www.w3.org/TR/png-3/#11Chunks
	shownChunks = []string{"cICP", "mDCV", "cLLI", "gAMA", "cHRM", "sRGB", "acTL", "fcTL", "fdAT"}
)

// readPNG leaves only the chunks that the decoder uses, because it would reject a picture for a
// wrong checksum in any other. A picture that has to be turned is encoded anew, which loses nothing.
func (f *facts) readPNG(data []byte) {
	f.parts, f.kept = [][]byte{data[:8]}, [][]byte{data[:8]}
	var profile []byte // its chunk
	for at := 8; at+12 <= len(data); {
		end := int64(at) + 12 + int64(binary.BigEndian.Uint32(data[at:]))
		if end > int64(len(data)) {
			break
		}
		kind, chunk := string(data[at+4:at+8]), data[at:end]
		if kind == "IEND" {
			break
		}
		f.readChunk(kind, data[at+8:end-4], chunk)
		switch {
		case slices.Contains(pixelChunks, kind):
			f.parts = append(f.parts, chunk)
			f.kept = append(f.kept, chunk)
		case slices.Contains(shownChunks, kind):
			f.kept = append(f.kept, chunk)
		case kind == "iCCP" && profile == nil:
			profile = chunk
			f.kept = append(f.kept, chunk)
		}
		at = int(end)
	}
	f.parts = append(f.parts, []byte(endOfPNG))
	f.kept = append(f.kept, []byte(endOfPNG))
	if f.orientation > 1 {
		f.kept = nil
	}
	if !f.heeded() {
		f.kept = without(f.kept, profile)
	}
}

// without removes one part.
func without(parts [][]byte, part []byte) (left [][]byte) {
	for _, one := range parts {
		if len(part) == 0 || &one[0] != &part[0] {
			left = append(left, one)
		}
	}
	return left
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
