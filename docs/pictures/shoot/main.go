// Command shoot takes the pictures of the gallery that the documents show. It runs the app with its
// sample photos on loopback, and a headless Chromium that looks at it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"photogallery/gallery-ami/app"
)

// shot is one picture: a page on a screen of some size, in the light or in the dark.
type shot struct {
	name, path    string
	width, height int64
	density       float64
	scheme        string
}

const (
	wide, high           = 1280, 800
	phoneWide, phoneHigh = 390, 844
	quality              = 82
)

// shots are all pictures. Those of kept are in the documents; the rest are for whoever changes the
// design.
var shots = []shot{
	{"wide-light", "/", wide, high, 1, "light"},
	{"wide-dark", "/", wide, high, 1, "dark"},
	{"phone-light", "/", phoneWide, phoneHigh, 1.5, "light"},
	{"phone-dark", "/", phoneWide, phoneHigh, 1.5, "dark"},
	{"photo", "PHOTO", wide, high, 1, "light"},
}

var others = []shot{
	{"photo-phone", "PHOTO", phoneWide, phoneHigh, 2, "dark"},
	{"upload-light", "/upload", wide, high, 1, "light"},
	{"upload-dark", "/upload", wide, high, 1, "dark"},
	{"upload-phone", "/upload", phoneWide, phoneHigh, 2, "light"},
	{"login-light", "/login", wide, high, 1, "light"},
	{"login-phone", "/login", phoneWide, phoneHigh, 2, "dark"},
	{"error-light", "/nothing", wide, high, 1, "light"},
	{"error-dark", "/nothing", wide, high, 1, "dark"},
}

func main() {
	folder := flag.String("out", "docs/pictures", "where to put the pictures")
	all := flag.Bool("all", false, "take those of the other pages too")
	flag.Parse()
	if *all {
		shots = append(shots, others...)
	}
	if err := shoot(context.Background(), *folder); err != nil {
		fmt.Fprintln(os.Stderr, "shoot:", err)
		os.Exit(1)
	}
}
