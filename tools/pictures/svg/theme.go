package svg

import _ "embed"

// colors is the palette, light and dark, and the style of words and lines.
//
//go:embed colors.css
var colors string

// arrows are the heads of lines: "next" for transitions, "main" for the main path, "fail" for
// failures.
const arrows = `<defs>
<marker id="next" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" markerUnits="userSpaceOnUse" orient="auto"><path class="head" d="M0 .8 7.4 4 0 7.2z"/></marker>
<marker id="main" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto"><path class="head main" d="M0 .8 7.4 4 0 7.2z"/></marker>
<marker id="fail" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" markerUnits="userSpaceOnUse" orient="auto"><path class="head fail" d="M0 .8 7.4 4 0 7.2z"/></marker>
</defs>
`
