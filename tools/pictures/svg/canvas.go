// Package svg draws the documents' pictures: boxes, lines and words that are legible in light and
// dark pages, and the same on every machine. A picture that is shown as an image cannot load fonts,
// so widths are measured in one that is wider than those of browsers.
package svg

import (
	"encoding/xml"
	"fmt"
	"math"
	"strings"
)

// Point is a place on the canvas in CSS pixels, x before y, from the top left corner.
type Point [2]float64

// Canvas is a picture in progress. Later drawings cover earlier ones.
type Canvas struct {
	width, height float64
	title, style  string
	body          strings.Builder
}

// New returns a canvas of a size in pixels. The title is for screen readers; the style is CSS for
// the classes of this picture, which may use the colors of colors.css.
func New(title string, width, height float64, style string) *Canvas {
	return &Canvas{title: title, width: width, height: height, style: style}
}

// Bytes returns the picture as an SVG document.
func (c *Canvas) Bytes() []byte {
	var out strings.Builder
	fmt.Fprintf(&out, "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" viewBox=\"0 0 %s %s\" width=\"%s\" height=\"%s\">\n",
		number(c.width), number(c.height), number(c.width), number(c.height))
	fmt.Fprintf(&out, "<title>%s</title>\n<style>\n%s%s</style>\n%s", escape(c.title), colors, c.style, arrows)
	fmt.Fprintf(&out, "<rect class=\"page\" width=\"%s\" height=\"%s\" rx=\"8\"/>\n", number(c.width), number(c.height))
	out.WriteString(c.body.String())
	out.WriteString("</svg>\n")
	return []byte(out.String())
}

// Group draws what f draws in a group of a class. Its name is its identifier, and its hint the
// browser's tooltip; either may be empty.
func (c *Canvas) Group(class, name, hint string, f func()) {
	c.body.WriteString("<g class=\"" + escape(class) + "\"")
	if name != "" {
		c.body.WriteString(" id=\"" + escape(name) + "\"")
	}
	c.body.WriteString(">")
	if hint != "" {
		c.body.WriteString("<title>" + escape(hint) + "</title>")
	}
	f()
	c.body.WriteString("</g>\n")
}

// Box draws a rectangle with corners of a radius.
func (c *Canvas) Box(class string, x, y, w, h, radius float64) {
	fmt.Fprintf(&c.body, `<rect class="%s" x="%s" y="%s" width="%s" height="%s" rx="%s"/>`,
		class, number(x), number(y), number(w), number(h), number(radius))
}

// Shape draws a closed shape.
func (c *Canvas) Shape(class string, corners ...Point) {
	c.body.WriteString(`<path class="` + class + `" d="` + path(corners, 0) + `z"/>`)
}

// Line draws a line with round corners. The arrow is the name of its head, empty for none.
func (c *Canvas) Line(class, arrow string, points ...Point) {
	c.body.WriteString(`<path class="line ` + class + `" d="` + path(points, 6) + `"`)
	if arrow != "" {
		c.body.WriteString(` marker-end="url(#` + arrow + `)"`)
	}
	c.body.WriteString("/>\n")
}

// Text writes a line of text centered at a point, or as the class anchors it.
func (c *Canvas) Text(class string, x, y float64, text string) {
	fmt.Fprintf(&c.body, `<text class="%s" x="%s" y="%s">%s</text>`, class, number(x), number(y), escape(text))
}

// Draw adds a shape in SVG's path language.
func (c *Canvas) Draw(class, d string) {
	fmt.Fprintf(&c.body, `<path class="%s" d="%s"/>`, class, d)
}

func path(points []Point, radius float64) string {
	d := "M" + pair(points[0])
	for i := 1; i < len(points); i++ {
		if i == len(points)-1 || radius == 0 {
			d += "L" + pair(points[i])
			continue
		}
		r := min(radius, distance(points[i-1], points[i])/2, distance(points[i], points[i+1])/2)
		d += "L" + pair(toward(points[i], points[i-1], r)) + "Q" + pair(points[i]) + " " + pair(toward(points[i], points[i+1], r))
	}
	return d
}

func toward(from, to Point, by float64) Point {
	whole := distance(from, to)
	if whole == 0 {
		return from
	}
	return Point{from[0] + (to[0]-from[0])*by/whole, from[1] + (to[1]-from[1])*by/whole}
}

func distance(a, b Point) float64 { return math.Hypot(a[0]-b[0], a[1]-b[1]) }

func pair(p Point) string { return number(p[0]) + " " + number(p[1]) }

// number writes a length to a tenth of a pixel.
func number(x float64) string { return strings.TrimSuffix(fmt.Sprintf("%.1f", x), ".0") }

func escape(text string) string {
	var out strings.Builder
	_ = xml.EscapeText(&out, []byte(text)) // a strings.Builder accepts everything
	return out.String()
}
