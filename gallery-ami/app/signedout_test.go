package app

import (
	"context"
	"errors"
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"gocloud.dev/blob"
	"gocloud.dev/blob/memblob"
)

// Two instances share a storage, and the cookie was copied before the sign-out.
func TestSignOutEndsTheSessionAtEveryInstance(t *testing.T) {
	t.Run("bucket", func(t *testing.T) {
		bucket := memblob.OpenBucket(nil)
		defer func() { _ = bucket.Close() }()
		signOutAt(t, Config{Bucket: bucket})
	})
	t.Run("folder", func(t *testing.T) { signOutAt(t, Config{Storage: "file://" + t.TempDir()}) })
}

func signOutAt(t *testing.T, config Config) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		here, there := startServer(t, config), startServer(t, config)
		bucket := here.store.bucket
		copied := sessionCookie + "=" + here.sessions.token(time.Now().Add(sessionLength))
		other := sessionCookie + "=" + here.sessions.token(time.Now().Add(sessionLength))
		opens := func(s *Server, cookie string) bool {
			return ask(t, s, "GET", "/upload", nil, "Cookie", cookie).Code == http.StatusOK
		}
		if !opens(here, copied) || !opens(there, copied) || !opens(there, other) {
			t.Fatal("a session opens nothing")
		}
		if w := ask(t, here, "POST", "/logout", nil, "Cookie", copied); w.Code != http.StatusSeeOther {
			t.Fatalf("sign-out: %d %s", w.Code, w.Body)
		}
		if opens(here, copied) {
			t.Error("the session is open where it was signed out")
		}
		time.Sleep(knownFor)
		if opens(there, copied) {
			t.Error("the session is open at another instance")
		}
		if !opens(here, other) || !opens(there, other) {
			t.Error("another session has ended, too")
		}
		if left := signOuts(t, bucket); left != 1 {
			t.Errorf("%d sign-outs are remembered", left)
		}

		time.Sleep(sessionLength) // it is over anyway, and forgotten with the next
		last := sessionCookie + "=" + here.sessions.token(time.Now().Add(sessionLength))
		if w := ask(t, there, "POST", "/logout", nil, "Cookie", last); w.Code != http.StatusSeeOther {
			t.Fatalf("sign-out: %d %s", w.Code, w.Body)
		}
		if left := signOuts(t, bucket); left != 1 {
			t.Errorf("%d sign-outs are remembered when one session was signed out that is not over", left)
		}
	})
}

func TestSignOutThatCannotBeKeptIsRefused(t *testing.T) {
	storage, bucket := newTroubled()
	s := startServer(t, Config{Bucket: bucket})
	cookie := sessionCookie + "=" + s.sessions.token(time.Now().Add(time.Hour))
	if w := ask(t, s, "GET", "/upload", nil, "Cookie", cookie); w.Code != http.StatusOK {
		t.Fatalf("upload page: %d", w.Code)
	}
	storage.begin(func(context.Context) error { return errors.New("no") })
	if w := ask(t, s, "POST", "/logout", nil, "Cookie", cookie); w.Code != http.StatusServiceUnavailable || len(w.Result().Cookies()) > 0 {
		t.Errorf("sign-out: %d, %v", w.Code, w.Result().Cookies())
	}
}

func signOuts(t *testing.T, bucket *blob.Bucket) (found int) {
	t.Helper()
	objects := bucket.List(&blob.ListOptions{Prefix: signedOutFolder})
	for {
		if _, err := objects.Next(t.Context()); errors.Is(err, io.EOF) {
			return found
		} else if err != nil {
			t.Fatal(err)
		}
		found++
	}
}
