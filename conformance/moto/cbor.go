package moto

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"

	"github.com/aws/smithy-go/encoding/cbor"
)

// withCBOR lets CloudWatch be called in RPC v2 CBOR, as the SDK does; moto has the same operations
// in AWS JSON.
// https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html
func withCBOR(moto http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		parts := strings.Split(r.URL.Path, "/") // /service/<name>/operation/<name>
		if r.Header.Get("Smithy-Protocol") != "rpc-v2-cbor" || len(parts) != 5 {
			moto.ServeHTTP(w, r)
			return
		}
		if err := toJSON(r, parts[2]+"."+parts[4]); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		answer := httptest.NewRecorder()
		moto.ServeHTTP(answer, r)
		body, err := toCBOR(answer.Body.Bytes())
		if err != nil {
			http.Error(w, "moto answered "+answer.Body.String(), http.StatusBadGateway)
			return
		}
		w.Header().Set("Smithy-Protocol", "rpc-v2-cbor")
		w.Header().Set("Content-Type", "application/cbor")
		w.WriteHeader(answer.Code)
		_, _ = w.Write(body) // the client may be gone
	})
}

func toJSON(r *http.Request, target string) error {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	value, err := cbor.Decode(body)
	if err != nil {
		return err
	}
	if body, err = json.Marshal(plain(value)); err != nil {
		return err
	}
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	r.URL.Path = "/"
	for name, value := range map[string]string{
		"X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.0", "Content-Length": strconv.Itoa(len(body)), "Accept": "",
	} {
		r.Header.Set(name, value)
	}
	r.Header.Del("Smithy-Protocol")
	return nil
}

// plain returns a CBOR value as encoding/json writes it.
func plain(value cbor.Value) any {
	switch v := value.(type) {
	case cbor.Map:
		object := map[string]any{}
		for name, member := range v {
			object[name] = plain(member)
		}
		return object
	case cbor.List:
		array := make([]any, len(v))
		for i, member := range v {
			array[i] = plain(member)
		}
		return array
	case cbor.String:
		return string(v)
	case cbor.Bool:
		return bool(v)
	case cbor.Uint:
		return uint64(v)
	case cbor.NegInt:
		return -int64(v)
	case cbor.Float32:
		return float32(v)
	case cbor.Float64:
		return float64(v)
	case *cbor.Tag: // a time
		return plain(v.Value)
	}
	return nil
}

func toCBOR(body []byte) ([]byte, error) {
	if len(bytes.TrimSpace(body)) == 0 {
		return cbor.Encode(cbor.Map{}), nil
	}
	var value any
	if err := json.Unmarshal(body, &value); err != nil {
		return nil, err
	}
	return cbor.Encode(encoded("", value)), nil
}

// encoded follows what it reads: CloudWatch's times are called Timestamp or, of dashboards,
// LastModified; other numbers are whole if they look whole, which the SDK accepts for a double,
// too.
func encoded(name string, value any) cbor.Value {
	switch v := value.(type) {
	case map[string]any:
		object := cbor.Map{}
		for name, member := range v {
			if member != nil {
				object[name] = encoded(name, member)
			}
		}
		return object
	case []any:
		array := cbor.List{}
		for _, member := range v {
			array = append(array, encoded(name, member))
		}
		return array
	case string:
		return cbor.String(v)
	case bool:
		return cbor.Bool(v)
	case float64:
		if strings.HasSuffix(name, "Timestamp") || name == "Timestamps" || name == "LastModified" {
			return &cbor.Tag{ID: 1, Value: cbor.Float64(v)}
		}
		if v >= 0 && v == math.Trunc(v) {
			return cbor.Uint(uint64(v))
		}
		return cbor.Float64(v)
	}
	return &cbor.Nil{}
}
