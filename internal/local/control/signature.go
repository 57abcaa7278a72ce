package control

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"photogallery/release"
)

// The credential scope of this API's signatures. AWS tools may use any access key ID and region.
const (
	accessKeyID    = "local"
	signedRegion   = "us-east-1"
	signingService = "states"
)

const (
	scheme     = "AWS4-HMAC-SHA256"
	timeFormat = "20060102T150405Z"

	// patience is how far a request's time may differ from now.
	// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
	patience = 5 * time.Minute

	// largestRequest has room for an execution's input of 256 KiB in its longest JSON form.
	largestRequest = 2 << 20
)

// sign signs a request with this body. The key never leaves the process, so that a program on the
// address of a former cloud learns nothing.
func sign(request *http.Request, key string, body []byte) error {
	return v4.NewSigner().SignHTTP(request.Context(), credentialsOf(accessKeyID, key), request, hashOf(body), signingService, signedRegion, time.Now())
}

func credentialsOf(id, key string) aws.Credentials {
	return aws.Credentials{AccessKeyID: id, SecretAccessKey: key}
}

func hashOf(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

// Lock accepts a request only if it has AWS's Signature Version 4, made with the key as the secret
// access key, as the SDKs and the aws command make it. It refuses other requests with AccessDenied
// before next sees them, and tells strangers nothing about the cloud. It reads the whole body. The
// answer proves to a Client that this server holds the key.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-signing-elements.html
func Lock(key string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		claimed, isSigned := parseSignature(r)
		if !isSigned {
			Refuse(w, release.Errorf(release.AccessDenied, "this request is not signed: sign it with the key in %s of the data folder as the secret access key, as `gallery` does; docs/commands.md says how the aws command is given it", KeyFile))
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, largestRequest))
		if err != nil {
			Refuse(w, release.Errorf(release.InvalidRequest, "the request cannot be read: %w; send %d bytes at most", err, largestRequest))
			return
		}
		if !claimed.holds(r.Context(), r, body, key) {
			Refuse(w, release.Errorf(release.AccessDenied, "this request is signed with another key than the one in %s of the data folder, or more than %s ago: the key is new at each `gallery up`", KeyFile, patience))
			return
		}
		if nonce := r.Header.Get(nonceHeader); nonce != "" {
			w.Header().Set(proofHeader, proofOf(key, nonce))
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		next.ServeHTTP(w, r)
	})
}

// claim holds the claims of a request's signature.
type claim struct {
	id, region, service string
	headers             []string // the signed headers, in lower case
	at                  time.Time
	signature           string
}

func parseSignature(r *http.Request) (claim, bool) {
	kind, rest, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	fields := map[string]string{}
	for part := range strings.SplitSeq(rest, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		fields[name] = value
	}
	scope := strings.Split(fields["Credential"], "/")
	at, err := time.Parse(timeFormat, r.Header.Get("X-Amz-Date"))
	if kind != scheme || len(scope) != 5 || err != nil {
		return claim{}, false
	}
	return claim{scope[0], scope[2], scope[3], strings.Split(fields["SignedHeaders"], ";"), at, fields["Signature"]}, true
}

// holds signs the same request with the key and compares the signatures.
func (c claim) holds(ctx context.Context, r *http.Request, body []byte, key string) bool {
	if away := time.Since(c.at); away > patience || away < -patience {
		return false
	}
	again := &http.Request{Method: r.Method, Host: r.Host, Header: http.Header{}, URL: &url.URL{
		Scheme: "http", Host: r.Host, Path: r.URL.Path, RawPath: r.URL.RawPath, RawQuery: r.URL.RawQuery,
	}}
	for _, name := range c.headers {
		if name == "content-length" {
			again.ContentLength = int64(len(body))
		} else if values := r.Header.Values(name); len(values) > 0 {
			again.Header[http.CanonicalHeaderKey(name)] = values
		}
	}
	// A new signer each time, because a signer caches a derived key for every region.
	if v4.NewSigner().SignHTTP(ctx, credentialsOf(c.id, key), again, hashOf(body), c.service, c.region, c.at) != nil {
		return false
	}
	_, right, _ := strings.Cut(again.Header.Get("Authorization"), "Signature=")
	return subtle.ConstantTimeCompare([]byte(c.signature), []byte(right)) == 1
}
