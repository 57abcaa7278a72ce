package recipe

import (
	"fmt"
	"regexp"
	"strings"

	"photogallery/internal/systemd"
)

// ReadBuilder returns the input of BuilderUserData from its result. The local mode executes it by
// itself.
func ReadBuilder(userData string) (BuilderInput, error) {
	values := assignments(userData)
	in := BuilderInput{
		Bucket: values["bucket"], Key: values["key"], SHA256: values["sha256"],
		Region: values["region"], Release: values["release"], Source: values["source"],
		SBOMBucket: values["sbom_bucket"], SBOMKey: values["sbom_key"],
		HealthPath: values["health_path"], StartSeconds: values["start_seconds"],
	}
	if in.Bucket == "" || in.Key == "" || in.SHA256 == "" || in.Release == "" {
		return BuilderInput{}, fmt.Errorf("the user data is not a builder's: it names no bundle")
	}
	return in, nil
}

// assignments returns the first value of each variable that a script sets to a quoted word.
func assignments(script string) map[string]string {
	values := map[string]string{}
	for line := range strings.Lines(script) {
		name, quoted, isAssignment := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
		if _, seen := values[name]; isAssignment && !seen && strings.HasPrefix(quoted, "'") {
			values[name] = strings.ReplaceAll(strings.TrimSuffix(quoted[1:], "'"), `'\''`, "'")
		}
	}
	return values
}

var bucketAndDigest = regexp.MustCompile(`(?m)^bucket='([^']*)' digest='([0-9a-f]{64})'$`)

// ReadApp returns the bucket and the digest of the app's settings in the result of FleetUserData, or
// two empty strings for none.
func ReadApp(userData string) (bucket, digest string) {
	found := bucketAndDigest.FindStringSubmatch(userData)
	if found == nil {
		return "", ""
	}
	return found[1], found[2]
}

// ReadSettings returns the instance's own settings in the result of FleetUserData.
func ReadSettings(userData string) (map[string]string, error) {
	_, rest, found := strings.Cut(userData, "<<'SETTINGS'\n")
	block, _, ended := strings.Cut(rest, "SETTINGS\n")
	if !found || !ended {
		return nil, fmt.Errorf("the user data is not a fleet instance's: it has no settings")
	}
	assignments, ignored, err := systemd.ReadEnvironment(block)
	if err != nil {
		return nil, fmt.Errorf("the settings in the user data: %w", err)
	}
	if len(ignored) > 0 {
		return nil, fmt.Errorf("systemd would ignore settings in the user data: %s", strings.Join(ignored, "; "))
	}
	settings := map[string]string{}
	for _, assignment := range assignments {
		name, value, _ := strings.Cut(assignment, "=")
		settings[name] = value
	}
	return settings, nil
}
