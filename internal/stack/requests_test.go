package stack

import (
	"encoding/json"
	"io"
	"os"
	"reflect"
	"strings"
	"time"

	"photogallery/internal/localcloud/fabric"
)

// write adds the requests that the scenarios made to a file, a line each, for conformance/requests.py to hold
// against the services' models. The members have the names of the SDK's structs.
func (l *callLog) write(path string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	for line := range l.requests {
		if _, err := file.WriteString(line + "\n"); err != nil {
			return err
		}
	}
	return file.Close()
}

// line returns one request. Inputs of the SDK can always be encoded.
func line(call fabric.Call) string {
	text, err := json.Marshal([]any{call.Operation.Service, call.Operation.Name, plain(reflect.ValueOf(call.Input))})
	if err != nil {
		panic(err)
	}
	return string(text)
}

// plain returns a value of the SDK without what it leaves out of a request: members that are nil,
// or zero if they cannot be nil. It sends a flag that is required, and which one is the struct does
// not say.
func plain(value reflect.Value) any {
	switch inner := value.Interface().(type) {
	case time.Time:
		return inner.Format(time.RFC3339)
	case io.Reader:
		return ""
	}
	switch value.Kind() {
	case reflect.Interface, reflect.Pointer:
		target := reflect.Indirect(value.Elem())
		if _, member, isUnion := strings.Cut(target.Type().Name(), "Member"); isUnion && value.Kind() == reflect.Interface {
			return map[string]any{member: plain(target.FieldByName("Value"))}
		}
		return plain(target)
	case reflect.Struct:
		members := map[string]any{}
		for i := range value.NumField() {
			field, isFlag := value.Type().Field(i), value.Field(i).Kind() == reflect.Bool
			if field.IsExported() && (isFlag || !value.Field(i).IsZero()) {
				members[field.Name] = plain(value.Field(i))
			}
		}
		return members
	case reflect.Slice:
		elements := []any{}
		for i := range value.Len() {
			elements = append(elements, plain(value.Index(i)))
		}
		return elements
	case reflect.Map:
		members := map[string]any{}
		for _, key := range value.MapKeys() {
			members[key.String()] = plain(value.MapIndex(key))
		}
		return members
	}
	return value.Interface()
}
