package console

import (
	"crypto/rand"
	"crypto/subtle"
	"net/http"
	"slices"
	"strings"
	"sync"

	"photogallery/internal/local/control"
	"photogallery/release"
)

// keyring holds the tickets and sessions of a console. A ticket is part of an address and opens
// once. The page exchanges it for a session, which the browser keeps for the console's origin, with
// its port, unlike a cookie.
type keyring struct {
	session string
	opener  string // the command that prints an address

	mu      sync.Mutex
	tickets []string // unused, oldest first
}

// maxTickets is how many addresses are valid at a time. Older ones expire.
const maxTickets = 100

func newKeyring(opener string) *keyring {
	return &keyring{session: rand.Text() + rand.Text(), opener: opener}
}

// Ticket returns the end of an address that opens the console once. It is in the fragment, which
// browsers do not send.
func (c *Console) Ticket() string {
	ticket := rand.Text()
	c.keys.mu.Lock()
	defer c.keys.mu.Unlock()
	c.keys.tickets = append(c.keys.tickets, ticket)
	c.keys.tickets = c.keys.tickets[max(0, len(c.keys.tickets)-maxTickets):]
	return "/#key=" + ticket
}

// use removes a ticket and reports whether it was valid.
func (k *keyring) use(ticket string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	at := slices.IndexFunc(k.tickets, func(good string) bool { return same(good, ticket) })
	if at < 0 {
		return false
	}
	k.tickets = slices.Delete(k.tickets, at, at+1)
	return true
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// opened is the answer to a ticket.
type opened struct {
	Session string `json:"session"`
}

func (k *keyring) open(w http.ResponseWriter, r *http.Request) {
	var given struct {
		Ticket string `json:"ticket"`
	}
	if !read(w, r, &given) {
		return
	}
	if !k.use(given.Ticket) {
		control.Refuse(w, release.Errorf(release.AccessDenied, "this address was used before, or is of an earlier console: `%s` prints a new one", k.opener))
		return
	}
	answer(w, http.StatusOK, opened{k.session})
}

// lock refuses requests without the session before next sees them.
func (k *keyring) lock(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		session, isBearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		if !isBearer || !same(session, k.session) {
			control.Refuse(w, release.Errorf(release.AccessDenied, "this page may not see the environment: open the address that `%s` prints", k.opener))
			return
		}
		next.ServeHTTP(w, r)
	})
}
