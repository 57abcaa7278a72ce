package app

import (
	"context"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"gocloud.dev/blob"
	"gocloud.dev/gcerrors"
)

const (
	// signedOutFolder holds an empty object for each session that was signed out before its end.
	// Its name begins with that end, so that expired ones come first.
	signedOutFolder = "signed-out/"
	// knownFor is how long an instance believes that a session is valid, and so how long it may not
	// know of a sign-out at another instance.
	knownFor = 5 * time.Second
	// askTimeout is how long a visitor waits for that answer.
	askTimeout  = 5 * time.Second
	maxSessions = 4096
)

// signedOut knows which sessions were signed out. The zero value with a store is ready for use.
type signedOut struct {
	store *store

	mu    sync.Mutex
	known map[session]knownSession
}

type knownSession struct {
	ended bool
	until time.Time
}

func (s session) key() string {
	return fmt.Sprintf("%s%010d-%s", signedOutFolder, s.ends.Unix(), hex.EncodeToString(s.id[:]))
}

// has reports whether a valid session was signed out. It asks the storage at most once in knownFor,
// and fails if that does not answer.
func (o *signedOut) has(ctx context.Context, one session) (bool, error) {
	o.mu.Lock()
	known, isKnown := o.known[one]
	o.mu.Unlock()
	if isKnown && time.Now().Before(known.until) {
		return known.ended, nil
	}
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	asked := time.Now()
	ended, err := o.store.bucket.Exists(ctx, one.key())
	if err != nil {
		return false, storageError(err)
	}
	until := asked.Add(knownFor)
	if ended {
		until = one.ends
	}
	o.learn(one, knownSession{ended, until})
	return ended, nil
}

func (o *signedOut) learn(one session, now knownSession) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.known == nil || len(o.known) >= maxSessions {
		o.known = map[session]knownSession{}
	}
	if !o.known[one].ended { // a read that began before the sign-out changes nothing
		o.known[one] = now
	}
}

// add signs a session out at every instance, and forgets expired ones. Its error says that the
// session is still valid.
func (o *signedOut) add(ctx context.Context, one session) error {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	if err := o.store.bucket.WriteAll(ctx, one.key(), nil, &blob.WriterOptions{ContentType: "application/octet-stream"}); err != nil {
		return storageError(err)
	}
	o.learn(one, knownSession{true, one.ends})
	o.sweep(ctx)
	return nil
}

// sweep deletes the objects of expired sessions. The next sign-out deletes what it cannot.
func (o *signedOut) sweep(ctx context.Context) {
	objects := o.store.bucket.List(&blob.ListOptions{Prefix: signedOutFolder})
	for {
		object, err := objects.Next(ctx)
		if err != nil { // or there are no more
			return
		}
		name, _, _ := strings.Cut(strings.TrimPrefix(object.Key, signedOutFolder), "-")
		ends, err := strconv.ParseInt(name, 10, 64)
		if err != nil || time.Now().Unix() < ends {
			return
		}
		if err := o.store.bucket.Delete(ctx, object.Key); err != nil && gcerrors.Code(err) != gcerrors.NotFound {
			return
		}
	}
}
