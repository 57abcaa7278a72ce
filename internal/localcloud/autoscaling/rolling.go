package autoscaling

// bounds holds a refresh's healthy percentages.
type bounds struct{ min, max int }

// fit reports whether AWS accepts them.
func (b bounds) fit() bool {
	return b.min >= 0 && b.min <= 100 && b.max >= 100 && b.max <= 200 && b.max-b.min <= 100
}

// limits returns the minimum of available and the maximum of active instances during a refresh with
// that desired capacity. If the maximum leaves no room, one more is launched first.
// https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_RefreshPreferences.html
func (b bounds) limits(desired int) (least, most int) {
	least, most = (desired*b.min+99)/100, desired*b.max/100
	if least >= desired && most <= desired {
		most = desired + 1
	}
	return least, most
}

// headcount counts instances before a refresh terminates one.
type headcount struct {
	active       int // not terminating
	available    int // serving, and warmed up if launched by the refresh
	outdatedUp   int // to be replaced and serving
	outdatedDown int // to be replaced and not serving
}

// dismissible returns how many outdated instances may be terminated now, those that do not serve
// first. Neither the active nor the available instances may fall below least.
func (h headcount) dismissible(least int) int {
	down := min(h.outdatedDown, max(0, h.active-least))
	up := min(h.outdatedUp, max(0, h.available-least), max(0, h.active-down-least))
	return down + up
}

// progress returns the percentage of a refresh of total instances, and how many are left, when some
// are still outdated and some replacements have warmed up.
func progress(total, outdated, warmed int) (percent, left int) {
	if total == 0 {
		return 100, 0
	}
	left = min(total, max(outdated, total-warmed))
	return 100 * (total - left) / total, left
}
