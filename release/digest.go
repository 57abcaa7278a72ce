package release

import "regexp"

// Digest identifies the content of an image: the bundle, the recipe that installs it and the
// architecture. It does not cover the base image, so that unchanged content is not baked again when
// Amazon publishes a new base. A rebake asks for that.
func Digest(bundleSHA256, recipeSHA256, architecture string) string {
	return Token("image", bundleSHA256, recipeSHA256, architecture)
}

// Bundle is the location of a release's content and the hash of its bytes.
type Bundle struct {
	Bucket string `json:"bucket"`
	Key    string `json:"key"`
	SHA256 string `json:"sha256"`
	Needs
}

// StoredBundle returns where a bucket has a bundle of this content, if somebody has stored it.
func StoredBundle(bucket, sha256 string) Bundle {
	return Bundle{Bucket: bucket, Key: "bundles/" + sha256 + ".tar.gz", SHA256: sha256}
}

var bundleURL = regexp.MustCompile(`^s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])/([A-Za-z0-9/._=-]{1,200})#sha256=([0-9a-f]{64})(?:&healthPath=([^&]+))?(?:&startSeconds=([0-9]{1,6}))?$`)

// ParseBundle reads s3://bucket/key#sha256=…, with the needs of its app behind that, as in
// &healthPath=/healthz&startSeconds=90. Anything else is an InvalidRequest.
func ParseBundle(url string) (Bundle, error) {
	parts := bundleURL.FindStringSubmatch(url)
	if parts == nil {
		return Bundle{}, Errorf(InvalidRequest, "bundle %q: give s3://bucket/key#sha256=<64 hexadecimal digits>; `gallery release --bundle FOLDER` packs and uploads a folder and fills this in", url)
	}
	needs, err := readNeeds(parts[4], parts[5])
	if err != nil {
		return Bundle{}, Errorf(InvalidRequest, "bundle %q: %w", url, err)
	}
	return Bundle{Bucket: parts[1], Key: parts[2], SHA256: parts[3], Needs: needs}, nil
}

// URL returns the form that ParseBundle reads, or "" for no bundle.
func (b Bundle) URL() string {
	if b == (Bundle{}) {
		return ""
	}
	return "s3://" + b.Bucket + "/" + b.Key + "#sha256=" + b.SHA256 + b.suffix()
}
