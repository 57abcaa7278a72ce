package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"photogallery/internal/execution"
)

// took tells a duration; most steps of a small cloud are shorter than a clock shows.
func took(d time.Duration) string {
	if d < 100*time.Millisecond {
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return execution.Clock(d)
}

// pretty is JSON as people read it; what is no JSON stays as it is.
func pretty(data string) string {
	var indented bytes.Buffer
	if json.Indent(&indented, []byte(data), "", "  ") != nil {
		return data
	}
	return indented.String()
}
