package app

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/gif"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

const private = "taken at home by the owner"

// odd returns the files of the corpus that image decoders and browsers know, as cjpeg and Pillow
// make them, and some that are made of them.
func odd(t *testing.T) map[string][]byte {
	t.Helper()
	found, err := filepath.Glob("testdata/odd/*")
	if err != nil || len(found) == 0 {
		t.Fatalf("%v: %v", found, err)
	}
	files := map[string][]byte{}
	for _, path := range found {
		if files[filepath.Base(path)], err = os.ReadFile(path); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"cmyk.jpg", "ycck.jpg", "transparent.webp"} {
		files[name] = fixture(t, name)
	}
	photo := asJPEG(t, scenery(64, 32))
	files["plain.jpg"] = photo
	files["no JFIF.jpg"] = bytes.Replace(files["restarts.jpg"], files["restarts.jpg"][2:20], nil, 1)
	files["RGB.jpg"] = jpegWith(files["no JFIF.jpg"], 0xEE, "Adobe\x00\x64\x00\x00\x00\x00\x00")
	files["EXIF behind the tables.jpg"] = behindTables(photo, jpegWith([]byte("\xFF\xD8"), 0xE1, exif(binary.LittleEndian, 1))[2:])
	files["deep.png"] = asPNG(t, image.NewNRGBA64(image.Rect(0, 0, 9, 7)))
	files["lossy.webp"], files["lossless.webp"] = webp(t, lossyWebP), webp(t, losslessWebP)
	return files
}

// behindTables puts a segment before the start of a frame.
func behindTables(photo, segment []byte) []byte {
	at := bytes.Index(photo, []byte("\xFF\xC0"))
	return bytes.Join([][]byte{photo[:at], segment, photo[at:]}, nil)
}

// withPrivate adds to a file what may be in it beside the picture, at every place that its format has.
func withPrivate(t *testing.T, file []byte) []byte {
	t.Helper()
	switch {
	case bytes.HasPrefix(file, []byte("\xFF\xD8")):
		segments := []byte("\xFF\xD8")
		for _, one := range []struct {
			marker  byte
			payload string
		}{
			{0xE0, "JFXX\x00\x10" + private}, {0xE1, exif(binary.BigEndian, 1) + private}, {0xE1, "http://ns.adobe.com/xap/1.0/\x00" + private},
			{0xE2, "MPF\x00" + private}, {0xED, "Photoshop 3.0\x00" + private}, {0xEB, private}, {0xFE, private},
		} {
			segments = append(segments, jpegWith([]byte("\xFF\xD8"), one.marker, one.payload)[2:]...)
		}
		scan := bytes.LastIndex(file, []byte("\xFF\xDA"))
		between := jpegWith([]byte("\xFF\xD8"), 0xFE, private)[2:]
		return bytes.Join([][]byte{segments, file[2:scan], between, file[scan:], []byte(private), jpegWith(file, 0xFE, private)}, nil)
	case bytes.HasPrefix(file, []byte("\x89PNG")):
		file = pngWith(pngWith(file, "tEXt", "Author\x00"+private), "eXIf", exif(binary.BigEndian, 1)[6:]+private)
		return append(pngWith(pngWith(file, "prVt", private), "iCCP", "x\x00\x00"+private), private...)
	case bytes.HasPrefix(file, []byte("RIFF")):
		return append(riffWith(file, "EXIF", exif(binary.BigEndian, 1)+private, "XMP ", private, "PRIV", private, "ICCP", private), private...)
	}
	table := 13 + colorTable(file[10])
	comment := "!\xFE" + string(rune(len(private))) + private + "\x00" + "!\xFF\x0BXMP DataXMP" + string(rune(len(private))) + private + "\x00"
	return bytes.Join([][]byte{file[:table], []byte(comment), file[table:], []byte(private)}, nil)
}

// riffWith puts chunks at the end of a WebP.
func riffWith(file []byte, chunks ...string) []byte {
	file = bytes.Clone(file)
	for at := 0; at < len(chunks); at += 2 {
		file = binary.LittleEndian.AppendUint32(append(file, chunks[at]...), uint32(len(chunks[at+1])))
		file = append(file, chunks[at+1]+strings.Repeat("\x00", len(chunks[at+1])%2)...)
	}
	binary.LittleEndian.PutUint32(file[4:], uint32(len(file)-8))
	return file
}

