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
	for _, behaviour := range contract.Behaviours() {
		if behaviour.Moto == "" {
			agreed++
			continue
		}
		fmt.Fprintf(&text, "| [%s](%s) | %s |\n", behaviour.Name, behaviour.Docs, behaviour.Moto)
	}
	return fmt.Sprintf("The contract has %d behaviours. moto has %d of them as AWS documents them, and %d otherwise:\n\n%s",
		len(contract.Behaviours()), agreed, len(contract.Behaviours())-agreed, text.String())
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
