package app

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

const (
	sessionCookie = "photogallery_session"
	sessionLength = 12 * time.Hour
	longestForm   = 8 << 10
	// pagePatience is how long a page waits to know whether its visitor has signed out.
	pagePatience = time.Second

	// An address may try ten wrong keys at once, then one every six seconds.
	attemptInterval = 6 * time.Second
	attemptBurst    = 10
	maxAddresses    = 4096
)

// sessions holds the upload key and signs cookies. All instances derive the same secret from the
// key, so a session is valid on all of them, and a new upload key ends every session.
type sessions struct {
	key, secret []byte

	mu sync.Mutex
	// owed is when an address that tried wrong keys does not have to wait any more.
	owed map[string]time.Time
}

func newSessions(uploadKey string) *sessions {
	key := []byte(uploadKey)
	return &sessions{key: key, secret: mac(key, []byte("photogallery session 1")), owed: map[string]time.Time{}}
}

func mac(secret, message []byte) []byte {
	h := hmac.New(sha256.New, secret)
	h.Write(message)
	return h.Sum(nil)
}

// session is the content of a cookie.
type session struct {
	ends time.Time // in seconds
	id   [idSize]byte
}

const idSize = 16

func newSession(ends time.Time) session {
	one := session{ends: time.Unix(ends.Unix(), 0)}
	_, _ = rand.Read(one.id[:]) // which never fails
	return one
}

// token returns a session and a signature of that.
func (s *sessions) token(ends time.Time) string {
	one := newSession(ends)
	message := append(binary.BigEndian.AppendUint64(nil, uint64(one.ends.Unix())), one.id[:]...)
	return base64.RawURLEncoding.EncodeToString(append(message, mac(s.secret, message)...))
}

// valid returns the session of a token that this or another instance has signed and that has not
// expired.
func (s *sessions) valid(token string, now time.Time) (session, bool) {
	const size = 8 + idSize
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(raw) != size+sha256.Size || !hmac.Equal(raw[size:], mac(s.secret, raw[:size])) {
		return session{}, false
	}
	one := session{ends: time.Unix(int64(binary.BigEndian.Uint64(raw)), 0), id: [idSize]byte(raw[8:size])}
	return one, now.Before(one.ends)
}

// check compares a key in constant time and delays an address that repeatedly sends wrong ones.
func (s *sessions) check(key, address string, now time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	owed := s.owed[address]
	if owed.Sub(now) > (attemptBurst-1)*attemptInterval {
		return &Error{Code: TooManyAttempts, Message: "Too many wrong keys from your address. Wait a minute, then try again."}
	}
	if hmac.Equal(mac(s.secret, []byte(key)), mac(s.secret, s.key)) {
		return nil
	}
	if len(s.owed) >= maxAddresses {
		clear(s.owed)
	}
	if owed.Before(now) {
		owed = now
	}
	s.owed[address] = owed.Add(attemptInterval)
	return &Error{Code: WrongKey, Message: "That is not the upload key of this gallery. Check for missing characters and try again."}
}

// signedIn reports whether a page is for somebody who may upload. A failing storage counts as no.
func (s *Server) signedIn(r *http.Request) bool {
	if _, err := r.Cookie(sessionCookie); err != nil || !s.config.AllowUpload {
		return false // as most visitors
	}
	ctx, cancel := context.WithTimeout(r.Context(), pagePatience)
	defer cancel()
	_, err := s.session(r.WithContext(ctx))
	return err == nil
}

// session returns the valid session of a request that was not signed out at any instance.
func (s *Server) session(r *http.Request) (session, error) {
	cookie, err := r.Cookie(sessionCookie)
	if err != nil {
		return session{}, errSignInFirst
	}
	one, isValid := s.sessions.valid(cookie.Value, time.Now())
	if !isValid {
		return session{}, errSignInFirst
	}
	ended, err := s.signedOut.has(r.Context(), one)
	if err == nil && ended {
		err = errSignInFirst
	}
	return one, err
}

var errSignInFirst = &Error{Code: SignInFirst, Message: "You are not signed in, or your session has ended. Sign in with the upload key and try again."}

// authorize returns nil if the request may change photos: it has a session or the upload key
// itself.
func (s *Server) authorize(r *http.Request) error {
	if key, bearer := bearerKey(r); bearer && s.config.AllowUpload {
		return s.checkKey(r, key)
	}
	if !s.config.AllowUpload {
		return &Error{Code: UploadsOff, Message: "This gallery is for viewing only: uploading and deleting are turned off."}
	}
	_, err := s.session(r)
	return err
}

func (s *Server) checkKey(r *http.Request, key string) error {
	err := s.sessions.check(key, client(r), time.Now())
	if err != nil {
		s.log.Warn("upload key refused", "code", problem(err).Code, "client", client(r))
	}
	return err
}

// client returns the address that the nearest proxy saw. Without a proxy the header can be forged,
// which only buys more attempts at an unguessable key.
func client(r *http.Request) string {
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	if ip := net.ParseIP(strings.TrimSpace(hops[len(hops)-1])); ip != nil {
		return ip.String()
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

func (s *Server) loginPage(w http.ResponseWriter, r *http.Request) {
	if err := s.authorize(r); err == nil || problem(err).Code == UploadsOff {
		http.Redirect(w, r, "/upload", http.StatusSeeOther)
		return
	}
	s.show(w, r, http.StatusOK, "login", nil)
}

func (s *Server) login(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, longestForm)
	err := s.authorize(r)
	if err != nil && problem(err).Code == SignInFirst {
		err = s.checkKey(r, strings.TrimSpace(r.PostFormValue("key")))
	}
	if err != nil {
		s.show(w, r, problem(err).status(), "login", problem(err))
		return
	}
	s.setSession(w, r, s.sessions.token(time.Now().Add(sessionLength)), int(sessionLength.Seconds()))
	http.Redirect(w, r, "/upload", http.StatusSeeOther)
}

// logout ends the session wherever its cookie may be. A visitor without a valid session is signed
// out already.
func (s *Server) logout(w http.ResponseWriter, r *http.Request) {
	one, err := s.session(r)
	if err == nil {
		err = s.signedOut.add(r.Context(), one)
	}
	if err != nil && problem(err).Code != SignInFirst {
		s.fail(w, r, err)
		return
	}
	s.setSession(w, r, "", -1)
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

func (s *Server) setSession(w http.ResponseWriter, r *http.Request, token string, maxAge int) {
	http.SetCookie(w, &http.Cookie{
		Name: sessionCookie, Value: token, Path: "/", MaxAge: maxAge,
		HttpOnly: true, SameSite: http.SameSiteStrictMode,
		Secure: r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https",
	})
}
