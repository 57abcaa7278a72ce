package app

import (
	"image"
	"image/draw"
	"slices"
)

// upright turns and mirrors a picture by its orientation. Where the pixels are whole bytes of their
// own it loses nothing of them.
func upright(from image.Image, orientation int) image.Image {
	if orientation <= 1 {
		return from
	}
	size := from.Bounds().Size()
	bounds := image.Rectangle{Max: size}
	if orientation >= 5 {
		bounds.Max = image.Pt(size.Y, size.X)
	}
	switch p := from.(type) {
	case *image.Gray:
		to := image.NewGray(bounds)
		turn(to.Pix, p.Pix, size, 1, orientation)
		return to
	case *image.Gray16:
		to := image.NewGray16(bounds)
		turn(to.Pix, p.Pix, size, 2, orientation)
		return to
	case *image.Paletted:
		to := image.NewPaletted(bounds, p.Palette)
		turn(to.Pix, p.Pix, size, 1, orientation)
		return to
	case *image.RGBA:
		to := image.NewRGBA(bounds)
		turn(to.Pix, p.Pix, size, 4, orientation)
		return to
	case *image.RGBA64:
		to := image.NewRGBA64(bounds)
		turn(to.Pix, p.Pix, size, 8, orientation)
		return to
	case *image.NRGBA64:
		to := image.NewNRGBA64(bounds)
		turn(to.Pix, p.Pix, size, 8, orientation)
		return to
	}
	p, ok := from.(*image.NRGBA)
	if !ok { // planes, or inks
		p = image.NewNRGBA(image.Rectangle{Max: size})
		draw.Draw(p, p.Rect, from, from.Bounds().Min, draw.Src)
	}
	to := image.NewNRGBA(bounds)
	turn(to.Pix, p.Pix, size, 4, orientation)
	return to
}

// turn copies the pixels of a picture of a size, each of so many bytes.
func turn(to, from []uint8, size image.Point, each, orientation int) {
	mirrored, flipped := slices.Contains([]int{2, 3, 7, 8}, orientation), slices.Contains([]int{3, 4, 6, 7}, orientation)
	at := 0
	for y := range size.Y {
		for x := range size.X {
			column, row, width := x, y, size.X
			if mirrored {
				column = size.X - 1 - x
			}
			if flipped {
				row = size.Y - 1 - y
			}
			if orientation >= 5 {
				column, row, width = row, column, size.Y
			}
			copy(to[(row*width+column)*each:], from[at:at+each])
			at += each
		}
	}
}
