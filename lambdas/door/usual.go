package door

import (
	"slices"
	"time"

	"photogallery/release"
)

// unknown is how long a waking takes on AWS while none has been measured.
const unknown = 4 * time.Minute

// usual returns how long a waking takes.
func (d *door) usual(past release.History) time.Duration {
	if took := median(past); took > 0 {
		return took
	}
	return d.settings.Requested(int(unknown.Seconds()))
}

// median returns the median time of the earlier releases that found nothing serving and baked no image,
// or 0 if there are none.
func median(past release.History) time.Duration {
	var took []time.Duration
	images := map[string]bool{}
	serves := false
	for _, e := range slices.Backward(past) {
		if e.Kind == release.ReleaseEntry && e.Served && e.End == release.Succeeded {
			if !serves && images[e.Image] {
				took = append(took, e.Ended.Sub(e.Began))
			}
			images[e.Image], serves = true, true
		}
		if e.Kind == release.TeardownEntry && e.Undoes == "" && e.End == release.Succeeded {
			serves = false
		}
	}
	if len(took) == 0 {
		return 0
	}
	slices.Sort(took)
	return took[len(took)/2]
}
