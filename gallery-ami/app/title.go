package app

import (
	"encoding/base64"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// longestTitle is in bytes, so that a title's key is a file's name on any system.
	longestTitle = 100
	// titled is between the id and the title in the key of a title.
	titled = ".t-"
)

// titleOf makes a title from a file's name on the visitor's machine: without path and extension,
// short and printable, or "" if nothing of it can be read.
func titleOf(name string) string {
	name = name[strings.LastIndexAny(name, `/\\`)+1:]
	if extension := path.Ext(name); len(extension) <= 6 && !strings.Contains(extension, " ") {
		name = strings.TrimSuffix(name, extension)
	}
	var title strings.Builder
	for _, word := range strings.FieldsFunc(name, func(letter rune) bool { return unicode.IsSpace(letter) || unicode.IsControl(letter) }) {
		for _, letter := range " " + word {
			if title.Len()+utf8.RuneLen(letter) > longestTitle {
				return strings.TrimSpace(title.String())
			}
			if unicode.IsPrint(letter) && letter != unicode.ReplacementChar {
				title.WriteRune(letter)
			}
		}
	}
	if !strings.ContainsFunc(title.String(), func(letter rune) bool { return unicode.IsLetter(letter) || unicode.IsNumber(letter) }) {
		return ""
	}
	return strings.TrimSpace(title.String())
}

// titleKey returns the key of an empty object that keeps the photo's title in its name: an index
// needs only a list of names.
func (p photo) titleKey() string {
	return thumbsFolder + p.ID + titled + base64.RawURLEncoding.EncodeToString([]byte(p.Title))
}

// names are the ids of the photos in a storage, newest first, and the titles of those that have
// one, as they are in their keys.
type names struct {
	ids    []string
	titles map[string]string
}

// add takes the name of a file beside the thumbnails. Anything else there, such as an unfinished
// file, is skipped.
func (n *names) add(name string) {
	if id, isThumb := strings.CutSuffix(name, ".jpg"); isThumb && photoID.MatchString(id) {
		n.ids = append(n.ids, id)
		return
	}
	if id, title, isTitle := strings.Cut(name, titled); isTitle && photoID.MatchString(id) {
		n.titles[id] = title
	}
}

// photo returns a photo of the list.
func (n *names) photo(id string) photo {
	p, _ := parsePhoto(id) // a list has only such ids
	// Others can write into a storage, too.
	if title, err := base64.RawURLEncoding.DecodeString(n.titles[id]); err == nil {
		p.Title = titleOf(string(title) + ".")
	}
	return p
}
