package main

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// row is a line of a terminal.
type row []piece

// piece is text of one style, without a gap.
type piece struct {
	column, cells int
	style, text   string // the style as classes of the picture
}

// text returns the row without its style.
func (r row) text() string {
	line := ""
	for _, p := range r {
		line += strings.Repeat(" ", p.column-ansi.StringWidth(line)) + p.text
	}
	return line
}

// colors maps the SGR parameters of the program's colors to classes.
var colors = map[int]string{31: "red", 32: "green", 36: "cyan"}

// pen is the current style of the terminal.
type pen struct {
	color         string
	strong, quiet bool
}

func (p pen) style() string {
	style := p.color
	if p.strong {
		style += " strong"
	}
	if p.quiet {
		style += " quiet"
	}
	return strings.TrimSpace(style)
}

// set applies a parameter of Select Graphic Rendition.
func (p *pen) set(parameter int) error {
	switch {
	case parameter == 0:
		*p = pen{}
	case parameter == 1:
		p.strong = true
	case parameter == 2:
		p.quiet = true
	case parameter == 22:
		p.strong, p.quiet = false, false
	case parameter == 39:
		p.color = ""
	case parameter == 49: // no background, as always
	case colors[parameter] != "":
		p.color = colors[parameter]
	default:
		return fmt.Errorf("the picture has no style for the SGR parameter %d: add one to row.go and picture.go", parameter)
	}
	return nil
}

// parse reads what tmux captures with -e: text, line feeds, and styles that continue from line to
// line.
func parse(captured string) (rows []row, err error) {
	var style pen
	for line := range strings.Lines(captured) {
		var r row
		if r, err = style.line(strings.TrimRight(line, "\n")); err != nil {
			return nil, err
		}
		rows = append(rows, r)
	}
	return rows, nil
}

func (p *pen) line(text string) (r row, err error) {
	parser := ansi.NewParser()
	column, state := 0, byte(0)
	for len(text) > 0 {
		sequence, cells, n, next := ansi.DecodeSequence(text, state, parser)
		switch {
		case cells > 0:
			r.write(column, cells, p.style(), sequence)
			column += cells
		case strings.HasSuffix(sequence, "m"):
			parser.Params().ForEach(0, func(_, parameter int, _ bool) {
				if wrong := p.set(parameter); wrong != nil {
					err = wrong
				}
			})
		}
		text, state = text[n:], next
	}
	return r, err
}

// write adds a character. One space stays within a piece; two end it, so that columns keep their
// places in any font.
func (r *row) write(column, cells int, style, text string) {
	last := len(*r) - 1
	if text == " " {
		return
	}
	if last >= 0 {
		if p := &(*r)[last]; p.style == style && column <= p.column+p.cells+1 {
			p.text += strings.Repeat(" ", column-p.column-p.cells) + text
			p.cells = column + cells - p.column
			return
		}
	}
	*r = append(*r, piece{column, cells, style, text})
}
