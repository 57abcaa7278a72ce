package release

// The tags by which Photogallery finds its resources.
const (
	TagEnvironment = "photogallery:environment" // on everything
	TagRelease     = "photogallery:release"     // on resources of one release: builder, image, snapshot
	TagRole        = "photogallery:role"        // on instances: builder, runner or fleet
	TagDigest      = "photogallery:digest"      // on images: the Digest they were made from
	TagVersion     = "photogallery:version"     // on images: the version of their release
	TagBundle      = "photogallery:bundle"      // on images: the Bundle they were made from
	TagBase        = "photogallery:base"        // on images: the image the builder started from
)

// Values of TagRole.
const (
	RoleBuilder = "builder"
	RoleRunner  = "runner" // runs a command once
	RoleFleet   = "fleet"
)
