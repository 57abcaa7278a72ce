package main

import "testing"

func TestGalleryIsWokenOnceAndPutToSleep(t *testing.T) {
	a := onAmazon(t)
	a.on("sleep").wants(t, 0, "Nothing serves, and no release is under way")
	a.on("release", "--name", "r1", "--detach").wants(t, 0)
	a.on("wake").wants(t, 0, "Release r1 is under way", "r1 succeeded in", "http://")
	a.on("wake").wants(t, 0, "is awake", "http://")
	a.on("sleep").wants(t, 0, "succeeded in")
	a.on("sleep").wants(t, 0, "Nothing serves")
	a.on("wake", "--name", "again").wants(t, 0, "again succeeded in")
}
