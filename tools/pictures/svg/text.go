package svg

import (
	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
)

var regular = parse(goregular.TTF)

// parse panics for what is no font: the one there is comes with the program.
func parse(text []byte) *sfnt.Font {
	parsed, err := opentype.Parse(text)
	if err != nil {
		panic(err)
	}
	return parsed
}

// Width returns how wide a line of text is at most, in pixels, at a font size in pixels.
func Width(text string, size float64) float64 {
	face, err := opentype.NewFace(regular, &opentype.FaceOptions{Size: size, DPI: 72})
	if err != nil {
		panic(err) // a size of 0 or less
	}
	return float64(font.MeasureString(face, text)) / 64
}
