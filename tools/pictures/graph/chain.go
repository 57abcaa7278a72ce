package main

import (
	"context"
	"fmt"
	"slices"

	"photogallery/release"
	"photogallery/tools/pictures/svg"
)

// Sizes of the chain's picture in pixels.
const (
	titleSize    = 13
	titleHeight  = 46 // the two lines at the top of a card
	stepHeight   = 17
	cardWidth    = 138
	cardPadding  = 10
	margin       = 8
	panelPadding = 16
	rowGap       = 44 // between the chain and its ends
	endWidth     = 100
	endHeight    = 32
)

// card is a stage with its position.
type card struct {
	stage
	x, y, w, h float64
}

// drawChain draws the release in stages, as an overview.
func drawChain(ctx context.Context, m machine) ([]byte, error) {
	links, err := m.links()
	if err != nil {
		return nil, err
	}
	placed, err := layOut(ctx, chainGraph(links))
	if err != nil {
		return nil, err
	}
	p := chainPicture{cards: map[string]card{}, polls: m.allPolls(), bottom: placed.Height + margin}
	for _, e := range placed.Children {
		p.cards[e.ID] = card{stageNamed(e.ID), round(e.X), round(e.Y), e.Width, e.Height}
	}
	p.Canvas = svg.New("A release in stages, and its ends", placed.Width, p.bottom+rowGap+cardOf(undo).h+margin, style)
	p.Box("panel", margin, margin, placed.Width-2*margin, placed.Height-margin, 10)
	for _, e := range placed.Edges {
		p.Line("main", "main", points(e.corners(0, 0))...)
	}
	p.drawEnds()
	p.drawKey("looks again until it is so", placed.Width-2*margin, p.bottom+rowGap+cardOf(undo).h-8)
	for _, s := range chain[:len(chain)-1] {
		p.drawCard(p.cards[s.name], "card")
	}
	return p.Bytes(), nil
}

// chainPicture is the chain's picture in progress.
type chainPicture struct {
	*svg.Canvas
	cards  map[string]card
	polls  map[string]poll
	bottom float64 // of the panel around the stages
}

// chainGraph returns the chain for ELK, without failures and ends.
func chainGraph(links []link) *elkNode {
	g := &elkNode{ID: "chain", Options: layered()}
	g.Options["elk.direction"] = "RIGHT"
	g.Options["elk.padding"] = fmt.Sprintf("[top=%[1]d,left=%[1]d,bottom=%[1]d,right=%[1]d]", margin+panelPadding)
	g.Options["elk.layered.spacing.nodeNodeBetweenLayers"] = "28"
	g.Options["elk.spacing.nodeNode"] = "18"
	g.Options["elk.layered.nodePlacement.strategy"] = "BRANDES_KOEPF"
	g.Options["elk.layered.nodePlacement.bk.fixedAlignment"] = "BALANCED"
	for _, s := range chain[:len(chain)-1] {
		at := cardOf(s)
		g.Children = append(g.Children, &elkNode{ID: s.name, Width: at.w, Height: at.h})
	}
	for i, l := range links {
		if l.to != undo.name && l.from != undo.name && rank(l.to) >= 0 {
			g.Edges = append(g.Edges, &elkEdge{ID: fmt.Sprint(i), Sources: []string{l.from}, Targets: []string{l.to}})
		}
	}
	return g
}

func stageNamed(name string) stage {
	i := slices.IndexFunc(chain, func(s stage) bool { return s.name == name })
	if i < 0 {
		return stage{}
	}
	return chain[i]
}

// cardOf returns the size of a stage.
func cardOf(s stage) card {
	width := float64(cardWidth)
	for _, step := range s.steps {
		width = max(width, svg.Width(step, labelSize)+markWidth+2*cardPadding)
	}
	return card{s, 0, 0, even(max(width, svg.Width(s.words, labelSize)+2*cardPadding)), titleHeight + float64(len(s.steps))*stepHeight + 8}
}

func (p chainPicture) drawCard(at card, class string) {
	p.Box(class, at.x, at.y, at.w, at.h, 8)
	p.Text("strong left", at.x+cardPadding, at.y+17, at.name)
	p.Text("small left", at.x+cardPadding, at.y+34, at.words)
	for i, step := range at.steps {
		y := at.y + titleHeight + (float64(i)+.5)*stepHeight
		p.Text("step left", at.x+cardPadding, y, step)
		if _, ok := p.polls[step]; ok {
			clock(p.Canvas, at.x+at.w-cardPadding-4, y)
		}
	}
}

// drawEnds draws the ends of the chain in a row below it.
func (p chainPicture) drawEnds() {
	first, last := p.cards[chain[0].name], p.cards[chain[len(chain)-2].name]
	top := p.bottom + rowGap
	p.Line("main", "main", svg.Point{last.middle(), last.y + last.h}, svg.Point{last.middle(), top})
	p.drawEnd("Succeed", "Succeeded", last.middle()-endWidth/2, top)
	p.Line("next", "next", svg.Point{first.middle(), first.y + first.h}, svg.Point{first.middle(), top})
	p.drawEnd("Fail", string(release.Busy), first.middle()-endWidth/2, top)
	p.Text("small", first.middle(), top+endHeight+12, release.Busy.Meaning())

	at := cardOf(undo)
	at.x, at.y = p.cards["Template"].x, top
	p.Line("fail", "fail", svg.Point{at.middle(), p.bottom - margin}, svg.Point{at.middle(), top})
	p.Text("small left", at.middle()+10, p.bottom+rowGap/2-6, "any failure")
	p.drawCard(at, "card failure")
	for i, end := range []release.End{release.FailedClean, release.FailedDirty} {
		x, y := at.x+at.w+40, top+at.h/2-endHeight-6+float64(i)*(endHeight+12)
		middle := svg.Point{x, y + endHeight/2}
		p.Line("next", "next", svg.Point{at.x + at.w, middle[1]}, middle)
		p.drawEnd("Fail", string(end), x, y)
		p.Text("small left", x+endWidth+10, middle[1], end.Meaning())
	}
}

// drawKey explains the clock, in a text that ends at x.
func (p chainPicture) drawKey(words string, x, y float64) {
	p.Text("small right", x, y, words)
	clock(p.Canvas, x-svg.Width(words, labelSize)-6, y)
}

func (c card) middle() float64 { return c.x + c.w/2 }

func (p chainPicture) drawEnd(kind, name string, x, y float64) {
	p.Group(kind, "", "", func() {
		p.Box("shape", x, y, endWidth, endHeight, endHeight/2)
		p.Text("", x+endWidth/2, y+endHeight/2, name)
	})
}
