package app

import "bytes"

// readGIF keeps the pictures with their timing, and the number of times that they are repeated.
func (f *facts) readGIF(data []byte) {
	if len(data) < 13 {
		return
	}
	at, pictures := 13+colorTable(data[10]), 0
	if at > len(data) {
		return
	}
	f.kept = [][]byte{data[:at]}
	for at < len(data) {
		body := blockBody(data, at)
		end := blocksEnd(data, body)
		if body < 0 || end < 0 {
			break
		}
		if data[at] == ',' {
			pictures++
		}
		if data[at] == ',' || data[at+1] == 0xF9 || data[at+1] == 0xFF && repeats(data[body:end]) {
			f.kept = append(f.kept, data[at:end])
		}
		at = end
	}
	f.animated = pictures > 1
	f.kept = append(f.kept, []byte(";"))
	f.parts = f.kept
}

// blockBody returns where the blocks of a picture or extension begin, or -1 if there is none.
func blockBody(data []byte, at int) int {
	switch {
	case data[at] == ',' && at+10 < len(data):
		return at + 11 + colorTable(data[at+9])
	case data[at] == '!' && at+2 < len(data):
		return at + 2
	}
	return -1
}

// blocksEnd returns where blocks end, each of which begins with its length, or -1 if they are cut
// off.
func blocksEnd(data []byte, at int) int {
	for at >= 0 && at < len(data) {
		if data[at] == 0 {
			return at + 1
		}
		at += 1 + int(data[at])
	}
	return -1
}

func repeats(blocks []byte) bool {
	return bytes.HasPrefix(blocks, []byte("\x0BNETSCAPE2.0")) || bytes.HasPrefix(blocks, []byte("\x0BANIMEXTS1.0"))
}

// colorTable returns the number of bytes of the color table that the flags announce.
func colorTable(flags byte) int {
	if flags&0x80 == 0 {
		return 0
	}
	return 3 << (flags&7 + 1)
}
