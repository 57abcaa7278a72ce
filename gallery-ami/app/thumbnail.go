package app

import (
	"bytes"
	"image"
	"image/jpeg"

	"golang.org/x/image/draw"
)

const (
	thumbQuality = 78
	thumbHeight  = 360
	thumbWidth   = 720
)

// thumbnailSize returns the size in which a picture fits 720 × 360 when it stands upright, but not
// turned yet.
func (f *facts) thumbnailSize(size image.Point) image.Point {
	width, height := float64(thumbWidth), float64(thumbHeight)
	if f.orientation >= 5 {
		width, height = height, width
	}
	scale := min(1, height/float64(size.Y), width/float64(size.X))
	return image.Pt(max(1, int(float64(size.X)*scale+0.5)), max(1, int(float64(size.Y)*scale+0.5)))
}

// thumbnailOf makes an upright JPEG of a size before it is turned, on white if the picture is
// transparent.
func (f *facts) thumbnailOf(full image.Image, size image.Point) ([]byte, error) {
	small := canvas(full, image.Rectangle{Max: size})
	full = shrink(full, size.X, size.Y)
	draw.Draw(small, small.Bounds(), image.White, image.Point{}, draw.Src)
	draw.CatmullRom.Scale(small, small.Bounds(), full, full.Bounds(), draw.Over, nil)
	var out bytes.Buffer
	if err := jpeg.Encode(&out, upright(small, f.orientation), &jpeg.Options{Quality: thumbQuality}); err != nil {
		return nil, damaged("jpeg", err)
	}
	return inJPEG(out.Bytes(), f.profileFor(small)), nil
}

// shrink averages squares of pixels, as many as leave at least a width and height. A scaling kernel
// alone would need more time, and memory for all of a picture.
func shrink(full image.Image, width, height int) image.Image {
	size := full.Bounds().Size()
	factor := min(size.X/width, size.Y/height)
	switch planes := full.(type) {
	case *image.YCbCr:
		if small, ok := shrinkPlanes(planes, factor); ok {
			return small
		}
	case *image.Gray:
		small := image.NewGray(image.Rect(0, 0, size.X/factor, size.Y/factor))
		average(small.Pix, small.Rect.Max, planes.Pix, planes.Stride, factor, factor)
		return small
	}
	if factor > 3 {
		return shrinkPixels(full, factor/2)
	}
	return full
}

// shrinkPlanes averages brightness and colors where they are, each color sample as often as it
// counts. It needs a factor by which the planes of colors can be divided.
func shrinkPlanes(full *image.YCbCr, factor int) (small *image.YCbCr, ok bool) {
	across, down := 1, 1 // pixels that share a color
	switch full.SubsampleRatio {
	case image.YCbCrSubsampleRatio444:
	case image.YCbCrSubsampleRatio422:
		across = 2
	case image.YCbCrSubsampleRatio420:
		across, down = 2, 2
	case image.YCbCrSubsampleRatio440:
		down = 2
	case image.YCbCrSubsampleRatio411:
		across = 4
	case image.YCbCrSubsampleRatio410:
		across, down = 4, 2
	}
	factor -= factor % max(across, down)
	if factor < 2 || full.Rect.Min != (image.Point{}) {
		return nil, false
	}
	small = image.NewYCbCr(image.Rect(0, 0, full.Rect.Dx()/factor, full.Rect.Dy()/factor), image.YCbCrSubsampleRatio444)
	average(small.Y, small.Rect.Max, full.Y, full.YStride, factor, factor)
	average(small.Cb, small.Rect.Max, full.Cb, full.CStride, factor/across, factor/down)
	average(small.Cr, small.Rect.Max, full.Cr, full.CStride, factor/across, factor/down)
	return small, true
}

// average fills a plane of a size with the averages of rectangles of another.
func average(small []uint8, size image.Point, full []uint8, stride, across, down int) {
	sums, area := make([]uint32, size.X), uint32(across*down)
	for y := range size.Y {
		clear(sums)
		for row := y * down; row < (y+1)*down; row++ {
			line := full[row*stride:]
			for x := range sums {
				var sum uint32
				for _, value := range line[x*across : (x+1)*across] {
					sum += uint32(value)
				}
				sums[x] += sum
			}
		}
		for x, sum := range sums {
			small[y*size.X+x] = uint8((sum + area/2) / area)
		}
	}
}

// shrinkPixels averages squares of factor × factor pixels of any picture, band by band.
func shrinkPixels(full image.Image, factor int) *image.RGBA {
	bounds := full.Bounds()
	small := image.NewRGBA(image.Rect(0, 0, bounds.Dx()/factor, bounds.Dy()/factor))
	band := image.NewRGBA(image.Rect(0, 0, bounds.Dx(), factor))
	area := factor * factor
	sums := make([]int, len(small.Pix)/max(1, small.Rect.Dy()))
	for y := range small.Rect.Dy() {
		draw.Draw(band, band.Rect, full, bounds.Min.Add(image.Pt(0, y*factor)), draw.Src)
		clear(sums)
		for row := range factor {
			line := band.Pix[row*band.Stride:]
			for x := range small.Rect.Dx() {
				for i := x * factor * 4; i < (x+1)*factor*4; i += 4 {
					sums[x*4] += int(line[i])
					sums[x*4+1] += int(line[i+1])
					sums[x*4+2] += int(line[i+2])
					sums[x*4+3] += int(line[i+3])
				}
			}
		}
		for i, sum := range sums {
			small.Pix[y*small.Stride+i] = uint8(sum / area)
		}
	}
	return small
}

func isGray(picture image.Image) bool {
	_, plain := picture.(*image.Gray)
	_, deep := picture.(*image.Gray16)
	return plain || deep
}

// canvas returns an image to draw on. A gray picture stays gray, as its profile requires.
func canvas(from image.Image, bounds image.Rectangle) draw.Image {
	if isGray(from) {
		return image.NewGray(bounds)
	}
	return image.NewRGBA(bounds)
}
