package cost

// For the tests that run a stack, which are in another package because the stack's steps import this one.

// Run counts what one execution uses.
type Run = run

// Uses returns what a release uses.
var Uses = uses

// The recorded counts.
var (
	BakedRelease    = bakedRelease
	MorningRelease  = morningRelease
	NightlyTeardown = nightlyTeardown
)

// The assumed quantities.
const (
	AppLogGB      = appLogGB
	CallGB        = callGB
	EndAlarms     = endAlarms
	FlowLogGB     = flowLogGB
	ImageGB       = imageGB
	KeptImages    = keptImages
	ReleaseAlarms = releaseAlarms
	StackAlarms   = stackAlarms
)
