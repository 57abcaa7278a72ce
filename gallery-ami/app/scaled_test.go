package app

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"os"
	"path/filepath"
	"testing"
)

// hills returns a picture that has every brightness and color, and no edges.
func hills(width, height int) *image.RGBA {
	picture := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			at := func(long, wide float64) uint8 {
				return uint8(128 + 60*math.Sin(float64(x)/long) + 60*math.Cos(float64(y)/wide))
			}
			picture.SetRGBA(x, y, color.RGBA{at(40, 31), at(67, 50), at(29, 77), 255})
		}
	}
	return picture
}

func TestScaledDecodingIsAsIfScaledAfterwards(t *testing.T) {
	photo := asJPEG(t, hills(333, 251)) // no whole blocks
	gray := image.NewGray(image.Rect(0, 0, 333, 251))
	for i := range gray.Pix {
		gray.Pix[i] = hills(1, 1).Pix[0] + uint8(60*math.Sin(float64(i%333)/30))
	}
	files := map[string][]byte{"420": photo, "gray": asJPEG(t, gray)}
	for _, name := range []string{"444", "422", "440", "restarts"} {
		content, err := os.ReadFile(filepath.Join("testdata", "scaled", name+".jpg"))
		if err != nil {
			t.Fatal(err)
		}
		files[name] = content
	}
	for name, file := range files {
		whole, err := jpeg.Decode(bytes.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		for _, factor := range []int{2, 4, 8} {
			small := scaled(file, factor+1)
			if small == nil || small.Bounds().Size() != whole.Bounds().Size().Div(factor) {
				t.Fatalf("%s by %d: %v", name, factor, small)
			}
			want := shrinkPixels(whole, factor)
			var differences, greatest float64
			for i := range want.Pix {
				got := color.RGBAModel.Convert(small.At(i/4%want.Rect.Dx(), i/4/want.Rect.Dx())).(color.RGBA)
				off := math.Abs(float64(want.Pix[i]) - float64([]uint8{got.R, got.G, got.B, got.A}[i%4]))
				differences, greatest = differences+off, max(greatest, off)
			}
			if mean := differences / float64(len(want.Pix)); mean > 1 || greatest > 8 {
				t.Errorf("%s by %d: the pixels differ by %.2f, at most by %.0f", name, factor, mean, greatest)
			}
		}
	}
}

// What image/jpeg refuses is not taken, and what is of another kind is left to it.
func TestScaledDecodingRefusesWhatItDoesNotKnow(t *testing.T) {
	photo := asJPEG(t, hills(333, 251))
	scan := bytes.Index(photo, []byte("\xFF\xDA"))
	for length := range len(photo) - 3 {
		if scaled(append(photo[:length:length], 0xFF, 0xD9), 8) != nil {
			t.Fatalf("%d of %d bytes are taken", length, len(photo))
		}
	}
	for name, change := range map[string]func(file []byte){
		"another precision":  func(file []byte) { file[bytes.Index(file, []byte("\xFF\xC0"))+4] = 12 },
		"progressive":        func(file []byte) { file[bytes.Index(file, []byte("\xFF\xC0"))+1] = 0xC2 },
		"no width":           func(file []byte) { copy(file[bytes.Index(file, []byte("\xFF\xC0"))+7:], "\x00\x00") },
		"a missing table":    func(file []byte) { file[scan+6] = 0x33 },
		"another component":  func(file []byte) { file[scan+5] = 9 },
		"some frequencies":   func(file []byte) { file[scan+12] = 5 },
		"codes without end":  func(file []byte) { file[bytes.Index(file, []byte("\xFF\xC4"))+5] = 255 },
		"an unknown restart": func(file []byte) { copy(file[scan+100:], "\xFF\xD0") },
	} {
		file := bytes.Clone(photo)
		if change(file); scaled(file, 8) != nil {
			t.Errorf("%s is taken", name)
		}
	}
	if scaled(photo, 1) != nil {
		t.Error("it is decoded in its own size")
	}
}

func FuzzScaled(f *testing.F) {
	photo := asJPEG(f, hills(40, 30))
	f.Add(photo, 8)
	f.Add(photo[:len(photo)/2], 4)
	f.Add(asJPEG(f, image.NewGray(image.Rect(0, 0, 20, 20))), 2)
	f.Fuzz(func(t *testing.T, data []byte, factor int) {
		data = append(data[:len(data):len(data)], 0xFF, 0xD9) // as what is kept of a JPEG ends
		if config, err := jpeg.DecodeConfig(bytes.NewReader(data)); err != nil || config.Width*config.Height > 100_000 {
			return
		}
		if scaled(data, factor%9) == nil {
			return
		}
		if _, err := jpeg.Decode(bytes.NewReader(data)); err != nil {
			t.Errorf("image/jpeg refuses it: %v", err)
		}
	})
}
