package app

import (
	"fmt"
	"math"
	"strings"
)

// A picture's shape is its ratio of width to height in steps of 2 %, within limits. It is a class of
// the style sheet, because the policy allows no style in a page.
const (
	shapeStep = 1.02
	narrowest = -91 // 1 : 6
	widest    = 140 // 16 : 1
)

// Shape returns the class of the photo's shape.
func (p photo) Shape() string { return fmt.Sprintf("r%d", p.shape()) }

func (p photo) shape() int {
	steps := math.Log(float64(p.Width)/float64(p.Height)) / math.Log(shapeStep)
	return min(widest, max(narrowest, int(math.Round(steps))))
}

// shapes returns the rules of all classes. Pictures beyond the limits do not fill their place.
func shapes() string {
	var rules strings.Builder
	for shape := narrowest; shape <= widest; shape++ {
		fmt.Fprintf(&rules, ".r%d{--r:%.3f}", shape, math.Pow(shapeStep, float64(shape)))
	}
	fmt.Fprintf(&rules, ".r%d img,.r%d img{object-fit:contain}\n", narrowest, widest)
	return rules.String()
}
