// Command shoot takes the pictures of the gallery in the documents. It runs the app with its sample
// photos on loopback, or a local cloud with its console, and a headless Chromium that opens it.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
)

// shot is one picture: a page on a screen, in the light or in the dark.
type shot struct {
	name, path string
	screen     screen
	scheme     string
	signedIn   bool
	click      string // a link to follow from there, if any
}

type screen struct {
	width, height int64
	density       float64
	touch         bool
}

var (
	wide  = screen{width: 1024, height: 640, density: 1}
	phone = screen{width: 390, height: 844, density: 1, touch: true}
)

const firstPhoto, dark, light = ".grid li:nth-child(2) a", "dark", "light"

// kept lists the pictures in the documents.
var kept = []shot{
	{name: "wide-light", path: "/", screen: wide, scheme: light},
	{name: "wide-dark", path: "/", screen: wide, scheme: dark},
	{name: "phone-light", path: "/", screen: phone, scheme: light},
	{name: "phone-dark", path: "/", screen: phone, scheme: dark},
	{name: "photo", path: "/", screen: wide, scheme: light, click: firstPhoto},
}

// others lists pictures for people who change the design.
var others = []shot{
	{name: "photo-phone", path: "/", screen: phone, scheme: dark, click: firstPhoto},
	{name: "login-light", path: "/login", screen: wide, scheme: light},
	{name: "login-phone-dark", path: "/login", screen: phone, scheme: dark},
	{name: "error-light", path: "/nothing", screen: wide, scheme: light},
	{name: "error-phone-dark", path: "/nothing", screen: phone, scheme: dark},
	{name: "signed-in-phone", path: "/", screen: phone, scheme: light, signedIn: true},
	{name: "signed-in-photo", path: "/", screen: phone, scheme: light, signedIn: true, click: firstPhoto},
	{name: "upload-light", path: "/upload", screen: wide, scheme: light, signedIn: true},
	{name: "upload-dark", path: "/upload", screen: wide, scheme: dark, signedIn: true},
	{name: "upload-phone", path: "/upload", screen: phone, scheme: light, signedIn: true},
}

func main() {
	folder := flag.String("out", "docs/pictures", "where to put the pictures")
	all := flag.Bool("all", false, "take those of the other pages too")
	ofConsole := flag.Bool("console", false, "take those of the console instead, of a `gallery up` that it brings up")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	shots := kept
	if *all {
		shots = append(shots, others...)
	}
	take := func() error { return shoot(ctx, *folder, shots) }
	if *ofConsole {
		take = func() error { return shootConsole(ctx, filepath.Join(*folder, "console")) }
	}
	if err := take(); err != nil {
		fmt.Fprintln(os.Stderr, "shoot:", err)
		os.Exit(1)
	}
}
