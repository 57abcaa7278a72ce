package main

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"photogallery/internal/cost"
)

// phaseTitles holds the titles of a bill's parts.
var phaseTitles = map[cost.Phase]string{
	cost.Serving: "While a release serves", cost.Always: "Always", cost.Traffic: "Visitors", cost.Runs: "Releases and teardowns",
}

// showBill prints a bill as a table. It lists amounts below a cent a month by name only; the totals
// include them.
func showBill(to io.Writer, bill cost.Bill) error {
	fmt.Fprintf(to, "%s%s, at prices of %s in %s. %s\n", stackOfBill(bill), fleetOf(bill), bill.Date, bill.Region, bill.Note)
	if bill.StackRegion != "" && bill.StackRegion != bill.Region {
		fmt.Fprintf(to, "The stack is in %s, where prices differ.\n", bill.StackRegion)
	}
	fmt.Fprintln(to)
	columns := []string{"", "AN HOUR", "A MONTH", "TORN DOWN NIGHTLY"}
	if bill.Total.Now != nil {
		columns = append(columns, "NOW, AN HOUR")
	}
	rows := [][]string{columns}
	for _, phase := range cost.Phases() {
		rows = append(rows, phaseRows(bill, phase)...)
	}
	rows = append(rows, nil, billRow("Total in "+bill.Currency, bill.Total))
	writeAligned(to, rows)
	if bill.Spending != nil {
		fmt.Fprintln(to, "\n"+spendingInWords(*bill.Spending))
	}
	_, err := fmt.Fprintf(to, "\nA month has 730 hours; torn down nightly it serves %.4g hours a day. `gallery cost --help` lists what can be changed.\n", bill.HoursADay)
	return err
}

func stackOfBill(bill cost.Bill) string {
	if bill.Stack == "" {
		return ""
	}
	return "Stack " + bill.Stack + ": "
}

func fleetOf(bill cost.Bill) string {
	if bill.MinSize == bill.MaxSize {
		return fmt.Sprintf("%d × %s", bill.MinSize, bill.InstanceType)
	}
	return fmt.Sprintf("%d to %d × %s", bill.MinSize, bill.MaxSize, bill.InstanceType)
}

func phaseRows(bill cost.Bill, phase cost.Phase) [][]string {
	rows := [][]string{nil, {phaseTitles[phase]}}
	var small []string
	for _, line := range bill.Lines {
		switch {
		case line.Phase != phase:
		case isTrifle(line.Sum):
			small = append(small, line.What)
		default:
			rows = append(rows, billRow("  "+label(line), line.Sum))
		}
	}
	if len(small) > 0 {
		rows = append(rows, []string{"  under a cent: " + strings.Join(small, ", ")})
	}
	return rows
}

func isTrifle(sum cost.Sum) bool {
	return max(sum.Month.Most, sum.Nightly.Most) < 0.005 && (sum.Now == nil || *sum.Now < 0.00005)
}

func label(line cost.Line) string {
	if line.Note == "" {
		return line.What
	}
	return line.What + " (" + line.Note + ")"
}

func billRow(label string, sum cost.Sum) []string {
	row := []string{label, money(sum.Hour, 4), money(sum.Month, 2), money(sum.Nightly, 2)}
	if sum.Now != nil {
		row = append(row, fmt.Sprintf("%.4f", *sum.Now))
	}
	return row
}

func money(r cost.Range, digits int) string {
	least, most := fmt.Sprintf("%.*f", digits, r.Least), fmt.Sprintf("%.*f", digits, r.Most)
	switch nothing := fmt.Sprintf("%.*f", digits, 0.0); {
	case r == cost.Range{}:
		return "–"
	case most == nothing:
		return "<" + nothing[:len(nothing)-1] + "1"
	case least == most:
		return least
	}
	return least + "–" + most
}

// writeAligned aligns the first column to the left and numbers to the right. A row of one cell may
// be of any length.
func writeAligned(to io.Writer, rows [][]string) {
	var widths []int
	for _, row := range rows {
		for i, cell := range row {
			if len(widths) == i {
				widths = append(widths, 0)
			}
			if len(row) > 1 {
				widths[i] = max(widths[i], utf8.RuneCountInString(cell))
			}
		}
	}
	for _, row := range rows {
		var line strings.Builder
		for i, cell := range row {
			gap := strings.Repeat(" ", max(0, widths[i]-utf8.RuneCountInString(cell)))
			if i == 0 {
				line.WriteString(cell + gap)
			} else {
				line.WriteString("  " + gap + cell)
			}
		}
		fmt.Fprintln(to, strings.TrimRight(line.String(), " "))
	}
}
