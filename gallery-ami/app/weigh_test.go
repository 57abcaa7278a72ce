package app

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"strings"
	"testing"
	"time"
)

// frame returns a JPEG's start of frame, for components without subsampling.
func frame(marker, precision byte, width, height uint16, components byte) []byte {
	payload := binary.BigEndian.AppendUint16([]byte{precision}, height)
	payload = append(binary.BigEndian.AppendUint16(payload, width), components)
	for i := range components {
		payload = append(payload, i+1, 0x11, 0)
	}
	return jpegWith([]byte("\xFF\xD8"), marker, string(payload))
}

func TestPictureIsWeighedBeforeItIsDecoded(t *testing.T) {
	scan := "\xFF\xDA\x00\x08\x01\x01\x00\x00\x3F\x00pixels\xFF\x00more"
	for name, test := range map[string]struct {
		data []byte
		code Code
		says string
	}{
		"JPEG":             {frame(0xC0, 8, 7_000, 7_000, 3), ImageDamaged, "cut off"}, // it is allowed, and has no pixels
		"progressive JPEG": {append(frame(0xC2, 8, 5_000, 5_000, 3), scan...), TooHardToDecode, "375 MB of memory"},
		"progressive CMYK": {append(frame(0xC2, 8, 7_000, 7_000, 4), scan...), TooHardToDecode, "1176 MB of memory to open; 300 MB are allowed"},
		"many scans":       {append(frame(0xC2, 8, 2_000, 2_000, 3), strings.Repeat(scan, 300)...), TooHardToDecode, "300 layers"},
		"some scans":       {append(frame(0xC2, 8, 2_000, 2_000, 3), strings.Repeat(scan, 20)...), ImageDamaged, ""},
		"12 bits":          {frame(0xC1, 12, 8, 8, 3), UnsupportedImage, "12 bits a color"},
		"lossless":         {frame(0xC3, 8, 8, 8, 3), UnsupportedImage, "lossless"},
		"arithmetic":       {fixture(t, "arithmetic.jpg"), UnsupportedImage, "arithmetic-coded JPEG, which most browsers do not show either"},
		"two components":   {frame(0xC0, 8, 8, 8, 2), UnsupportedImage, "number of components"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := develop(test.data, within(50*testPixels))
			var known *Error
			if !errors.As(err, &known) || known.Code != test.code || !strings.Contains(known.Message, test.says) {
				t.Errorf("got %v, want %s with %q", err, test.code, test.says)
			}
		})
	}
}

func TestSixteenBitPixelsWeighTwice(t *testing.T) {
	deep := asPNG(t, image.NewNRGBA64(image.Rect(0, 0, 10, 10)))
	if _, err := develop(deep, within(133)); problem(err).Code != TooHardToDecode {
		t.Errorf("100 deep pixels with memory for 99: %v", err)
	}
	if _, err := develop(deep, within(134)); err != nil {
		t.Error(err)
	}
}

func TestWeightIsWhatDecodersTake(t *testing.T) {
	const pixels = 1000 * 1000
	for name, test := range map[string]struct {
		facts facts
		model color.Model
		each  int64 // tenths of a byte a pixel
	}{
		"PNG":                {facts{}, color.RGBAModel, 40},
		"PNG on its side":    {facts{orientation: 6}, color.RGBAModel, 80},
		"deep PNG":           {facts{}, color.NRGBA64Model, 80},
		"deep gray PNG":      {facts{}, color.Gray16Model, 20},
		"with a transparent": {facts{transparent: true}, color.Gray16Model, 80},
		"interlaced PNG":     {facts{interlaced: true}, color.RGBAModel, 60},
		"lossy WebP":         {facts{lossy: true}, color.YCbCrModel, 20},
		"JPEG":               {facts{jpeg: jpegFrame{marker: 0xC0, components: 3, samples: 1.5 * pixels}}, color.YCbCrModel, 15},
		"RGB JPEG":           {facts{jpeg: jpegFrame{marker: 0xC0, components: 3, samples: 3 * pixels, rgb: true}}, color.RGBAModel, 70},
		"progressive CMYK":   {facts{jpeg: jpegFrame{marker: 0xC2, components: 4, samples: 4 * pixels}}, color.CMYKModel, 240},
	} {
		config := image.Config{ColorModel: test.model, Width: 1000, Height: 1000}
		if got := test.facts.weigh(config); got != test.each*pixels/10 {
			t.Errorf("%s: %d bytes, want %d", name, got, test.each*pixels/10)
		}
	}
}

func TestDecoderIsStarvedOfInput(t *testing.T) {
	endless := bytes.Repeat([]byte{0}, 10*checkEvery)
	for name, input := range map[string]watched{
		"too late":        {until: time.Now().Add(-time.Second), most: func() uint64 { return 1 << 40 }},
		"too much memory": {until: time.Now().Add(time.Hour), most: func() uint64 { return 0 }},
	} {
		input.from = bytes.NewReader(endless)
		read, err := bytes.NewBuffer(nil).ReadFrom(&input)
		if problem(err).Code != TooHardToDecode || read > 2*checkEvery {
			t.Errorf("%s: after %d bytes %v", name, read, err)
		}
	}
}
