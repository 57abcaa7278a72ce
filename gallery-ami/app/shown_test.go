package app

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"image/jpeg"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// fixture returns a small file of four colors as jpegtran, libjpeg, ImageMagick, ExifTool, cwebp
// and webpmux make them.
func fixture(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// profileOf makes an ICC profile with a white point, a curve of gamma 2.2 and a name.
func profileOf(space, name string) []byte {
	tags := map[string]string{
		"wtpt": "XYZ \x00\x00\x00\x00\x00\x00\xF6\xD6\x00\x01\x00\x00\x00\x00\xD3\x2D",
		"kTRC": "curv\x00\x00\x00\x00\x00\x00\x00\x01\x02\x33\x00\x00",
		"desc": "desc\x00\x00\x00\x00" + name + strings.Repeat("\x00", 3-(len(name)+3)%4),
	}
	header := make([]byte, 128)
	copy(header[8:], "\x02\x10\x00\x00mntr"+space+"XYZ ")
	copy(header[36:], "acsp")
	table, content := binary.BigEndian.AppendUint32(nil, uint32(len(tags))), []byte(nil)
	for _, tag := range []string{"desc", "wtpt", "kTRC"} {
		table = binary.BigEndian.AppendUint32(append(table, tag...), uint32(128+4+12*len(tags)+len(content)))
		table = binary.BigEndian.AppendUint32(table, uint32(len(tags[tag])))
		content = append(content, tags[tag]...)
	}
	profile := bytes.Join([][]byte{header, table, content}, nil)
	binary.BigEndian.PutUint32(profile, uint32(len(profile)))
	return profile
}

func pngWith(data []byte, kind, body string) []byte {
	chunk := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	chunk = append(append(chunk, kind...), body...)
	chunk = binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(chunk[4:]))
	return bytes.Join([][]byte{data[:33], chunk, data[33:]}, nil)
}

func webpWith(data []byte, chunks ...string) []byte {
	out := append([]byte("RIFF\x00\x00\x00\x00WEBPVP8X\x0A\x00\x00\x00"), 0x20, 0, 0, 0, 39, 0, 0, 29, 0, 0)
	for at := 0; at < len(chunks); at += 2 {
		out = binary.LittleEndian.AppendUint32(append(out, chunks[at]...), uint32(len(chunks[at+1])))
		out = append(out, chunks[at+1]+strings.Repeat("\x00", len(chunks[at+1])%2)...)
	}
	out = append(out, data[12:]...)
	binary.LittleEndian.PutUint32(out[4:], uint32(len(out)-8))
	return out
}

// opened returns a stored picture as browsers show it.
func opened(t *testing.T, data []byte) image.Image {
	t.Helper()
	facts := readFacts(data)
	picture, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if facts.lossy {
		useFullRange(picture)
	}
	return upright(picture, facts.orientation)
}

func withoutEnd(photo []byte) []byte { return photo[:len(photo)-2] }

// Each of these is shown by browsers, which ignore a wrong checksum beside the pixels, an end that is missing and a
// second EXIF block, and take CMYK without a marker for Adobe's, where no ink is 255.
func TestPictureIsStoredAsBrowsersShowIt(t *testing.T) {
	photo, lossless := asJPEG(t, scenery(64, 32)), asPNG(t, scenery(64, 32))
	cmyk := fixture(t, "cmyk.jpg")
	long := []byte(exif(binary.BigEndian, 6))
	copy(long[6+10+12:], "\x01\x12\x00\x04\x00\x00\x00\x01\x00\x00\x00\x06")
	badSum := pngWith(lossless, "tEXt", "Comment\x00x")
	badSum[33+8+9] ^= 1
	for name, test := range map[string]struct {
		data []byte
		want string
	}{
		"JPEG without its end":     {withoutEnd(photo), "RGBW"},
		"JPEG without half an end": {photo[:len(photo)-1], "RGBW"},
		"PNG without its end":      {lossless[:len(lossless)-12], "RGBW"},
		"PNG with a bad checksum":  {badSum, "RGBW"},
		"CMYK":                     {cmyk, "RGBW"},
		"YCCK":                     {fixture(t, "ycck.jpg"), "RGBW"},
		"CMYK without a marker":    {append([]byte("\xFF\xD8"), cmyk[bytes.Index(cmyk, []byte("Adobe"))+12:]...), "RGBW"},
		"orientation in PNG":       {fixture(t, "oriented.png"), "BRWG"},
		"orientation in WebP":      {fixture(t, "oriented.webp"), "BRWG"},
		"orientation as LONG":      {jpegWith(photo, 0xE1, string(long)), "BRWG"},
		"two EXIF segments":        {jpegWith(jpegWith(photo, 0xE1, exif(binary.BigEndian, 3)), 0xE1, exif(binary.BigEndian, 6)), "BRWG"},
	} {
		t.Run(name, func(t *testing.T) {
			made, err := develop(test.data, within(testPixels))
			if err != nil {
				t.Fatal(err)
			}
			if got := corners(opened(t, made.full)); got != test.want {
				t.Errorf("the photo's corners are %s, want %s", got, test.want)
			}
			if got := corners(opened(t, made.thumbnail)); got != test.want {
				t.Errorf("the thumbnail's corners are %s, want %s", got, test.want)
			}
		})
	}
}

