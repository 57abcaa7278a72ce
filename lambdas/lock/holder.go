package lock

import (
	"context"
	"time"

	"photogallery/lambdas/current"
)

// Holder is the ARN of the execution that holds the environment, and since when; "" for nobody. It
// may have ended meanwhile.
func Holder(ctx context.Context, api current.Reader, table string) (execution string, since time.Time, err error) {
	held, err := read(ctx, api, table)
	if err != nil || held == nil {
		return "", time.Time{}, err
	}
	return held.Holder, held.Since, nil
}
