package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"

	"photogallery/conformance/contract"
	"photogallery/conformance/differential"
	"photogallery/conformance/moto"
)

// storyParts are the names of the parts of the story, from its source: what a test file holds cannot be
// imported.
func storyParts(root string) (parts []string, err error) {
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, "conformance", "deployed", "deployed_test.go"), nil, 0)
	if err != nil {
		return nil, err
	}
	ast.Inspect(file, func(node ast.Node) bool {
		// A part is {"a name", (*cloud).method}.
		literal, is := node.(*ast.CompositeLit)
		if !is || literal.Type != nil || len(literal.Elts) != 2 {
			return true
		}
		name, isText := literal.Elts[0].(*ast.BasicLit)
		if _, isMethod := literal.Elts[1].(*ast.SelectorExpr); !isText || !isMethod {
			return true
		}
		text, unquoted := strconv.Unquote(name.Value)
		if unquoted != nil {
			err = unquoted
		}
		parts = append(parts, text)
		return true
	})
	if len(parts) == 0 {
		err = fmt.Errorf("the story in %s has no parts", "conformance/deployed/deployed_test.go")
	}
	return parts, err
}

// wanted are the checks without which a run says nothing: the whole story, and each line of the two tables
// on both sides.
func wanted() (names []string, err error) {
	root, err := moto.Root()
	if err != nil {
		return nil, err
	}
	parts, err := storyParts(root)
	if err != nil {
		return nil, err
	}
	want := func(test, part string) { names = append(names, "photogallery/conformance/"+test+"/"+spelled(part)) }
	for _, part := range parts {
		want("deployed TestTheDeployedProduct", part)
	}
	for _, behavior := range contract.Behaviors() {
		want("contract TestTheEmbeddedCloudBehavesAsAWSDocuments", behavior.Name)
		want("contract TestMotoBehavesAsTheTableSays", behavior.Name)
	}
	for _, known := range differential.Corpus() {
		want("differential TestOursDoesAsTheSpecificationSays", known.Name)
		want("differential TestTheirsDoesAsTheCorpusSays", known.Name)
	}
	return names, nil
}
