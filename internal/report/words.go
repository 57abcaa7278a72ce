package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode"
)

// title tells a state's name in words: "Launch builder".
func title(name string) string {
	var words strings.Builder
	for i, letter := range name {
		if i > 0 && unicode.IsUpper(letter) {
			words.WriteRune(' ')
			letter = unicode.ToLower(letter)
		}
		words.WriteRune(letter)
	}
	return words.String()
}

// took tells a duration as people read one off a clock.
func took(d time.Duration) string {
	switch {
	case d < 100*time.Millisecond:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < time.Minute:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d < time.Hour:
		return fmt.Sprintf("%d:%02d min", int(d.Minutes()), int(d.Seconds())%60)
	}
	return fmt.Sprintf("%d:%02d h", int(d.Hours()), int(d.Minutes())%60)
}

// pretty is JSON as people read it; what is no JSON stays as it is.
func pretty(data string) string {
	var indented bytes.Buffer
	if json.Indent(&indented, []byte(data), "", "  ") != nil {
		return data
	}
	return indented.String()
}
