package main

import (
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"strings"

	"photogallery/tools/pictures/svg"
)

//go:embed picture.css
var style string

const (
	width, height = 980, 800

	publicSubnet  kind = "AWS::EC2::Subnet/NetworkPublic"
	privateSubnet kind = "AWS::EC2::Subnet/NetworkPrivate"
)

// picture draws the stack of a template, and what a release makes in it.
func picture(t template) ([]byte, error) {
	if problems := append(t.check(), checkMade()...); len(problems) > 0 {
		slices.Sort(problems)
		return nil, errors.New(strings.Join(problems, "\n"))
	}
	c := svg.New("Photogallery on AWS: what the stack makes, and what a release makes in it", width, height, style)
	frames(c, t)
	for _, a := range arrows {
		head := a.class
		if head == "make" {
			head = "main"
		}
		c.Line(a.class, head, a.points...)
		if a.words != "" {
			c.Text("small halo right", a.at[0], a.at[1], a.words)
		}
	}
	for _, shown := range tiles {
		c.Group("tile "+string(shown.of), "", "", func() { drawTile(c, t, shown) })
	}
	fleet(c)
	legend(c)
	return c.Bytes(), nil
}

// frames draws the frames around the tiles: the account, the network, its zones and subnets.
func frames(c *svg.Canvas, t template) {
	c.Box("account", 120, 8, 852, 748, 10)
	c.Text("strong left", 136, 27, "AWS, one account and region")
	c.Box("network", 136, 190, 580, 458, 8)
	c.Text("strong left", 148, 208, "VPC "+t.property("AWS::EC2::VPC", "CidrBlock"))
	c.Text("small left", 148, 225, "and IPv6;")
	c.Text("small left", 148, 240, "no NAT gateway")
	for i, x := range []float64{256, 476} {
		c.Box("zone", x, 218, 208, 364, 6)
		c.Text("small", x+104, 229, fmt.Sprintf("zone %d", i+1))
		subnet(c, x+8, 240, 130, "public subnet "+t.property(numbered(publicSubnet, i), "CidrBlock"))
		subnet(c, x+8, 416, 158, "private subnet "+t.property(numbered(privateSubnet, i), "CidrBlock"))
	}
	c.Text("strong left", 136, 676, "Watching")
}

func numbered(k kind, i int) kind { return kind(fmt.Sprintf("%sSubnet%d", k, i+1)) }

func subnet(c *svg.Canvas, x, y, h float64, words string) {
	c.Box("subnet", x, y, 192, h, 4)
	c.Text("tiny left", x+8, y+11, words)
}

func drawTile(c *svg.Canvas, t template, of tile) {
	c.Box("shape", of.x, of.y, of.w, of.h, 6)
	x, y := of.x+of.w/2, of.y+of.h/2
	title := of.title
	if strings.Contains(title, "%d") {
		title = fmt.Sprintf(title, t.countFor(of))
	}
	switch {
	case of.h > 60: // others are inside it
		c.Text("strong", x, of.y+14, title)
	case of.words == "":
		c.Text("strong", x, y, title)
	default:
		c.Text("strong", x, y-8, title)
		c.Text("small", x, y+9, of.words)
	}
}

// fleet draws the group's instances.
func fleet(c *svg.Canvas) {
	for _, x := range []float64{282, 364, 492, 574} {
		c.Group("tile release", "", "", func() {
			c.Box("instance", x, 468, 76, 34, 4)
			c.Text("small", x+38, 485, "instance")
		})
	}
}

func legend(c *svg.Canvas) {
	x := 136.0
	for _, entry := range []struct {
		of    origin
		words string
	}{{stack, "made by cdk deploy, free or nearly so"}, {option, "the same, where an option asks for it"}, {release, "made by a release, removed by a teardown"}} {
		c.Group("tile "+string(entry.of), "", "", func() { c.Box("shape", x, 770, 22, 14, 3) })
		c.Text("small left", x+30, 777, entry.words)
		x += 52 + svg.Width(entry.words, 11)
	}
}
