package asl

import (
	_ "embed"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// Schema is the JSON Schema of the definitions that Load accepts.
//
//go:embed states.schema.json
var Schema []byte

const schemaName = "states.schema.json"

// compiled compiles the schema on first use.
var compiled = sync.OnceValue(func() *jsonschema.Schema { return compiler().MustCompile(schemaName) })

func compiler() *jsonschema.Compiler {
	document, err := decode(Schema)
	if err != nil {
		panic(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	for name, check := range map[string]func(text string) error{
		"path":    checkPath,
		"dynamic": checkDynamic,
	} {
		c.RegisterFormat(&jsonschema.Format{Name: name, Validate: func(value any) error {
			if text, ok := value.(string); ok {
				return check(text)
			}
			return nil
		}})
	}
	if err := c.AddResource(schemaName, document); err != nil {
		panic(err)
	}
	return c
}

// checkSchema validates a definition with the schema.
func (l *loader) checkSchema(definition any) {
	var invalid *jsonschema.ValidationError
	if errors.As(compiled().Validate(definition), &invalid) {
		l.report(compiler(), definition, invalid)
	}
}

// report reports the innermost errors. For alternatives it reports the description of their field,
// which says more.
func (l *loader) report(c *jsonschema.Compiler, definition any, e *jsonschema.ValidationError) {
	_, one := e.ErrorKind.(*kind.OneOf)
	_, several := e.ErrorKind.(*kind.AnyOf)
	if !one && !several && len(e.Causes) > 0 {
		for _, cause := range e.Causes {
			l.report(c, definition, cause)
		}
		return
	}
	rule := c.MustCompile(e.SchemaURL)
	place := placeOf(e.InstanceLocation)
	switch k := e.ErrorKind.(type) {
	case *kind.AdditionalProperties:
		known := strings.Join(slices.Sorted(maps.Keys(rule.Properties)), ", ")
		for _, name := range k.Properties {
			l.problem(place, "field %q is not supported: take it away; known here are %s", name, known)
		}
	case *kind.Required:
		l.problem(place, "%s is missing: add it", strings.Join(k.Missing, " and "))
	case *kind.Format:
		l.problem(place, "it is %s: %v", show(k.Got), k.Err)
	default:
		l.problem(place, "it is %s: give it %s", show(valueAt(definition, e.InstanceLocation)), rule.Description)
	}
}

func valueAt(value any, location []string) any {
	for _, token := range location {
		switch v := value.(type) {
		case map[string]any:
			value = v[token]
		case []any:
			i, _ := strconv.Atoi(token)
			value = v[i]
		}
	}
	return value
}

// placeOf names the innermost state and the part of it.
func placeOf(location []string) string {
	place := wholeDefinition
	for len(location) > 1 && location[0] == "States" {
		place, location = fmt.Sprintf("state %q", location[1]), location[2:]
		if len(location) > 3 && location[0] == "Branches" && location[2] == "States" {
			location = location[2:]
		}
	}
	separator := ", "
	for _, token := range location {
		if _, err := strconv.Atoi(token); err == nil {
			place += "[" + token + "]"
		} else {
			place += separator + token
		}
		separator = "."
	}
	return place
}
