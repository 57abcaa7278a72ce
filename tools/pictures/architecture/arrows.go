package main

import "photogallery/tools/pictures/svg"

// arrow is a line of a class of package svg between two tiles, with its label and position.
type arrow struct {
	class  string
	points []svg.Point
	words  string
	at     svg.Point
}

func along(points ...svg.Point) []svg.Point { return points }

var arrows = []arrow{
	{class: "next", points: along(svg.Point{296, 58}, svg.Point{328, 58})},
	{class: "next", points: along(svg.Point{104, 97}, svg.Point{312, 97}, svg.Point{312, 76}, svg.Point{328, 76})},
	{class: "next", points: along(svg.Point{296, 127}, svg.Point{312, 127}, svg.Point{312, 76}, svg.Point{328, 76})},
	{class: "next", points: along(svg.Point{416, 104}, svg.Point{416, 90})},
	{class: "main", points: along(svg.Point{504, 67}, svg.Point{536, 67})},
	{class: "next", points: along(svg.Point{624, 90}, svg.Point{624, 104})},
	{class: "make", points: along(svg.Point{712, 60}, svg.Point{748, 60})},
	{class: "make", points: along(svg.Point{712, 74}, svg.Point{730, 74}, svg.Point{730, 213}, svg.Point{748, 213}),
		words: "make and remove all that is blue", at: svg.Point{720, 171}},

	{class: "main", points: along(svg.Point{104, 282}, svg.Point{148, 282})},
	{class: "main", points: along(svg.Point{240, 282}, svg.Point{272, 282})},
	{class: "main", points: along(svg.Point{470, 302}, svg.Point{470, 380})},
	{class: "main", points: along(svg.Point{470, 406}, svg.Point{470, 440})},
	{class: "main", points: along(svg.Point{580, 514}, svg.Point{580, 596})},
	{class: "main", points: along(svg.Point{676, 616}, svg.Point{748, 616})},
	{class: "next", points: along(svg.Point{432, 514}, svg.Point{432, 596})},
	{class: "next", points: along(svg.Point{272, 339}, svg.Point{254, 339}, svg.Point{254, 168}, svg.Point{216, 168}, svg.Point{216, 150}),
		words: "the build's result", at: svg.Point{346, 177}},
	{class: "next", points: along(svg.Point{852, 236}, svg.Point{852, 250})},
	{class: "next", points: along(svg.Point{748, 273}, svg.Point{702, 273}, svg.Point{702, 470}, svg.Point{668, 470})},
	{class: "next", points: along(svg.Point{748, 333}, svg.Point{702, 333}, svg.Point{702, 470}, svg.Point{668, 470})},
	{class: "next", points: along(svg.Point{324, 713}, svg.Point{356, 713})},
	{class: "next", points: along(svg.Point{506, 713}, svg.Point{538, 713})},
}
