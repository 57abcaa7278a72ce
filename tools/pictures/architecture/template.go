package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// template is the part of a CloudFormation template that the picture shows.
type template struct {
	Resources map[string]resource
}

type resource struct {
	Type       string
	Properties map[string]any
}

func readTemplate(text []byte) (t template, err error) {
	if err := json.Unmarshal(text, &t); err != nil {
		return t, fmt.Errorf("the template: %w", err)
	}
	if len(t.Resources) == 0 {
		return t, fmt.Errorf("the template has no resources")
	}
	return t, nil
}

// kind is a resource type, or the part of it whose logical IDs begin with the text after a slash:
// AWS::S3::Bucket/Photos.
type kind string

func (k kind) matches(id string, r resource) bool {
	name, prefix, _ := strings.Cut(string(k), "/")
	return r.Type == name && strings.HasPrefix(id, prefix)
}

// count returns how many resources of a kind there are.
func (t template) count(k kind) (n int) {
	for id, r := range t.Resources {
		if k.matches(id, r) {
			n++
		}
	}
	return n
}

// property returns a text property of the only resource of a kind.
func (t template) property(k kind, name string) string {
	for id, r := range t.Resources {
		if k.matches(id, r) {
			text, _ := r.Properties[name].(string)
			return text
		}
	}
	return ""
}

// check compares the template with the table: every resource has its place in the picture or a
// reason to be omitted, and the table names only existing kinds.
func (t template) check() (problems []string) {
	known := slices.Concat(shown(), leftOut())
	for id, r := range t.Resources {
		if !slices.ContainsFunc(known, func(k kind) bool { return k.matches(id, r) }) {
			problems = append(problems, fmt.Sprintf("%s %s has no place in the picture: give it one in tools/pictures/architecture/tiles.go, or a reason in omitted.go", r.Type, id))
		}
	}
	for _, k := range known {
		if t.count(k) == 0 {
			problems = append(problems, fmt.Sprintf("the stack has no %s any more: take it out of tools/pictures/architecture", k))
		}
	}
	return problems
}

// countFor returns the count of a tile: all its kinds if they are of one type, else its first.
func (t template) countFor(of tile) (n int) {
	first, _, _ := strings.Cut(string(of.kinds[0]), "/")
	for _, k := range of.kinds {
		if name, _, _ := strings.Cut(string(k), "/"); name == first {
			n += t.count(k)
		}
	}
	return n
}
