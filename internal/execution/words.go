package execution

import (
	"fmt"
	"strings"
	"time"
	"unicode"
)

// Title returns a state's name in words: "Launch builder" for LaunchBuilder. The variants of Unlock
// differ only for the machine, and each is "Unlock", because "Unlock failed" would read like a
// failure.
func Title(name string) string {
	if name == "UnlockFailed" || name == "UnlockDirty" {
		name = "Unlock"
	}
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

// Clock formats a duration for people: "0.3 s", "2:05 min", "1:40 h".
func Clock(d time.Duration) string {
	switch d = d.Round(100 * time.Millisecond); {
	case d < time.Minute:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d < time.Hour:
		return fmt.Sprintf("%d:%02d min", int(d.Minutes()), int(d.Seconds())%60)
	}
	return fmt.Sprintf("%d:%02d h", int(d.Hours()), int(d.Minutes())%60)
}
