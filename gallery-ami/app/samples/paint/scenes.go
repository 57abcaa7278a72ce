package main

var scenes = []scene{
	{
		name: "5-morning", width: 1600, height: 1067, seed: 11, horizon: .66,
		sky:   []rgb{hex(0x5b7fb0), hex(0x9db4cf), hex(0xf6cfa8), hex(0xffe3bd)},
		light: [3]float64{.98, .43, .036}, lightColor: hex(0xfff0cf), glow: .75,
		clouds: .35, cloudColor: hex(0xf4d9c6),
		ridges: []ridge{
			{at: .64, rise: .17, scale: 2.2, octaves: 6, color: hex(0xb9aebb), mist: hex(0xf0d3bb), depth: .16},
			{at: .71, rise: .17, scale: 2.6, octaves: 6, color: hex(0x93909f), mist: hex(0xe3c6b4), depth: .17},
			{at: .79, rise: .16, scale: 2.3, octaves: 6, color: hex(0x6a6f83), mist: hex(0xc6b1aa), depth: .2},
			{at: .90, rise: .16, scale: 2.0, octaves: 5, color: hex(0x434d60), mist: hex(0x9b938f), depth: .26, trees: .035},
			{at: 1.06, rise: .17, scale: 1.6, octaves: 4, color: hex(0x1d2733), mist: hex(0x27303a), depth: .3, trees: .13},
		},
	},
	{
		name: "2-summit", width: 1067, height: 1422, seed: 23, horizon: .7,
		sky:   []rgb{hex(0x1f4f8f), hex(0x4f88c4), hex(0xa9cbe6), hex(0xdcebf3)},
		light: [3]float64{-.4, .1, 0}, lightColor: hex(0xffffff),
		clouds: .42, cloudColor: hex(0xffffff),
		ridges: []ridge{
			{at: .62, rise: .2, scale: 2.4, octaves: 7, color: hex(0x7f97b3), mist: hex(0xb8cbdd), depth: .25, snow: .6},
			{at: .74, rise: .46, scale: 1.7, octaves: 8, color: hex(0x4b5666), mist: hex(0x7f93a4), depth: .5, snow: .62},
			{at: .84, rise: .14, scale: 2.5, octaves: 4, color: hex(0x35544f), mist: hex(0x5f7f78), depth: .2, trees: .03},
			{at: 1.0, rise: .15, scale: 1.8, octaves: 4, color: hex(0x1c3530), mist: hex(0x223f37), depth: .2, trees: .085},
		},
	},
	{
		name: "6-lights", width: 1280, height: 800, seed: 37, horizon: .72,
		sky:   []rgb{hex(0x050b1d), hex(0x0a1a35), hex(0x12324d), hex(0x1d4a5b)},
		stars: .8, aurora: .62, water: .74, lightColor: hex(0x9fffd0),
		ridges: []ridge{
			{at: .745, rise: .2, scale: 1.9, octaves: 7, color: hex(0x14283a), mist: hex(0x1a3a48), depth: .2, snow: .58},
			{at: .75, rise: .07, scale: 2.6, octaves: 4, color: hex(0x050d14), mist: hex(0x050d14), depth: .2, trees: .045},
		},
	},
	{
		name: "1-dunes", width: 1600, height: 1067, seed: 41, horizon: .52,
		sky:   []rgb{hex(0x3d5f99), hex(0x8e95b8), hex(0xefb98f), hex(0xffd9a0)},
		light: [3]float64{.36, .4, .03}, lightColor: hex(0xffe9b8), glow: .7,
		ridges: []ridge{
			{at: .54, rise: .05, scale: 2.6, octaves: 3, color: hex(0xcf8f6b), mist: hex(0xeab88c), depth: .09, flanks: 14},
			{at: .64, rise: .17, scale: 1.9, octaves: 2, color: hex(0xa9583f), mist: hex(0xe6a670), depth: .3, flanks: 8},
			{at: .8, rise: .26, scale: 1.5, octaves: 2, color: hex(0x84392f), mist: hex(0xd98a55), depth: .5, flanks: 6},
			{at: 1.06, rise: .4, scale: 1.1, octaves: 2, color: hex(0x542428), mist: hex(0xb2643f), depth: .8, flanks: 5},
		},
	},
	{
		name: "4-galaxy", width: 1067, height: 1334, seed: 53, horizon: .86,
		sky:   []rgb{hex(0x070a1c), hex(0x101536), hex(0x2a2754), hex(0x6a4668), hex(0xc9785f)},
		stars: 1.25, lightColor: hex(0xffffff),
		ridges: []ridge{
			{at: .87, rise: .1, scale: 2.2, octaves: 6, color: hex(0x2c2340), mist: hex(0x5a3d55), depth: .12},
			{at: .94, rise: .09, scale: 2.4, octaves: 5, color: hex(0x171528), mist: hex(0x2a2238), depth: .12},
			{at: 1.06, rise: .12, scale: 1.5, octaves: 4, color: hex(0x06070f), mist: hex(0x06070f), depth: .2, trees: .17},
		},
	},
	{
		name: "3-evening", width: 1600, height: 900, seed: 67, horizon: .56,
		sky:   []rgb{hex(0x2b2a55), hex(0x7a4a7c), hex(0xe2776a), hex(0xffc074)},
		light: [3]float64{1.12, .47, .045}, lightColor: hex(0xffdf9b), glow: .8,
		clouds: .55, cloudColor: hex(0xd9768a), water: .57,
		ridges: []ridge{
			{at: .575, rise: .09, scale: 1.7, octaves: 6, color: hex(0x8c4f6b), mist: hex(0xc97567), depth: .09},
			{at: .578, rise: .05, scale: 2.1, octaves: 5, color: hex(0x4d2f4f), mist: hex(0x6d3f56), depth: .07},
		},
	},
}