func TestLossyWebPKeepsBlackWhiteAndColors(t *testing.T) {
	for name, opaque := range map[string]bool{"oriented.webp": true, "transparent.webp": false} {
		made, err := develop(fixture(t, name), within(testPixels))
		if err != nil {
			t.Fatal(err)
		}
		picture := opened(t, made.full)
		for _, y := range []int{2, picture.Bounds().Dy() - 3} {
			for _, x := range []int{2, picture.Bounds().Dx() - 3} {
				c := color.NRGBAModel.Convert(picture.At(x, y)).(color.NRGBA)
				for _, value := range []uint8{c.R, c.G, c.B} {
					if value > 6 && value < 249 {
						t.Errorf("%s, opaque %t: at %d, %d it is %v, which is dull", name, opaque, x, y, c)
					}
				}
			}
		}
	}
}

func TestProfileFitsThePixels(t *testing.T) {
	wide, gray, press := profileOf("RGB ", "wide"), profileOf("GRAY", "gray"), profileOf("CMYK", "press")
	photo, grayPhoto := asJPEG(t, scenery(40, 30)), asJPEG(t, image.NewGray(image.Rect(0, 0, 40, 30)))
	grayPNG, lossless := asPNG(t, image.NewGray(image.Rect(0, 0, 40, 30))), asPNG(t, scenery(40, 30))
	packed := func(profile []byte) string { return string(inPNG(make([]byte, 33), profile, nil)[33+8:]) }
	chunk := func(profile []byte) string { body := packed(profile); return body[:len(body)-4] }
	large := append(bytes.Clone(wide), make([]byte, largestProfile)...)
	binary.BigEndian.PutUint32(large, uint32(len(large)))
	for name, test := range map[string]struct {
		data        []byte
		full, small string // the spaces
		note        string
	}{
		"JPEG":                       {inJPEG(photo, wide), "RGB ", "RGB ", ""},
		"JPEG with parts of it":      {inJPEG(photo, append(bytes.Clone(wide), make([]byte, 100_000)...)), "RGB ", "RGB ", ""},
		"PNG":                        {pngWith(lossless, "iCCP", chunk(wide)), "RGB ", "RGB ", ""},
		"WebP":                       {webpWith(webp(t, lossyWebP), "ICCP", string(wide)), "RGB ", "RGB ", ""},
		"gray JPEG":                  {inJPEG(grayPhoto, gray), "GRAY", "GRAY", ""},
		"gray JPEG on its side":      {jpegWith(inJPEG(grayPhoto, gray), 0xE1, exif(binary.BigEndian, 6)), "GRAY", "GRAY", ""},
		"gray PNG":                   {pngWith(grayPNG, "iCCP", chunk(gray)), "GRAY", "GRAY", ""},
		"large gray JPEG":            {inJPEG(asJPEG(t, image.NewGray(image.Rect(0, 0, 3000, 300))), gray), "GRAY", "GRAY", ""},
		"gray PNG with transparency": {pngWith(pngWith(grayPNG, "tRNS", "\x00\x09"), "iCCP", chunk(gray)), "GRAY", "", ""},
		"and on its side":            {pngWith(pngWith(pngWith(grayPNG, "tRNS", "\x00\x09"), "iCCP", chunk(gray)), "eXIf", exif(binary.BigEndian, 6)[6:]), "", "", "GRAY, 1 kB"},
		"PNG on its side":            {pngWith(pngWith(lossless, "iCCP", chunk(wide)), "eXIf", exif(binary.BigEndian, 6)[6:]), "RGB ", "RGB ", ""},
		"gray profile on RGB":        {inJPEG(photo, gray), "", "", ""},
		"RGB profile on gray":        {inJPEG(grayPhoto, wide), "", "", ""},
		"press profile on CMYK":      {inJPEG(fixture(t, "cmyk.jpg"), press), "CMYK", "", ""},
		"and without an end":         {inJPEG(withoutEnd(fixture(t, "cmyk.jpg")), press), "", "", "CMYK"},
		"none":                       {photo, "", "", ""},
		"no profile":                 {inJPEG(photo, []byte("what is no profile")), "", "", ""},
		"cut off":                    {inJPEG(photo, wide[:len(wide)-1]), "", "", ""},
		"large":                      {inJPEG(photo, large), "RGB ", "", ""},
		"large in PNG":               {pngWith(lossless, "iCCP", chunk(large)), "RGB ", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			made, err := develop(test.data, within(testPixels))
			if err != nil {
				t.Fatal(err)
			}
			if full, small := spaceOf(readFacts(made.full).profile), spaceOf(readFacts(made.thumbnail).profile); full != test.full || small != test.small {
				t.Errorf("the photo's profile is for %q, the thumbnail's for %q; want %q and %q", full, small, test.full, test.small)
			}
			if !strings.Contains(made.note, test.note) || (test.note == "") != (made.note == "") {
				t.Errorf("the note is %q", made.note)
			}
			opened(t, made.full)
			opened(t, made.thumbnail)
		})
	}
}

