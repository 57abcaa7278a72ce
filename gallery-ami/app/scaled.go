package app

import (
	"encoding/binary"
	"image"
	"math"
)

// scaledJPEG decodes a JPEG at an eighth, a quarter or half of its size: of each block of 8 × 8
// pixels it uses as many of the lowest frequencies as there will be pixels. It knows what cameras
// write, which is one scan of gray or YCbCr with Huffman codes. All else is for image/jpeg.
type scaledJPEG struct {
	width, height int
	side          int // pixels across a block of the finest component
	quantization  [4]*[64]int32
	dc, ac        [4]*huffmanTable
	interval      int // of restarts, in units, or 0
	components    []component
	unitsAcross   int
	unitsDown     int
}

// component is a plane, of which a unit has across × down blocks.
type component struct {
	id           byte
	across, down int
	selector     byte // of its quantization
	table        *[64]int32
	dc, ac       *huffmanTable
	last         int32   // the constant coefficient of the block before
	x, y         []basis // how the frequencies give each pixel of a block's row and column
	pixels       []uint8
	stride       int
}

// basis holds the weights of frequencies.
type basis [8]float32

// basisOf returns the weights for so many pixels: those of as many points of the inverse DCT, in the
// scale of eight points.
func basisOf(count int) []basis {
	all := make([]basis, count)
	for x := range all {
		all[x][0] = float32(1 / math.Sqrt(8))
		for u := 1; u < count; u++ {
			all[x][u] = float32(math.Cos(float64(2*x+1)*float64(u)*math.Pi/float64(2*count)) / 2)
		}
	}
	return all
}

// scaled returns the JPEG in a size that is divided by 8, 4 or 2, by no more than factor, or nil if
// it is of another kind or damaged.
func scaled(file []byte, factor int) image.Image {
	d := &scaledJPEG{side: 8}
	for d.side > 1 && 16/d.side <= factor {
		d.side /= 2
	}
	if d.side == 8 {
		return nil
	}
	for s := range segments(file) {
		ok := true
		switch s.marker {
		case 0xDB:
			ok = d.readQuantization(s.payload)
		case 0xC4:
			ok = d.readHuffman(s.payload)
		case 0xDD:
			if ok = len(s.payload) == 2; ok {
				d.interval = int(binary.BigEndian.Uint16(s.payload))
			}
		case 0xC0, 0xC1:
			ok = d.readFrame(s.payload)
		case 0xDA:
			if !d.readScan(s.payload) || !d.decode(s.whole[4+len(s.payload):]) {
				return nil
			}
			return d.picture()
		case 0xC2:
			ok = false
		}
		if !ok {
			return nil
		}
	}
	return nil
}

func (d *scaledJPEG) decode(pixels []byte) bool {
	r := &bitReader{data: pixels}
	for unit := range d.unitsAcross * d.unitsDown {
		if d.interval > 0 && unit > 0 && unit%d.interval == 0 {
			if !r.restart() {
				return false
			}
			for i := range d.components {
				d.components[i].last = 0
			}
		}
		for i := range d.components {
			if !d.components[i].decodeUnit(r, unit%d.unitsAcross, unit/d.unitsAcross) {
				return false
			}
		}
		if r.ended() {
			return false
		}
	}
	return true
}

func (c *component) decodeUnit(r *bitReader, column, row int) bool {
	for y := range c.down {
		for x := range c.across {
			at := ((row*c.down+y)*len(c.y))*c.stride + (column*c.across+x)*len(c.x)
			if !c.decodeBlock(r, c.pixels[at:]) {
				return false
			}
		}
	}
	return true
}

// decodeBlock reads a block's coefficients, as in F.2.2 of the standard, and skips those of the
// frequencies that are not used.
func (c *component) decodeBlock(r *bitReader, to []uint8) bool {
	size, ok := c.dc.symbol(r)
	if !ok || size > 15 {
		return false
	}
	c.last += r.number(int(size))
	var low [64]float32
	low[0] = float32(c.last * c.table[0])
	for k := 1; k < 64; k++ {
		symbol, ok := c.ac.symbol(r)
		if !ok {
			return false
		}
		run, size := int(symbol>>4), int(symbol&0x0F)
		if size == 0 && run < 15 {
			break
		}
		if k += run; k > 63 {
			return false
		}
		if at := zigzag[k]; int(at&7) < len(c.x) && int(at>>3) < len(c.y) {
			low[at] = float32(r.number(size) * c.table[k])
		} else {
			r.skip(size)
		}
	}
	c.draw(&low, to)
	return true
}

// draw makes pixels of frequencies, first across and then down.
func (c *component) draw(low *[64]float32, to []uint8) {
	if len(c.x) == 1 && len(c.y) == 1 {
		to[0] = asPixel(low[0] / 8)
		return
	}
	var rows [64]float32
	for v := range c.y {
		for x := range c.x {
			var sum float32
			for u := range c.x {
				sum += low[8*v+u] * c.x[x][u]
			}
			rows[8*v+x] = sum
		}
	}
	for y := range c.y {
		for x := range c.x {
			var sum float32
			for v := range c.y {
				sum += rows[8*v+x] * c.y[y][v]
			}
			to[y*c.stride+x] = asPixel(sum)
		}
	}
}

func asPixel(value float32) uint8 { return uint8(min(255, max(0, value+128.5))) }

// picture is as large as the part of the planes that the JPEG fills.
func (d *scaledJPEG) picture() image.Image {
	all, bounds := d.components, image.Rect(0, 0, d.width*d.side/8, d.height*d.side/8)
	if len(all) == 1 {
		return &image.Gray{Pix: all[0].pixels, Stride: all[0].stride, Rect: bounds}
	}
	return &image.YCbCr{
		Y: all[0].pixels, Cb: all[1].pixels, Cr: all[2].pixels, YStride: all[0].stride, CStride: all[1].stride,
		SubsampleRatio: image.YCbCrSubsampleRatio444, Rect: bounds,
	}
}
