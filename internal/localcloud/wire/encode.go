package wire

import (
	"reflect"
	"strings"
	"time"
)

// naming returns the protocol's name of a field in the SDK.
type naming func(field string) string

func lowerFirst(field string) string { return strings.ToLower(field[:1]) + field[1:] }

// value converts an output of the SDK to the protocol's form: missing values are omitted, times are
// in seconds since 1970.
func (n naming) value(value reflect.Value) any {
	switch value.Kind() {
	case reflect.Pointer:
		return n.value(value.Elem())
	case reflect.Slice:
		items := make([]any, value.Len())
		for i := range items {
			items[i] = n.value(value.Index(i))
		}
		return items
	case reflect.Struct:
		if instant, ok := value.Interface().(time.Time); ok {
			return float64(instant.UnixMilli()) / 1000
		}
		return n.fields(value)
	}
	return value.Interface()
}

func isAbsent(content reflect.Value) bool {
	switch content.Kind() {
	case reflect.Pointer, reflect.Map:
		return content.IsNil()
	case reflect.String:
		return content.Len() == 0
	}
	return false
}

func (n naming) fields(value reflect.Value) map[string]any {
	fields := map[string]any{}
	for field, content := range value.Fields() {
		if field.IsExported() && field.Name != "ResultMetadata" && !isAbsent(content) {
			fields[n(field.Name)] = n.value(content)
		}
	}
	return fields
}
