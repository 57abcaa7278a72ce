package release

// Teardown is a teardown request with every default filled in. The PlanTeardown step makes it;
// the later steps of the teardown are given it whole.
type Teardown struct {
	Scope         Scope        `json:"scope"`
	Undo          string       `json:"undo"`          // the release to undo, or "" for the environment
	OnlyIfServing string       `json:"onlyIfServing"` // do nothing unless this release serves; "" always
	Images        ImagesPolicy `json:"images"`
	DryRun        bool         `json:"dryRun"`    // list, delete nothing
	Interrupt     bool         `json:"interrupt"` // stop a running release
}

// Scope is what a teardown covers.
type Scope string

// The scopes of a teardown.
const (
	ScopeEnvironment Scope = "environment"
	ScopeRelease     Scope = "release"
)

// ImagesPolicy is what a teardown of the environment does with images.
type ImagesPolicy string

// The policies: keep the image that served last, so that the next release bakes nothing, or none.
const (
	KeepLatestImage ImagesPolicy = "keep-latest"
	DeleteImages    ImagesPolicy = "delete"
)
