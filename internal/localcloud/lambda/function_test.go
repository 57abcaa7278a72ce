package lambda_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"photogallery/internal/localcloud/fabric"
	"photogallery/internal/localcloud/lambda"
)

type handler func(context.Context, []byte) ([]byte, error)

func (h handler) Invoke(ctx context.Context, payload []byte) ([]byte, error) { return h(ctx, payload) }

func TestAsynchronousInvocationIsTriedThreeTimes(t *testing.T) {
	tests := map[string]struct {
		failures int
		want     []time.Duration
	}{
		"success":         {0, []time.Duration{0}},
		"one failure":     {1, []time.Duration{0, time.Minute}},
		"always failures": {9, []time.Duration{0, time.Minute, 3 * time.Minute}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := fabric.New(1)
				defer f.Close()
				started := time.Now()
				var tries []time.Duration
				lambda.New(f, "Resume", time.Minute, handler(func(context.Context, []byte) ([]byte, error) {
					tries = append(tries, time.Since(started))
					if len(tries) <= test.failures {
						return nil, errors.New("table is throttled")
					}
					return nil, nil
				})).InvokeAsync([]byte("{}"))
				time.Sleep(time.Hour)
				synctest.Wait()
				if len(tries) != len(test.want) {
					t.Fatalf("tried at %v, want %v", tries, test.want)
				}
				for i, at := range test.want {
					if tries[i] != at {
						t.Errorf("tried at %v, want %v", tries, test.want)
					}
				}
			})
		})
	}
}

func TestClosingTheCloudEndsAnInvocation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := fabric.New(1)
		started := time.Now()
		lambda.New(f, "Do", time.Hour, handler(func(ctx context.Context, _ []byte) ([]byte, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		})).InvokeAsync(nil)
		synctest.Wait()
		f.Close()
		if took := time.Since(started); took != 0 {
			t.Errorf("closing took %s", took)
		}
	})
}
