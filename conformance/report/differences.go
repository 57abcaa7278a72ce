package main

import (
	"fmt"
	"strings"

	"photogallery/conformance/contract"
	"photogallery/conformance/differential"
)

// differences are the lines of the contract that moto does not hold.
func differences() string {
	var text strings.Builder
	text.WriteString("| AWS documents, and the embedded cloud does | moto |\n|---|---|\n")
	agreed := 0
	for _, behavior := range contract.Behaviors() {
		if behavior.Moto == "" {
			agreed++
			continue
		}
		fmt.Fprintf(&text, "| [%s](%s) | %s |\n", behavior.Name, behavior.Docs, behavior.Moto)
	}
	return fmt.Sprintf("The contract has %d behaviors. moto has %d of them as AWS documents them, and %d otherwise:\n\n%s",
		len(contract.Behaviors()), agreed, len(contract.Behaviors())-agreed, text.String())
}

// verdicts are the machines on which the interpreters have differed.
func verdicts() string {
	var text strings.Builder
	text.WriteString("| the specification says | moto |\n|---|---|\n")
	for _, known := range differential.Corpus() {
		moto := known.Moto
		if moto == "" {
			moto = "does so too, as far as the launcher mends it"
		}
		fmt.Fprintf(&text, "| [%s](%s) | %s |\n", known.Name, known.Docs, moto)
	}
	return text.String()
}
