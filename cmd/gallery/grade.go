package main

import (
	"bytes"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"photogallery/internal/awsstack"
	"photogallery/internal/grade"
	"photogallery/release"
)

type gradeFlags struct{ points, html, all, csv string }

func gradeCommand() *cobra.Command {
	var flags gradeFlags
	command := &cobra.Command{
		Use:   "grade",
		Short: "Compare an AWS account, in which the lesson was done by hand, with the lesson's steps",
		Long: `Compare an AWS account and region, in which somebody did the lesson by hand, with
the lesson's steps: what is done, partly done or missing, which resource shows
it, and what to do next. Names do not matter. It changes nothing; it calls AWS's
Describe operations and asks each load balancer of the account for its home page.

✓ is done, ◐ partly, for half of the points, ✗ missing, and ? is what AWS did
not show. With --all it grades a class: a CSV file with the columns name,
profile and region, of which the last may be absent. A profile that fails does
not keep the others from their grades; the exit status is 1 then.`,
		Args: noArguments,
		Example: `  gallery grade --profile lab --region us-east-1
  gallery grade --html lesson.html
  gallery grade --all roster.csv --csv grades.csv --points points.json`,
		RunE: func(command *cobra.Command, _ []string) error { return runGrade(command, flags) },
	}
	f := command.Flags()
	f.StringVar(&flags.points, "points", "", "the JSON `file` of each row's points (default: a hundred together)")
	f.StringVar(&flags.html, "html", "", "also write the result into this `file`, to hand in or to print")
	f.StringVar(&flags.all, "all", "", "grade everybody in this CSV `file`")
	f.StringVar(&flags.csv, "csv", "", "with --all, also write the results into this CSV `file`")
	addJSONFlag(command)
	return command
}

func runGrade(command *cobra.Command, flags gradeFlags) error {
	if err := flags.check(command); err != nil {
		return err
	}
	points, err := flags.read()
	if err != nil {
		return err
	}
	if flags.all != "" {
		return gradeClass(command, flags, points)
	}
	region, profile := command.Flag("region").Value.String(), command.Flag("profile").Value.String()
	report, err := gradeAccount(command, region, profile, points)
	if err != nil {
		return err
	}
	if flags.html != "" {
		var page bytes.Buffer
		if err := report.HTML(&page); err != nil {
			return err
		}
		if err := writeDocument(command, "--html", flags.html, page.Bytes()); err != nil {
			return err
		}
	}
	if wantsJSON(command) {
		return showJSON(command, report)
	}
	showGrade(command, report)
	return nil
}

func (f gradeFlags) check(command *cobra.Command) error {
	switch {
	case given(command, "stack", "data") != "":
		return release.Errorf(release.InvalidRequest, "%s names one environment, and grade looks at a whole region: leave it out", given(command, "stack", "data")[1:])
	case f.all != "" && given(command, "profile", "region", "html") != "":
		return release.Errorf(release.InvalidRequest, "%s does not go with --all: the roster names profiles and regions, and --csv writes the results", given(command, "profile", "region", "html")[1:])
	case f.all == "" && f.csv != "":
		return release.Errorf(release.InvalidRequest, "--csv goes with --all ROSTER; --json prints the result of one account")
	}
	return nil
}

// read returns the points of the file, or the default ones.
func (f gradeFlags) read() (grade.Points, error) {
	if f.points == "" {
		return grade.DefaultPoints(), nil
	}
	text, err := os.ReadFile(f.points)
	if err != nil {
		return nil, release.Errorf(release.InvalidRequest, "--points: %w", err)
	}
	return grade.ReadPoints(text)
}

func gradeAccount(command *cobra.Command, region, profile string, points grade.Points) (grade.Report, error) {
	config, err := awsstack.Configure(command.Context(), region, profile)
	if err != nil {
		return grade.Report{}, err
	}
	seen, err := grade.Read(command.Context(), config, grade.NewBrowser())
	if err != nil {
		return grade.Report{}, err
	}
	return grade.Grade(seen, points), nil
}

func writeDocument(command *cobra.Command, flag, file string, text []byte) error {
	if err := os.WriteFile(file, text, 0o644); err != nil { //nolint:gosec // a document
		return release.Errorf(release.InvalidRequest, "%s %s: %w; name a file in a folder that exists", flag, file, err)
	}
	fmt.Fprintf(command.ErrOrStderr(), "The result is in %s.\n", file)
	return nil
}

func showGrade(command *cobra.Command, r grade.Report) {
	out := command.OutOrStdout()
	fmt.Fprintf(out, "Account %s, %s: %s\n", r.Account, r.Region, r.Graded)
	for _, other := range r.Others {
		fmt.Fprintf(out, "  not graded: %s\n", other)
	}
	fmt.Fprintln(out)
	for _, row := range r.Rows {
		fmt.Fprintf(out, "%s %-50s %7s\n", row.Verdict.Mark(), row.Title, grade.ShowPoints(row.Points)+"/"+grade.ShowPoints(row.Of))
		for _, line := range row.Evidence {
			fmt.Fprintf(out, "    %s\n", line)
		}
		if row.Next != "" {
			fmt.Fprintf(out, "    → %s\n", row.Next)
		}
	}
	fmt.Fprintln(out, "\n"+r.Summary())
}
