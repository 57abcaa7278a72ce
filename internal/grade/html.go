package grade

import (
	"embed"
	"html/template"
	"io"
	"time"
)

//go:embed grade.html grade.css
var sources embed.FS

var page = template.Must(template.New("grade.html").Funcs(template.FuncMap{
	"points": ShowPoints, "mark": Verdict.Mark, "day": func(at time.Time) string { return at.Local().Format(time.RFC1123) },
	"css": func() (template.CSS, error) {
		text, err := sources.ReadFile("grade.css")
		return template.CSS(text), err //nolint:gosec // it is our own
	},
}).ParseFS(sources, "grade.html"))

// HTML writes the report as one file that needs no network and runs no script, to hand in or to print.
func (r Report) HTML(to io.Writer) error { return page.Execute(to, r) }
