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

// When a cloud is killed, another program may listen on its address. So each request carries a
// nonce, and the answer a code of it that only the holder of the key can compute.
const (
	nonceHeader = "X-Photogallery-Nonce"
	proofHeader = "X-Photogallery-Proof"
)

func proofOf(key, nonce string) string {
	code := hmac.New(sha256.New, []byte(key))
	_, _ = io.WriteString(code, "answer to "+nonce) // a hash accepts everything
	return hex.EncodeToString(code.Sum(nil))
}

// proving accepts answers only from a server that holds the key.
type proving struct{ key string }

// RoundTrip implements http.RoundTripper. Its error is NothingUp if another program answers.
func (p proving) RoundTrip(request *http.Request) (*http.Response, error) {
	nonce := rand.Text()
	request = request.Clone(request.Context())
	request.Header.Set(nonceHeader, nonce)
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil || hmac.Equal([]byte(response.Header.Get(proofHeader)), []byte(proofOf(p.key, nonce))) {
		return response, err
	}
	_ = response.Body.Close() // the body is not used
	return nil, unproven{release.Errorf(release.NothingUp, "what answers at %s is not the cloud of your data folder, whose key it does not have: start that with `gallery up`", request.URL.Host)}
}

// unproven is a final error: the SDK does not retry it.
type unproven struct{ error }

// RetryableError keeps the SDK from retrying.
func (unproven) RetryableError() bool { return false }

// Unwrap returns the release.Error.
func (u unproven) Unwrap() error { return u.error }
