package svg

import (
	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
)

var regular = parse(goregular.TTF)

// parse panics if the data is not a font: the only one is part of the program.
func parse(text []byte) *sfnt.Font {
	parsed, err := opentype.Parse(text)
	if err != nil {
		panic(err)
	}
	return parsed
}

// Width returns the maximum width of a line of text in pixels, at a font size in pixels.
func Width(text string, size float64) float64 {
	face, err := opentype.NewFace(regular, &opentype.FaceOptions{Size: size, DPI: 72})
	if err != nil {
		panic(err) // a size of 0 or less
	}
	return float64(font.MeasureString(face, text)) / 64
}
