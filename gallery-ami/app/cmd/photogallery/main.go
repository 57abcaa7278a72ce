// Command photogallery is one instance of the gallery: what a bundle ships. See app.Main.
package main

import (
	"os"

	"photogallery/gallery-ami/app"
)

func main() { os.Exit(app.Main()) }
