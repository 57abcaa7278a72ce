package release

import (
	"cmp"
	"encoding/json"
	"slices"
)

// BaseImageParameter returns the name of Amazon's public parameter with the ID of the newest base
// image of an architecture: Amazon Linux 2023.
// https://docs.aws.amazon.com/linux/al2023/ug/ec2.html
func BaseImageParameter(architecture string) string {
	return "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-" + architecture
}

// RebakeField asks for a rebake on a newer base image. The rules of the stack look for it in this
// form, without a space.
const RebakeField = `"rebakeIfNewer":true`

// RebakeRequest is a request of nothing else.
const RebakeRequest = "{" + RebakeField + "}"

// IsRebake reports whether a release's input asks for a rebake on a newer base image alone.
func IsRebake(input string) bool {
	var request Request
	return json.Unmarshal([]byte(input), &request) == nil && request.RebakeIfNewer
}

// As returns the request with the strategy of the release that serves if it is a rebake, and raw,
// which it was read from, has neither a strategy nor a field that goes with one only.
func (r Request) As(serving Current, raw []byte) Request {
	var given Request
	if err := json.Unmarshal(raw, &given); err != nil || !r.RebakeIfNewer {
		return r
	}
	if given.Strategy == "" && len(given.Traffic) == 0 && !given.Approval {
		r.Strategy = cmp.Or(serving.Strategy, r.Strategy)
	}
	return r
}

// Unchanged is the output of a release that found nothing to release. Its only field is where the
// rules of the stack look, so that nobody gets a message.
type Unchanged struct {
	Unchanged string `json:"unchanged"` // why
}

// unfitRebake finds fields that a rebake of what serves takes from the serving release, and a wait:
// what serves after another release is not what was planned.
func (r Request) unfitRebake(sound func(...string) bool) (found Problems) {
	for field, value := range map[string]any{
		"bundle": r.Bundle, "image": r.Image, "rebake": r.Rebake, "version": r.Version, "instanceType": r.InstanceType,
		"minSize": r.MinSize, "maxSize": r.MaxSize, "desired": r.Desired, "ttl": r.TTL, "sessionEnds": r.SessionEnds, "settings": r.Settings, "wait": r.Wait,
	} {
		if isGiven := value != "" && value != 0 && value != false; isGiven && sound(field) {
			found.add(field, "%s does not go with rebakeIfNewer, which bakes again what serves and changes nothing else; leave out one of the two", quote(value))
		}
	}
	slices.SortFunc(found, func(a, b Problem) int { return cmp.Compare(a.Field, b.Field) })
	return found
}
