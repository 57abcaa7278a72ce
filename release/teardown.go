package release

// Teardown is a teardown request with its defaults filled in. The PlanTeardown step makes it; the
// later steps of the teardown receive it whole.
type Teardown struct {
	Scope           Scope        `json:"scope"`
	Undo            string       `json:"undo"`            // the release to undo, or "" for the environment
	OnlyIfServing   string       `json:"onlyIfServing"`   // do nothing unless this release serves, or "" always
	OnlyIfUnvisited bool         `json:"onlyIfUnvisited"` // do nothing unless nobody has visited for the time of sleepAfter
	Images          ImagesPolicy `json:"images"`
	DryRun          bool         `json:"dryRun"`    // only list
	Interrupt       bool         `json:"interrupt"` // stop a running release
	By              string       `json:"by"`        // who started it, as the starter says
}

// Scope says what a teardown covers.
type Scope string

// The scopes of a teardown.
const (
	ScopeEnvironment Scope = "environment"
	ScopeRelease     Scope = "release"
)

// ImagesPolicy says what a teardown of the environment does with images.
type ImagesPolicy string

// The policies: keep the image that served last, so that the next release needs no bake, or keep
// none.
const (
	KeepLatestImage ImagesPolicy = "keep-latest"
	DeleteImages    ImagesPolicy = "delete"
)
