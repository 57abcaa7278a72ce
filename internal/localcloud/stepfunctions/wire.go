package stepfunctions

import (
	"reflect"
	"strings"
	"time"
)

// wire converts an output of the SDK to the protocol's form: names begin in lower case, missing
// values are omitted, times are in seconds since 1970.
func wire(output any) any { return wireValue(reflect.ValueOf(output)) }

func wireValue(value reflect.Value) any {
	switch value.Kind() {
	case reflect.Pointer:
		return wireValue(value.Elem())
	case reflect.Slice:
		items := make([]any, value.Len())
		for i := range items {
			items[i] = wireValue(value.Index(i))
		}
		return items
	case reflect.Struct:
		if instant, ok := value.Interface().(time.Time); ok {
			return float64(instant.UnixMilli()) / 1000
		}
		return wireFields(value)
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

func wireFields(value reflect.Value) map[string]any {
	fields := map[string]any{}
	for field, content := range value.Fields() {
		if field.IsExported() && field.Name != "ResultMetadata" && !isAbsent(content) {
			fields[strings.ToLower(field.Name[:1])+field.Name[1:]] = wireValue(content)
		}
	}
	return fields
}
