package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"photogallery/internal/terminal"
)

func addJSONFlag(command *cobra.Command) {
	command.Flags().Bool("json", false, "print JSON")
}

func wantsJSON(command *cobra.Command) bool {
	wanted, err := command.Flags().GetBool("json")
	return err == nil && wanted
}

// show prints values as JSON if --json is given, or as a table. It prints no empty table.
func show[T any](command *cobra.Command, values []T, columns []string, row func(T) []any) error {
	if wantsJSON(command) {
		if values == nil {
			values = []T{}
		}
		return showJSON(command, values)
	}
	rows := [][]string{columns}
	for _, value := range values {
		cells := row(value)
		words := make([]string, len(cells))
		for i, cell := range cells {
			words[i] = fmt.Sprint(cell)
		}
		rows = append(rows, words)
	}
	out := command.OutOrStdout()
	table := tabwriter.NewWriter(out, 0, 0, gap, ' ', 0)
	if shown := fitting(rows, terminal.Width(out)); len(values) > 0 {
		for _, words := range rows {
			fmt.Fprintln(table, strings.Join(words[:shown], "\t"))
		}
	}
	return table.Flush()
}

// gap is the space between two columns.
const gap = 2

// fitting returns how many columns fit the terminal. The most important ones come first. Without a
// terminal all fit.
func fitting(rows [][]string, width int) int {
	total := 0
	for column := range rows[0] {
		widest := 0
		for _, words := range rows {
			widest = max(widest, utf8.RuneCountInString(words[column]))
		}
		if total += widest; width > 0 && total > width && column > 0 {
			return column
		}
		total += gap
	}
	return len(rows[0])
}

func showJSON(command *cobra.Command, value any) error {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(value); err != nil {
		return err
	}
	_, err := io.WriteString(command.OutOrStdout(), escaped(text.String()))
	return err
}

// escaped returns JSON of the same value without the control characters that a terminal obeys and
// encoding/json keeps.
func escaped(text string) string {
	var whole strings.Builder
	for _, letter := range text {
		if !terminal.IsText(letter) {
			fmt.Fprintf(&whole, `\u%04x`, letter)
		} else {
			whole.WriteRune(letter)
		}
	}
	return whole.String()
}
