package control

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"

	"photogallery/release"
)

// A cloud that was killed leaves its address to others, who may listen there. So each request carries a number
// that is used once, and its answer a code of that number which only the holder of the key can make.
const (
	nonceHeader = "X-Photogallery-Nonce"
	proofHeader = "X-Photogallery-Proof"
)

func proofOf(key, nonce string) string {
	code := hmac.New(sha256.New, []byte(key))
	_, _ = io.WriteString(code, "answer to "+nonce) // a hash takes everything
	return hex.EncodeToString(code.Sum(nil))
}

// proving takes answers only from a server that holds the key.
type proving struct{ key string }

// RoundTrip is http.RoundTripper's. Its error is NothingUp where another program answers.
func (p proving) RoundTrip(request *http.Request) (*http.Response, error) {
	nonce := rand.Text()
	request = request.Clone(request.Context())
	request.Header.Set(nonceHeader, nonce)
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil || hmac.Equal([]byte(response.Header.Get(proofHeader)), []byte(proofOf(p.key, nonce))) {
		return response, err
	}
	_ = response.Body.Close() // nothing of it is used
	return nil, unproven{release.Errorf(release.NothingUp, "what answers at %s is not the cloud of your data folder, whose key it does not have: start that with `gallery up`", request.URL.Host)}
}

// unproven is final: the SDK does not ask again.
type unproven struct{ error }

// RetryableError has the SDK not try again.
func (unproven) RetryableError() bool { return false }

// Unwrap gives the release.Error.
func (u unproven) Unwrap() error { return u.error }
