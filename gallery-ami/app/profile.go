package app

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"image"
)

const (
	// largestProfile is enough for the color profiles of cameras, phones and screens. Each
	// thumbnail has one, too.
	largestProfile = 128 << 10
	// maxInSegment is the most that a JPEG's segment holds beside its length and the profile's name
	// and number.
	maxInSegment = 65_535 - 2 - 14
)

// spaceOf reads a profile's header (https://www.color.org/specification/ICC.1-2022-05.pdf, 7.2):
// the color space of a profile, such as "RGB ", "GRAY" and "CMYK", or "" if it is damaged, which
// browsers ignore.
func spaceOf(profile []byte) string {
	if len(profile) < 132 || string(profile[36:40]) != "acsp" || int64(binary.BigEndian.Uint32(profile)) > int64(len(profile)) {
		return ""
	}
	return string(profile[16:20])
}

// heeded reports whether browsers use the upload's profile: it is valid and for the kind of its
// pixels.
func (f *facts) heeded() bool {
	space := "RGB "
	switch {
	case f.gray:
		space = "GRAY"
	case f.jpeg.components == 4:
		space = "CMYK"
	}
	return spaceOf(f.profile) == space
}

// profileFor returns the profile with which an output picture looks as the upload does, or nil if
// it needs none or the upload's does not fit any more.
func (f *facts) profileFor(output image.Image) []byte {
	if !f.heeded() || len(f.profile) > largestProfile || f.jpeg.components == 4 || f.gray != isGray(output) {
		return nil
	}
	return f.profile
}

// inJPEG inserts a profile after the first marker, in as many segments as it needs.
func inJPEG(jpeg, profile []byte) []byte {
	parts := [][]byte{jpeg[:2]}
	count := byte((len(profile) + maxInSegment - 1) / maxInSegment)
	for number := byte(1); len(profile) > 0; number++ {
		part := profile[:min(len(profile), maxInSegment)]
		segment := binary.BigEndian.AppendUint16([]byte{0xFF, 0xE2}, uint16(len(part)+2+14))
		parts = append(parts, append(segment, "ICC_PROFILE\x00"...), []byte{number, count}, part)
		profile = profile[len(part):]
	}
	return bytes.Join(append(parts, jpeg[2:]), nil)
}

// inPNG inserts chunks and a profile after the header, which ends at byte 33.
func inPNG(png, profile, chunks []byte) []byte {
	if len(profile) > 0 {
		var packed bytes.Buffer
		packer := zlib.NewWriter(&packed)
		_, _ = packer.Write(profile) // memory does not fail
		_ = packer.Close()
		chunk := append([]byte("iCCPprofile\x00\x00"), packed.Bytes()...)
		chunks = binary.BigEndian.AppendUint32(bytes.Clone(chunks), uint32(len(chunk)-4))
		chunks = binary.BigEndian.AppendUint32(append(chunks, chunk...), crc32.ChecksumIEEE(chunk))
	}
	return bytes.Join([][]byte{png[:33], chunks, png[33:]}, nil)
}
