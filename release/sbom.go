package release

// SBOMPrefix begins the keys of the images' software bills of materials in the stack's bucket.
const SBOMPrefix = "sboms/"

// SBOMKey returns the key of the software bill of materials of the image that a release bakes. The
// builder writes it before there is an image, whose tag has the release's name.
func SBOMKey(release string) string { return SBOMPrefix + release + ".json" }
