package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
)

func addJSONFlag(command *cobra.Command) {
	command.Flags().Bool("json", false, "print JSON")
}

func wantsJSON(command *cobra.Command) bool {
	wanted, err := command.Flags().GetBool("json")
	return err == nil && wanted
}

// show prints values as JSON if asked to, else as a table.
func show[T any](command *cobra.Command, values []T, columns []string, row func(T) []any) error {
	if wantsJSON(command) {
		if values == nil {
			values = []T{}
		}
		return showJSON(command, values)
	}
	table := tabwriter.NewWriter(command.OutOrStdout(), 0, 0, 2, ' ', 0)
	if len(values) > 0 {
		fmt.Fprintln(table, strings.Join(columns, "\t"))
	}
	for _, value := range values {
		cells := row(value)
		words := make([]string, len(cells))
		for i, cell := range cells {
			words[i] = fmt.Sprint(cell)
		}
		fmt.Fprintln(table, strings.Join(words, "\t"))
	}
	return table.Flush()
}

func showJSON(command *cobra.Command, value any) error {
	encoder := json.NewEncoder(command.OutOrStdout())
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}
