package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"photogallery/internal/execution"
)

// took formats a duration; most steps of a small cloud are too short for execution.Clock.
func took(d time.Duration) string {
	if d < 100*time.Millisecond {
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return execution.Clock(d)
}

// pretty indents JSON. It returns other text unchanged.
func pretty(data string) string {
	var indented bytes.Buffer
	if json.Indent(&indented, []byte(data), "", "  ") != nil {
		return data
	}
	return indented.String()
}
