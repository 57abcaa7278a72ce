// Package recipe makes a machine out of a bundle: what a builder runs to become an image, and what
// an instance of that image runs at its first boot.
package recipe

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"photogallery/internal/systemd"
)

// The files of an image. fleet.sh is separate: it runs on the image, so changing it needs no bake.
//
//go:embed builder.sh provision.sh sbom.py
var baked embed.FS

//go:embed fleet.sh
var fleetScript string

// SHA256 returns the hexadecimal hash of everything in the recipe that determines an image.
func SHA256() string {
	sum := sha256.New()
	// The files are embedded, in order of their names: reading them cannot fail.
	names, _ := fs.Glob(baked, "*")
	for _, name := range names {
		content, _ := baked.ReadFile(name)
		sum.Write(fmt.Appendf(nil, "%s:%d:", name, len(content)))
		sum.Write(content)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// Provision returns the script that installs an unpacked bundle, given as its argument, checks that
// it serves and removes what an image must not contain. With ROOT set it works below that folder.
func Provision() []byte {
	content, _ := baked.ReadFile("provision.sh")
	return content
}

// SBOM returns the Python program that prints the software bill of materials of an image. Its
// arguments are the release's name, a file with what `sha256sum --zero` says of the bundle's files,
// and the folder that the bundle is installed in.
func SBOM() []byte {
	content, _ := baked.ReadFile("sbom.py")
	return content
}

// MaxUserData is EC2's limit of user data, in bytes before they are encoded.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-add-user-data.html
const MaxUserData = 16 << 10

// BuilderInput holds the values of a builder's user data.
type BuilderInput struct {
	Bucket, Key, SHA256 string // the bundle, a .tar.gz
	Region              string
	Release             string
	Source              string // of the event that reports the result
	LogGroup            string // receives the build's log, or "" for none
	SBOMBucket, SBOMKey string // the object that becomes the software bill of materials

	HealthPath   string // that answers 200 when the service is ready
	StartSeconds string // how long it may take until then
}

// BuilderUserData returns the script with which a builder fetches and provisions its bundle and
// reports the result as one event. It is an error if a value has a control character or the script
// exceeds EC2's limit.
func BuilderUserData(in BuilderInput) (string, error) {
	script, _ := baked.ReadFile("builder.sh")
	return render("builder", string(script), map[string]string{
		"Bucket": in.Bucket, "Key": in.Key, "SHA256": in.SHA256, "Region": in.Region,
		"Release": in.Release, "Source": in.Source, "LogGroup": in.LogGroup,
		"SBOMBucket": in.SBOMBucket, "SBOMKey": in.SBOMKey, "HealthPath": in.HealthPath, "StartSeconds": in.StartSeconds, "Provision": uncommented(Provision()), "SBOM": uncommented(SBOM()),
		"MaxFiles": strconv.Itoa(MaxBundleFiles), "MaxBytes": strconv.Itoa(MaxBundleBytes),
	})
}

// uncommented empties the lines of a script that are comments, because user data has little room. What
// fails still names the script's own line.
func uncommented(script []byte) string {
	return comment.ReplaceAllString(string(script), "")
}

var comment = regexp.MustCompile(`(?m)^[ \t]*#.*$`)

// FleetInput holds the values of the fleet's user data.
type FleetInput struct {
	Release  string
	Bucket   string // has the photos and the upload key
	Region   string
	Uploads  string // "on", "off", or "" for the machine's own setting
	LogGroup string // receives the service's log, or "" for none
	Settings string // the digest of the app's settings, or "" for none
}

// UploadKey is the key of the object that is the upload key.
const UploadKey = "upload-key/key"

// PhotosPrefix begins all keys of the gallery in its bucket.
const PhotosPrefix = "gallery/"

// FleetUserData returns the script that tells an instance's service its address, its identity and
// the place of its photos. It has no secret and none of the app's settings: the instance fetches
// those, and fetches or makes the upload key. Its errors are those of BuilderUserData.
func FleetUserData(in FleetInput) (string, error) {
	values := map[string]string{
		"Release": in.Release, "Bucket": in.Bucket, "Region": in.Region, "LogGroup": in.LogGroup,
		"Settings": in.Settings,
		"Stream":   "{instance_id}/" + in.Release, "BootStream": "{instance_id}/" + in.Release + "/boot",
		"Photos": "s3://" + in.Bucket + "?region=" + in.Region + "&prefix=" + PhotosPrefix,
	}
	switch in.Uploads {
	case "on":
		values["AllowUpload"], values["UploadKey"] = "1", UploadKey
	case "off":
		values["AllowUpload"] = "0"
	case "":
	default:
		return "", fmt.Errorf("user data of the fleet: Uploads is %q, which is neither on nor off", in.Uploads)
	}
	return render("fleet", fleetScript, values)
}

// The scripts use a small part of text/template: values, quoted for their reader, and lines that
// depend on a value. That package itself finds methods by name, for which the linker keeps every
// method of every SDK type: the functions' executable would be four times as large.
var (
	whereValue = regexp.MustCompile(`(?s)\n\{\{- if \.(\w+)\}\}(.*?)\n\{\{- end\}\}`)
	valueOf    = regexp.MustCompile(`\{\{(?:(\w+) )?\.(\w+)\}\}`)
	quotes     = map[string]func(string) string{"": verbatim, "shell": shell, "setting": systemd.Quote, "json": quoted}
)

func render(name, script string, values map[string]string) (string, error) {
	for field, value := range values {
		if !slices.Contains([]string{"Provision", "SBOM", "Fleet"}, field) && strings.ContainsFunc(value, unicode.IsControl) {
			return "", fmt.Errorf("user data of the %s: %s %q has a control character", name, field, value)
		}
	}
	script = whereValue.ReplaceAllStringFunc(script, func(found string) string {
		parts := whereValue.FindStringSubmatch(found)
		if values[parts[1]] == "" {
			return ""
		}
		return parts[2]
	})
	rendered := valueOf.ReplaceAllStringFunc(script, func(found string) string {
		parts := valueOf.FindStringSubmatch(found)
		return quotes[parts[1]](values[parts[2]])
	})
	if len(rendered) > MaxUserData {
		return "", fmt.Errorf("user data of the %s has %d bytes; EC2 takes %d", name, len(rendered), MaxUserData)
	}
	return rendered, nil
}

func verbatim(value string) string { return value }

// shell quotes a value as one word of a shell command.
func shell(value string) string { return "'" + strings.ReplaceAll(value, "'", `'\''`) + "'" }

// quoted returns the value as a string of JSON.
func quoted(value string) string {
	text, _ := json.Marshal(value) // which accepts any string
	return string(text)
}
