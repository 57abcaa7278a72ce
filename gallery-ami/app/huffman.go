package app

// bitReader reads the bits of a JPEG's scan, to its next marker.
type bitReader struct {
	data  []byte
	at    int
	bits  uint64 // the next ones, from the top
	count int
	past  int // how many of them are behind the end, and zero
}

// fill makes at least 56 bits available.
func (r *bitReader) fill() {
	for r.count <= 56 {
		var next byte
		switch ended := r.at >= len(r.data) || r.data[r.at] == 0xFF && (r.at+1 >= len(r.data) || r.data[r.at+1] != 0); {
		case ended:
			r.past += 8
		case r.data[r.at] == 0xFF:
			next, r.at = 0xFF, r.at+2
		default:
			next, r.at = r.data[r.at], r.at+1
		}
		r.bits |= uint64(next) << (56 - r.count)
		r.count += 8
	}
}

func (r *bitReader) skip(count int) {
	r.bits <<= count
	r.count -= count
}

// ended reports whether bits were read that are not there.
func (r *bitReader) ended() bool { return r.past > r.count }

// restart goes behind the next marker, which has to be a restart.
func (r *bitReader) restart() bool {
	if r.ended() || r.at+2 > len(r.data) || r.data[r.at] != 0xFF || r.data[r.at+1] < 0xD0 || r.data[r.at+1] > 0xD7 {
		return false
	}
	*r = bitReader{data: r.data, at: r.at + 2}
	return true
}

// number reads a number of a size in bits, as in figure F.12 of the standard. The bits have to be
// available.
func (r *bitReader) number(size int) int32 {
	if size == 0 {
		return 0
	}
	value := int32(r.bits >> (64 - size))
	if r.bits>>63 == 0 {
		value -= 1<<size - 1
	}
	r.skip(size)
	return value
}

// quick is how many bits of a code are looked up at once.
const quick = 9

// huffmanTable finds a code's symbol. An entry of first holds a symbol and, above it, the code's
// length, or 0 for a longer code.
type huffmanTable struct {
	first   [1 << quick]uint16
	symbols []byte
	// Of the codes of a length: the least one that is too large, shifted to 16 bits, and what gives
	// a symbol's place when added to a code.
	ends   [17]uint32
	offset [17]int32
}

// newHuffmanTable reads the number of codes of each length and their symbols, as in figures C.1 to
// C.3 of the standard, or returns nil for a table that cannot be.
func newHuffmanTable(counts, symbols []byte) *huffmanTable {
	t := &huffmanTable{symbols: symbols}
	code, place := uint32(0), 0
	for length := 1; length <= 16; length++ {
		t.offset[length] = int32(place) - int32(code)
		for range counts[length-1] {
			if code >= 1<<length || place >= len(symbols) {
				return nil
			}
			if length <= quick {
				entry := uint16(length)<<8 | uint16(symbols[place])
				for i := code << (quick - length); i < (code+1)<<(quick-length); i++ {
					t.first[i] = entry
				}
			}
			code, place = code+1, place+1
		}
		t.ends[length] = code << (16 - length)
		code <<= 1
	}
	return t
}

// symbol reads a code. It makes 32 bits available, enough for a number behind the code, too.
func (t *huffmanTable) symbol(r *bitReader) (symbol byte, ok bool) {
	if r.count < 32 {
		r.fill()
	}
	if entry := t.first[r.bits>>(64-quick)]; entry != 0 {
		r.skip(int(entry >> 8))
		return byte(entry), true
	}
	next := uint32(r.bits >> 48)
	for length := quick + 1; length <= 16; length++ {
		if next < t.ends[length] {
			place := int32(next>>(16-length)) + t.offset[length]
			if place < 0 || int(place) >= len(t.symbols) {
				return 0, false
			}
			r.skip(length)
			return t.symbols[place], true
		}
	}
	return 0, false
}

// zigzag is the order of a block's coefficients: figure A.6 of the standard.
var zigzag = func() (order [64]uint8) {
	x, y, step := 0, 0, 1 // step is 1 on the way up
	for i := range order {
		order[i] = uint8(8*y + x)
		switch {
		case step == 1 && x == 7, step == -1 && y < 7 && x == 0:
			y, step = y+1, -step
		case step == 1 && y == 0, step == -1 && y == 7:
			x, step = x+1, -step
		default:
			x, y = x+step, y-step
		}
	}
	return order
}()
