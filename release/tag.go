package release

// Tags by which everything that Photogallery makes can be found again.
const (
	TagEnvironment = "photogallery:environment" // on everything
	TagRelease     = "photogallery:release"     // on what belongs to one release: builder, image, snapshot
	TagRole        = "photogallery:role"        // on instances: builder or fleet
	TagDigest      = "photogallery:digest"      // on images: the Digest they were made from
	TagVersion     = "photogallery:version"     // on images: the version their release was given
	TagBundle      = "photogallery:bundle"      // on images: the Bundle they were made from
	TagBase        = "photogallery:base"        // on images: the image the builder started from
)

// Values of TagRole.
const (
	RoleBuilder = "builder"
	RoleFleet   = "fleet"
)
