package main

import (
	"bytes"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"photogallery/internal/grade"
	"photogallery/release"
)

// gradeClass grades one student after the other, so that a class is never throttled.
func gradeClass(command *cobra.Command, flags gradeFlags, points grade.Points) error {
	students, err := readRoster(flags.all)
	if err != nil {
		return err
	}
	var class []grade.Graded
	failed := 0
	for i, student := range students {
		fmt.Fprintf(command.ErrOrStderr(), "%d of %d: %s\n", i+1, len(students), student.Name)
		graded := grade.Graded{Student: student}
		report, err := gradeAccount(command, student.Region, student.Profile, points)
		if err := command.Context().Err(); err != nil {
			return err
		}
		if err == nil {
			graded.Report = &report
		} else {
			graded.Problem = messageOf(err)
			failed++
		}
		class = append(class, graded)
	}
	grade.MarkShared(class)
	if err := showClass(command, flags, class); err != nil {
		return err
	}
	if failed > 0 {
		return ended{exitFailed}
	}
	return nil
}

func readRoster(file string) ([]grade.Student, error) {
	roster, err := os.Open(file)
	if err != nil {
		return nil, release.Errorf(release.InvalidRequest, "--all: %w", err)
	}
	defer roster.Close()
	return grade.ReadRoster(roster)
}

func showClass(command *cobra.Command, flags gradeFlags, class []grade.Graded) error {
	if flags.csv != "" {
		var text bytes.Buffer
		if err := grade.WriteCSV(&text, class); err != nil {
			return err
		}
		if err := writeDocument(command, "--csv", flags.csv, text.Bytes()); err != nil {
			return err
		}
	}
	return show(command, class, []string{"NAME", "POINTS", "RESULT", "ACCOUNT", "PROFILE"}, func(g grade.Graded) []any {
		if g.Report == nil {
			return []any{g.Name, "–", g.Sentence(), "–", g.Profile}
		}
		return []any{g.Name, grade.ShowPoints(g.Report.Points) + "/" + grade.ShowPoints(g.Report.Of), g.Sentence(), g.Report.Account, g.Profile}
	})
}
