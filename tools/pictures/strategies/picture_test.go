package strategies

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"testing"
	"time"

	"photogallery/internal/execution"
	"photogallery/tools/pictures/svg"
)

var write = flag.Bool("write", false, "write the pictures")

const folder = "../../../docs/pictures/"

func TestPicturesShowWhatReleasesDo(t *testing.T) {
	for _, one := range []struct{ file, title, input string }{
		{"strategy-blue-green.svg", "A release by a second fleet", `{"version": "2", "strategy": "blueGreen", "traffic": [5, 50, 100], "hold": "2m"}`},
		{"strategy-rolling.svg", "A rolling release", `{"version": "2", "strategy": "rolling"}`},
	} {
		drawn := draw(one.title, sampleRelease(t, one.input))
		if *write {
			if err := os.WriteFile(folder+one.file, drawn, 0o600); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if kept, err := os.ReadFile(folder + one.file); err != nil || !bytes.Equal(kept, drawn) {
			t.Errorf("%s is not what a release does now (%v): run make drawings", one.file, err)
		}
	}
}

const style = `.former{fill:var(--blue);stroke:var(--blue-rule);stroke-width:1}
.new{fill:var(--green);stroke:var(--green-rule);stroke-width:1}
.starting{fill:var(--amber);stroke:var(--amber-rule);stroke-width:1}
.phase{fill:var(--panel);stroke:var(--rule)}
.grid{stroke:var(--rule);stroke-width:1;fill:none}
`

// Lengths in CSS pixels.
const (
	width, left, right     = 900.0, 150.0, 20.0
	phasesTop, phaseHeight = 42.0, 20.0
	fleetsTop, instance    = 128.0, 22.0
	splitTop, splitHeight  = 260.0, 64.0
	axis                   = splitTop + splitHeight + 12
	height                 = axis + 50
	instances              = 4
	shortest               = 26.0 // of a phase with its name inside
)

type picture struct {
	*svg.Canvas
	of    sampled
	whole time.Duration
}

func draw(title string, of sampled) []byte {
	p := picture{svg.New(title, width, height, style), of, of.samples[len(of.samples)-1].at}
	p.Text("strong left", 16, 20, title)
	p.Text("small right", width-right, 20, "visitors are on the new version "+execution.Clock(p.since(0.995))+" after its start; all in all "+execution.Clock(of.ended))
	p.drawAxis()
	p.drawPhases()
	p.drawFleets()
	p.drawSplit()
	p.drawKey()
	return p.Bytes()
}

// since returns when this share of the visitors first got the new version.
func (p picture) since(share float64) time.Duration {
	for _, s := range p.of.samples {
		if s.share >= share {
			return s.at
		}
	}
	return p.of.ended
}

func (p picture) x(at time.Duration) float64 {
	return left + (width-left-right)*float64(at)/float64(p.whole)
}

func (p picture) drawAxis() {
	step := time.Minute
	for p.whole/step > 12 {
		step *= 2
	}
	for at := time.Duration(0); at <= p.whole; at += step {
		p.Line("grid", "", svg.Point{p.x(at), phasesTop - 6}, svg.Point{p.x(at), axis})
		p.Text("tiny", p.x(at), axis+10, fmt.Sprintf("%d min", int(at.Minutes())))
	}
}

// phases are what takes time, by the states of the machine. Holds and the bake are told apart by the
// share of the traffic.
var phases = []struct{ name, first, last string }{
	{"second fleet starts", "CreateGroup", "HoldScaling"},
	{"instances are replaced", "StartRefresh", "CheckRefresh"},
	{"bake", "VerifyBaking", "CheckBake"},
	{"former fleet drains and goes", "RetireFleet", "RetireFleet"},
}

func (p picture) drawPhases() {
	p.Text("small left", 16, phasesTop+phaseHeight/2, "the release")
	for _, phase := range phases {
		first, last := p.of.run.State(phase.first), p.of.run.State(phase.last)
		if first != nil && last != nil {
			p.drawPhase(phase.name, first.Visits[0].Began.Sub(p.of.run.Began), last.Last().Ended.Sub(p.of.run.Began))
		}
	}
	shift, ends := p.of.run.State("ShiftTraffic"), p.of.run.State("EnsureScaling")
	if shift == nil {
		return
	}
	for i, visit := range shift.Visits {
		name, until := "hold", ends.Visits[0].Began
		if i+1 < len(shift.Visits) {
			until = shift.Visits[i+1].Began
		} else {
			name = "bake"
		}
		p.drawPhase(name, visit.Began.Sub(p.of.run.Began), until.Sub(p.of.run.Began))
	}
}

// drawPhase writes the name below where there is no room for it inside.
func (p picture) drawPhase(name string, from, to time.Duration) {
	w := max(2, p.x(to)-p.x(from))
	p.Box("phase", p.x(from), phasesTop, w, phaseHeight, 4)
	if w > svg.Width(name, 11)+8 {
		p.Text("small", p.x(from)+w/2, phasesTop+phaseHeight/2, name)
		return
	}
	p.Line("grid", "", svg.Point{p.x(from) + w/2, phasesTop + phaseHeight}, svg.Point{p.x(from) + w/2, phasesTop + shortest})
	p.Text("small right halo", min(width-right, p.x(to)+40), phasesTop+phaseHeight+16, name)
}

// drawFleets stacks the instances: former ones below, then new ones, then those that serve nobody.
func (p picture) drawFleets() {
	bottom := fleetsTop + instances*instance
	p.Text("small left", 16, bottom-instances*instance/2, "instances")
	for n := 0; n <= instances; n++ {
		p.Text("tiny right", left-8, bottom-float64(n)*instance, fmt.Sprint(n))
	}
	for _, layer := range []struct {
		class    string
		from, to func(sample) int
	}{
		{"former", func(sample) int { return 0 }, func(s sample) int { return s.former.serving }},
		{"new", func(s sample) int { return s.former.serving }, func(s sample) int { return s.former.serving + s.new.serving }},
		{"starting", func(s sample) int { return s.former.serving + s.new.serving }, sample.all},
	} {
		p.drawLayer(layer.class, bottom, instance,
			func(s sample) float64 { return float64(layer.from(s)) }, func(s sample) float64 { return float64(layer.to(s)) })
	}
}

func (s sample) all() int { return s.former.serving + s.former.others + s.new.serving + s.new.others }

func (p picture) drawSplit() {
	bottom := splitTop + splitHeight
	p.Text("small left", 16, splitTop+splitHeight/2, "visitors")
	for _, percent := range []float64{0, 50, 100} {
		p.Text("tiny right", left-8, bottom-splitHeight*percent/100, fmt.Sprintf("%.0f %%", percent))
	}
	p.drawLayer("former", bottom, splitHeight, func(s sample) float64 { return s.share }, func(sample) float64 { return 1 })
	p.drawLayer("new", bottom, splitHeight, func(sample) float64 { return 0 }, func(s sample) float64 { return s.share })
}

// drawLayer draws steps between two heights, a shape for each time in which there is something.
func (p picture) drawLayer(class string, bottom, unit float64, from, to func(sample) float64) {
	for i := 0; i < len(p.of.samples); {
		first := p.of.samples[i]
		after := i + 1
		for after < len(p.of.samples) && from(p.of.samples[after]) == from(first) && to(p.of.samples[after]) == to(first) {
			after++
		}
		until := p.whole
		if after < len(p.of.samples) {
			until = p.of.samples[after].at
		}
		if h := (to(first) - from(first)) * unit; h > 0 && until > first.at {
			p.Box(class, p.x(first.at), bottom-to(first)*unit, p.x(until)-p.x(first.at), h, 0)
		}
		i = after
	}
}

func (p picture) drawKey() {
	x := left
	for _, entry := range []struct{ class, words string }{{"former", "the former version"}, {"new", "the new version"}, {"starting", "starts or ends, and serves nobody"}} {
		p.Box(entry.class, x, axis+26, 12, 12, 2)
		p.Text("small left", x+18, axis+32, entry.words)
		x += 18 + svg.Width(entry.words, 11) + 30
	}
}
