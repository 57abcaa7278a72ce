package stack

import (
	"os"
	"strings"
	"testing"

	"photogallery/lambdas"
)

// TestMain compares, when every scenario has run, what the steps declare with what they called.
func TestMain(m *testing.M) {
	status := m.Run()
	if status == 0 && os.Getenv("DUMP") != "" {
		for _, line := range undeclared() {
			os.Stderr.WriteString(line + "\n")
		}
	}
	os.Exit(status)
}

func undeclared() (lines []string) {
	for _, s := range lambdas.Steps() {
		declared := map[string]bool{}
		for _, operation := range s.Operations {
			if strings.HasPrefix(operation.Name, "iam:") {
				continue
			}
			declared[operation.Name] = true
			if !calls.steps[s.Name][operation.Name] {
				lines = append(lines, s.Name+" never called "+operation.Name)
			}
		}
		for name := range calls.steps[s.Name] {
			if !declared[name] {
				lines = append(lines, s.Name+" called "+name+" undeclared")
			}
		}
	}
	return lines
}