func TestColorChunksOfAPNGAreKept(t *testing.T) {
	upload := pngWith(asPNG(t, scenery(8, 8)), "gAMA", "\x00\x00\xB1\x8F")
	upload = pngWith(upload, "cICP", "\x0C\x0D\x00\x01")
	made, err := develop(pngWith(upload, "tEXt", "Author\x00the owner"), within(testPixels))
	if err != nil {
		t.Fatal(err)
	}
	if colors := readFacts(made.full).colors; !bytes.Contains(colors, []byte("gAMA\x00\x00\xB1\x8F")) || !bytes.Contains(colors, []byte("cICP\x0C\x0D\x00\x01")) {
		t.Errorf("kept: %q", colors)
	}
	if bytes.Contains(made.full, []byte("owner")) {
		t.Error("the author's name is kept")
	}
	opened(t, made.full)
}

// A profile is unpacked from content that nobody has checked.
func TestProfileBombIsNotUnpacked(t *testing.T) {
	var bomb bytes.Buffer
	packer := zlib.NewWriter(&bomb)
	if _, err := io.CopyN(packer, zeros{}, 100<<20); err != nil {
		t.Fatal(err)
	}
	if err := packer.Close(); err != nil {
		t.Fatal(err)
	}
	if got := len(inflate(bomb.Bytes())); got > 4<<20 {
		t.Errorf("%d bytes were unpacked", got)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestAnimationIsKeptOrANoteSaysWhyNot(t *testing.T) {
	palette := color.Palette{color.Transparent, color.White, color.RGBA{255, 0, 0, 255}}
	first := image.NewPaletted(image.Rect(10, 5, 30, 15), palette)
	draw.Draw(first, first.Rect, image.NewUniform(palette[2]), image.Point{}, draw.Src)
	animation := func(frames int) []byte {
		var out bytes.Buffer
		all := &gif.GIF{Config: image.Config{ColorModel: palette, Width: 40, Height: 20}}
		for range frames {
			all.Image, all.Delay = append(all.Image, first), append(all.Delay, 5)
		}
		if err := gif.EncodeAll(&out, all); err != nil {
			t.Fatal(err)
		}
		return out.Bytes()
	}
	still := asPNG(t, scenery(40, 20))
	for name, test := range map[string]struct {
		data  []byte
		noted bool
	}{
		"animated GIF":     {animation(2), false},
		"GIF":              {animation(1), false},
		"animated PNG":     {pngWith(still, "acTL", "\x00\x00\x00\x02\x00\x00\x00\x00"), false},
		"and mirrored":     {pngWith(pngWith(still, "acTL", "\x00\x00\x00\x02\x00\x00\x00\x00"), "eXIf", exif(binary.BigEndian, 2)[6:]), true},
		"PNG of one frame": {pngWith(pngWith(still, "acTL", "\x00\x00\x00\x01\x00\x00\x00\x00"), "eXIf", exif(binary.BigEndian, 2)[6:]), false},
	} {
		made, err := develop(test.data, within(testPixels))
		if err != nil {
			t.Fatal(err)
		}
		if noted := strings.Contains(made.note, "animated"); noted != test.noted {
			t.Errorf("%s: the note is %q", name, made.note)
		}
		if kept := readFacts(made.full).animated; kept != (readFacts(test.data).animated && !test.noted) {
			t.Errorf("%s: what is stored is animated: %t", name, kept)
		}
		if made.width != 40 || made.height != 20 {
			t.Errorf("%s: %d × %d is not the whole picture", name, made.width, made.height)
		}
	}
	partial := fixture(t, "odd/animated.webp")
	partial[bytes.Index(partial, []byte("ANMF"))+8+6]--
	_, err := develop(partial, within(testPixels))
	if problem(err).Code != UnsupportedImage || !strings.Contains(problem(err).Message, "animated") {
		t.Errorf("animated WebP: %v", err)
	}
}

func TestSegmentsOfAnyJPEGEnd(t *testing.T) {
	for range segments([]byte("\xFF\xD8\xFF\xFF\xFF\xE0\x00\x02\xFF\xD0\xFF\x00\xFF")) {
	}
	if _, err := jpeg.Decode(readFacts([]byte("\xFF\xD8")).source()); err == nil {
		t.Error("nothing was decoded")
	}
}