func TestPixelsAreStoredByteByByteAndNothingElseIs(t *testing.T) {
	for name, file := range odd(t) {
		t.Run(name, func(t *testing.T) {
			loaded := withPrivate(t, file)
			if !bytes.Contains(loaded, []byte(private)) || bytes.Contains(file, []byte(private)) {
				t.Fatal("the test adds nothing")
			}
			made, err := develop(loaded, within(testPixels))
			if err != nil {
				t.Fatal(err)
			}
			alone, err := develop(file, within(testPixels))
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(made.full, alone.full) || len(made.full) > len(file)+40 {
				t.Errorf("%d bytes are stored of %d, and %d without anything private", len(made.full), len(file), len(alone.full))
			}
			if bytes.Contains(made.full, []byte("owner")) || made.note != "" {
				t.Errorf("it holds the owner; the note is %q", made.note)
			}
			if !reflect.DeepEqual(decodedAll(t, made.full), decodedAll(t, file)) {
				t.Error("its pixels are others")
			}
			again, err := develop(made.full, within(testPixels))
			if err != nil || !bytes.Equal(again.full, made.full) {
				t.Errorf("stored again it is another file: %v", err)
			}
		})
	}
}

// decodedAll returns the pixels of all frames that there is a decoder for.
func decodedAll(t *testing.T, file []byte) any {
	t.Helper()
	if bytes.HasPrefix(file, []byte("GIF8")) {
		all, err := gif.DecodeAll(bytes.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	facts := readFacts(file)
	picture, _, err := image.Decode(facts.source())
	if err != nil {
		t.Fatal(err)
	}
	return []any{picture, facts.animated, bytes.Count(file, []byte("ANMF"))}
}

func TestCornersOfOddFilesAreWhereTheyWere(t *testing.T) {
	for name, file := range odd(t) {
		if strings.HasPrefix(name, "loss") || name == "deep.png" || name == "transparent.webp" || name == "RGB.jpg" { // other pictures
			continue
		}
		made, err := develop(file, within(testPixels))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got := corners(opened(t, made.thumbnail)); got != "RGBW" {
			t.Errorf("%s: the corners of the thumbnail are %s", name, got)
		}
	}
}

// What a decoder skips and browsers skip is not stored; what neither can read is refused.
func TestJPEGOfDoubtfulStructure(t *testing.T) {
	photo := asJPEG(t, scenery(64, 32))
	table := bytes.Index(photo, []byte("\xFF\xC4"))
	for name, test := range map[string]struct {
		data []byte
		code Code // of its refusal, or ""
	}{
		"bytes between segments":     {bytes.Join([][]byte{photo[:table], []byte("owner"), photo[table:]}, nil), ""},
		"marker without a segment":   {bytes.Join([][]byte{photo[:table], {0xFF, 0x01}, photo[table:]}, nil), ""},
		"filled markers":             {bytes.Join([][]byte{photo[:table], {0xFF, 0xFF}, photo[table:]}, nil), ""},
		"number of lines":            {behindTables(photo, jpegWith([]byte("\xFF\xD8"), 0xDC, "\x00\x20")[2:]), ""},
		"no end, and bytes behind":   {append(withoutEnd(photo), "owner"...), ""},
		"no end, and an EXIF behind": {append(withoutEnd(photo), jpegWith([]byte("\xFF\xD8"), 0xE1, exif(binary.BigEndian, 6)+"owner")[2:]...), ""},
		"half a segment at the end":  {append(withoutEnd(photo), "\xFF\xFE\x10\x00owner"...), ""},
		"a reserved segment":         {jpegWith(photo, 0xF0, "owner"), UnsupportedImage},
		"a photo in a photo":         {bytes.Join([][]byte{photo[:2], photo}, nil), UnsupportedImage},
		"no scan":                    {photo[:bytes.Index(photo, []byte("\xFF\xDA"))], ImageDamaged},
		"half of its pixels":         {photo[:len(photo)*4/5], ImageDamaged},
	} {
		made, err := develop(test.data, within(testPixels))
		var known *Error
		if errors.As(err, &known) != (test.code != "") || known != nil && known.Code != test.code {
			t.Errorf("%s: %v", name, err)
		}
		if err == nil && (bytes.Contains(made.full, []byte("owner")) || corners(opened(t, made.full)) != "RGBW") {
			t.Errorf("%s: stored is %q", name, made.full)
		}
	}
}

// Brands are those of phones' pictures and videos. None of them is decoded, so that none costs
// anything.
func TestFilesOfPhonesAreRefusedWithAWayOut(t *testing.T) {
	for brands, says := range map[string]string{
		"heic\x00\x00\x00\x00mif1heic":           "Most Compatible",
		"mif1\x00\x00\x00\x00heix":               "Most Compatible",
		"hevc\x00\x00\x00\x00":                   "Most Compatible",
		"avif\x00\x00\x00\x00avifmif1":           "AVIF",
		"qt  \x00\x00\x00\x00":                   "video",
		"mp42\x00\x00\x00\x00isommp42":           "video",
		"heic" + strings.Repeat("heic", 500_000): "Most Compatible",
	} {
		_, err := develop([]byte("\x00\x00\x00\x18ftyp"+brands), within(testPixels))
		if problem(err).Code != NotAnImage || !strings.Contains(problem(err).Message, says) {
			t.Errorf("%.20q: %v", brands, err)
		}
	}
}
