package main

import (
	_ "embed"
	"encoding/xml"
	"fmt"
	"reflect"
	"strings"
)

// style is the CSS of a terminal, light and dark.
//
//go:embed picture.css
var style string

// In pixels; a cell is as wide as in most fonts of terminals.
const (
	cellWidth, rowHeight = 8.4, 19.0
	margin               = 16.0
	minColumns           = 60
)

// picture draws the frames one after the other, each for its time, and stops at the last. If
// animation is off, the last one is there at once. Unchanged content is drawn once.
func picture(title string, frames []frame) string {
	columns, rows := minColumns, 0
	for _, f := range frames {
		rows = max(rows, len(f.rows))
		for _, r := range f.rows {
			for _, p := range r {
				columns = max(columns, p.column+p.cells)
			}
		}
	}
	width, height := float64(columns)*cellWidth+2*margin, float64(rows)*rowHeight+2*margin
	var out strings.Builder
	fmt.Fprintf(&out, "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" viewBox=\"0 0 %s %s\" width=\"%s\" height=\"%s\">\n<title>%s</title>\n<style>\n%s</style>\n",
		number(width), number(height), number(width), number(height), escape(title), style)
	fmt.Fprintf(&out, "<rect class=\"page\" x=\".5\" y=\".5\" width=\"%s\" height=\"%s\" rx=\"8\"/>\n", number(width-1), number(height-1))
	for i := range rows {
		drawRow(&out, frames, i)
	}
	out.WriteString("</svg>\n")
	return out.String()
}

// drawRow draws the content of a row over time.
func drawRow(out *strings.Builder, frames []frame, i int) {
	for first := 0; first < len(frames); {
		after := first + 1
		for after < len(frames) && reflect.DeepEqual(frames[first].row(i), frames[after].row(i)) {
			after++
		}
		if r := frames[first].row(i); len(r) > 0 {
			y := number(margin + (float64(i)+0.5)*rowHeight)
			out.WriteString(timed(`<text y="`+y+`">`+r.spans()+"</text>", frames, first, after) + "\n")
		}
		first = after
	}
}

func (f frame) row(i int) row {
	if i < len(f.rows) {
		return f.rows[i]
	}
	return nil
}

// timed shows an element from one frame to another. All animations begin at once without a delay,
// because Chromium forgets what waits in a picture without other movement.
func timed(drawn string, frames []frame, first, after int) string {
	if first > 0 {
		drawn = fmt.Sprintf(`<g class="since" style="animation-duration:%dms">%s</g>`, frames[first].at-frames[0].at, drawn)
	}
	if after < len(frames) {
		drawn = fmt.Sprintf(`<g class="until" style="animation-duration:%dms">%s</g>`, frames[after].at-frames[0].at, drawn)
	}
	return drawn
}

// spans places each piece and stretches it to its cells, because fonts differ.
func (r row) spans() string {
	var out strings.Builder
	for _, p := range r {
		class := ""
		if p.style != "" {
			class = ` class="` + p.style + `"`
		}
		fmt.Fprintf(&out, `<tspan x="%s" textLength="%s" lengthAdjust="spacingAndGlyphs"%s>%s</tspan>`,
			number(margin+float64(p.column)*cellWidth), number(float64(p.cells)*cellWidth), class, escape(p.text))
	}
	return out.String()
}

// number writes a length to a tenth of a pixel.
func number(x float64) string { return strings.TrimSuffix(fmt.Sprintf("%.1f", x), ".0") }

func escape(text string) string {
	var out strings.Builder
	_ = xml.EscapeText(&out, []byte(text)) // a strings.Builder accepts everything
	return out.String()
}
