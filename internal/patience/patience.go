// Package patience has the limits of what tests and checks wait for. A limit ends what hangs, and
// says nothing of how long something may take: nothing that works comes near it, on a slow laptop
// that does other work beside.
package patience

import "time"

// Limit is of one thing that is waited for.
const Limit = 10 * time.Minute
