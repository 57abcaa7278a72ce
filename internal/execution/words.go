package execution

import (
	"fmt"
	"strings"
	"time"
	"unicode"
)

// Title returns a state's name in words: "Launch builder" for LaunchBuilder. The ways to unlock, by
// how the run went, differ for the machine alone: each is "Unlock", since "Unlock failed" reads
// like an unlock that failed.
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

// Clock returns a duration as people read one off a clock: "0.3 s", "2:05 min", "1:40 h".
func Clock(d time.Duration) string {
	switch d = d.Round(100 * time.Millisecond); {
	case d < time.Minute:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d < time.Hour:
		return fmt.Sprintf("%d:%02d min", int(d.Minutes()), int(d.Seconds())%60)
	}
	return fmt.Sprintf("%d:%02d h", int(d.Hours()), int(d.Minutes())%60)
}
