package app

import (
	"cmp"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"gocloud.dev/blob"
)

// shortestKey keeps upload keys too long to guess.
const shortestKey = 16

// Config configures one instance. Address and Storage have no default; the zero value of every
// other field is usable.
type Config struct {
	// Address is the host:port to listen on. Port 0 uses a free one.
	Address string
	// Storage is s3://bucket?region=…&prefix=gallery/, file:///folder or mem://.
	Storage string
	// Bucket, if set, replaces Storage and is not closed by Close, so that several servers in one
	// process can share it.
	Bucket *blob.Bucket
	// AllowUpload turns uploading and deleting on. UploadKey is the secret that they require.
	AllowUpload bool
	UploadKey   string
	// Samples stores the sample photos if the storage is empty.
	Samples bool
	// RefuseNames answers only requests whose Host is an address, localhost or a load balancer's
	// name. It is for a gallery that only its own machine may reach.
	RefuseNames bool
	// Instance, Zone and Release are shown in every page's footer.
	Instance, Zone, Release string
	// MaxUploadBytes limits one file (25 MB), MaxFiles one request (20) and MaxPixels one picture
	// (50 million).
	MaxUploadBytes int64
	MaxFiles       int
	MaxPixels      int64
	// DrainTimeout is how long Run lets requests in flight finish (20 s).
	DrainTimeout time.Duration
	// Logger receives events, but never a secret. nil means slog.Default().
	Logger *slog.Logger
}

// ConfigFromEnv reads HOST (127.0.0.1), PORT (8080), PHOTOS (the storage),
// UPLOAD_KEY or UPLOAD_KEY_FILE, ALLOW_UPLOAD (1 if there is a key), SAMPLES
// (0), REFUSE_NAMES (0), INSTANCE_ID, ZONE and RELEASE. Its error is an Error with code
// InvalidConfig that names every problem at once.
func ConfigFromEnv(getenv func(string) string) (Config, error) {
	var problems []string
	yes := func(name string, fallback bool) bool {
		value := cmp.Or(getenv(name), strconv.FormatBool(fallback))
		answer, err := strconv.ParseBool(value)
		if err != nil {
			problems = append(problems, fmt.Sprintf("%s=%q is neither 1 nor 0", name, value))
		}
		return answer
	}
	config := Config{
		Address:     net.JoinHostPort(cmp.Or(getenv("HOST"), "127.0.0.1"), cmp.Or(getenv("PORT"), "8080")),
		Storage:     getenv("PHOTOS"),
		UploadKey:   getenv("UPLOAD_KEY"),
		Samples:     yes("SAMPLES", false),
		RefuseNames: yes("REFUSE_NAMES", false),
		Instance:    getenv("INSTANCE_ID"),
		Zone:        getenv("ZONE"),
		Release:     getenv("RELEASE"),
	}
	if path := getenv("UPLOAD_KEY_FILE"); path != "" && config.UploadKey == "" {
		content, err := os.ReadFile(path)
		if err != nil {
			problems = append(problems, fmt.Sprintf("UPLOAD_KEY_FILE=%q cannot be read: %s", path, err))
		}
		config.UploadKey = strings.TrimSpace(string(content))
	}
	config.AllowUpload = yes("ALLOW_UPLOAD", config.UploadKey != "")
	return config, invalidConfig(append(problems, config.problems()...))
}

func invalidConfig(problems []string) error {
	if len(problems) == 0 {
		return nil
	}
	return &Error{Code: InvalidConfig, Message: "The gallery cannot start:\n  - " + strings.Join(problems, "\n  - ")}
}

func (c Config) problems() []string {
	var found []string
	report := func(format string, args ...any) { found = append(found, fmt.Sprintf(format, args...)) }
	_, port, err := net.SplitHostPort(c.Address)
	if _, portErr := strconv.ParseUint(port, 10, 16); err != nil || portErr != nil {
		report("the address %q is not host:port; give HOST an address and PORT a number from 0 to 65535", c.Address)
	}
	if _, err := parseStorage(c.Storage); err != nil && c.Bucket == nil {
		report("%s", err)
	}
	if c.AllowUpload && len(c.UploadKey) < shortestKey {
		report("uploads are allowed but the upload key has %d characters; give UPLOAD_KEY_FILE one of at least %d (openssl rand -base64 24 makes one), or set ALLOW_UPLOAD=0", len(c.UploadKey), shortestKey)
	}
	if c.MaxUploadBytes < 0 || c.MaxFiles < 0 || c.MaxPixels < 0 || c.DrainTimeout < 0 {
		report("a limit is below 0; leave it at 0 for the default")
	}
	return found
}

func parseStorage(storage string) (*url.URL, error) {
	u, err := url.Parse(storage)
	switch {
	case err != nil:
	case u.Scheme == "s3" && u.Host != "", u.Scheme == "mem":
		return u, nil
	case u.Scheme == "file" && u.Host == "" && u.RawQuery == "" && filepath.IsAbs(u.Path):
		return u, nil
	}
	return nil, fmt.Errorf("PHOTOS=%q is not a storage; use s3://bucket?region=eu-central-1, file:///folder or mem://", storage)
}

// limits returns the limits of decoding. Six bytes a pixel are enough for a usual rotated JPEG. A
// process whose memory is limited, as in program.go, uses two thirds of it at most.
func (c Config) limits() limits {
	return limits{c.MaxPixels, min(6*c.MaxPixels, debug.SetMemoryLimit(-1)/3*2)}
}

func (c Config) withDefaults() Config {
	c.MaxUploadBytes = cmp.Or(c.MaxUploadBytes, 25_000_000)
	c.MaxFiles = cmp.Or(c.MaxFiles, 20)
	c.MaxPixels = cmp.Or(c.MaxPixels, 50_000_000)
	c.DrainTimeout = cmp.Or(c.DrainTimeout, 20*time.Second)
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	return c
}
