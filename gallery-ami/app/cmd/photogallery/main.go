// Command photogallery is one instance of the gallery, the program of its bundle. See app.Main.
package main

import (
	"os"

	"photogallery/gallery-ami/app"
)

func main() { os.Exit(app.Main()) }
