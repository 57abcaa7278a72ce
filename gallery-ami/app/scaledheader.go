package app

import "encoding/binary"

func (d *scaledJPEG) readQuantization(payload []byte) bool {
	for len(payload) > 0 {
		number, wide := payload[0]&0x0F, int(payload[0]>>4)
		if payload = payload[1:]; number > 3 || wide > 1 || len(payload) < 64<<wide {
			return false
		}
		table := new([64]int32)
		for i := range table {
			if table[i] = int32(payload[i]); wide == 1 {
				table[i] = int32(binary.BigEndian.Uint16(payload[2*i:]))
			}
		}
		d.quantization[number], payload = table, payload[64<<wide:]
	}
	return true
}

func (d *scaledJPEG) readHuffman(payload []byte) bool {
	for len(payload) > 0 {
		if len(payload) < 17 || payload[0]&0xEC != 0 {
			return false
		}
		total := 0
		for _, count := range payload[1:17] {
			total += int(count)
		}
		if total == 0 || total > 256 || len(payload) < 17+total {
			return false
		}
		table := newHuffmanTable(payload[1:17], payload[17:17+total])
		if table == nil {
			return false
		}
		if payload[0]>>4 == 0 {
			d.dc[payload[0]&3] = table
		} else {
			d.ac[payload[0]&3] = table
		}
		payload = payload[17+total:]
	}
	return true
}

func (d *scaledJPEG) readFrame(payload []byte) bool {
	if d.components != nil || len(payload) < 6 || payload[0] != 8 || payload[5] != 1 && payload[5] != 3 || len(payload) != 6+3*int(payload[5]) {
		return false
	}
	d.height, d.width = int(binary.BigEndian.Uint16(payload[1:])), int(binary.BigEndian.Uint16(payload[3:]))
	widest, highest := 1, 1
	for spec := payload[6:]; len(spec) > 0; spec = spec[3:] {
		c := component{id: spec[0], across: int(spec[1] >> 4), down: int(spec[1] & 0x0F), selector: spec[2]}
		if payload[5] == 1 {
			c.across, c.down = 1, 1
		}
		if c.across == 0 || c.down == 0 || spec[2] > 3 {
			return false
		}
		widest, highest = max(widest, c.across), max(highest, c.down)
		d.components = append(d.components, c)
	}
	d.unitsAcross, d.unitsDown = (d.width+8*widest-1)/(8*widest), (d.height+8*highest-1)/(8*highest)
	return d.width > 0 && d.height > 0 && d.place(widest, highest)
}

// place gives the components planes of one size: a color that several pixels share is decoded at a
// higher resolution.
func (d *scaledJPEG) place(widest, highest int) bool {
	for i := range d.components {
		c := &d.components[i]
		across, down := d.side*widest/c.across, d.side*highest/c.down
		if widest%c.across != 0 || highest%c.down != 0 || across > 8 || down > 8 {
			return false
		}
		c.x, c.y = basisOf(across), basisOf(down)
		c.stride = d.unitsAcross * widest * d.side
		c.pixels = make([]uint8, c.stride*d.unitsDown*highest*d.side)
	}
	return true
}

// readScan wants all components in the one scan, in their order.
func (d *scaledJPEG) readScan(payload []byte) bool {
	count := len(d.components)
	if count == 0 || len(payload) != 4+2*count || int(payload[0]) != count || string(payload[1+2*count:]) != "\x00\x3F\x00" {
		return false
	}
	for i := range d.components {
		c, id, tables := &d.components[i], payload[1+2*i], payload[2+2*i]
		if c.id != id || tables&0xCC != 0 {
			return false
		}
		c.dc, c.ac, c.table = d.dc[tables>>4], d.ac[tables&3], d.quantization[c.selector]
		if c.dc == nil || c.ac == nil || c.table == nil {
			return false
		}
	}
	return true
}
