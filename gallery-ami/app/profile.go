package app

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"image"
)

const (
	// largestProfile keeps the color profiles of cameras, phones and screens; each thumbnail carries one, too.
	largestProfile = 128 << 10
	// maxInSegment is the most that a JPEG's segment holds beside its length and the profile's name and number.
	maxInSegment = 65_535 - 2 - 14
)

// spaceOf reads a profile's header (https://www.color.org/specification/ICC.1-2022-05.pdf, 7.2):
// the space whose colors a profile describes, such as "RGB ", "GRAY" and "CMYK", or "" if it is
// damaged, which browsers pass over.
func spaceOf(profile []byte) string {
	if len(profile) < 132 || string(profile[36:40]) != "acsp" || int64(binary.BigEndian.Uint32(profile)) > int64(len(profile)) {
		return ""
	}
	return string(profile[16:20])
}

// heeded reports whether browsers heed the upload's profile: it is sound and for the kind of its pixels.
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

// profileFor returns the profile that an output picture is stored with, so that it looks as the
// upload does: nil if it needs none, or if the upload's fits no longer.
func (f *facts) profileFor(output image.Image) []byte {
	if !f.heeded() || len(f.profile) > largestProfile || f.jpeg.components == 4 || f.gray != isGray(output) {
		return nil
	}
	return f.profile
}

// inJPEG puts a profile behind the first marker, in as many segments as it needs.
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

// inPNG puts chunks and a profile behind the header, which ends at byte 33.
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
