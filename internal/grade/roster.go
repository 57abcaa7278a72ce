package grade

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"photogallery/release"
)

// Student is a line of a roster.
type Student struct {
	Name    string `json:"name"`
	Profile string `json:"profile"`          // of the AWS configuration
	Region  string `json:"region,omitempty"` // or "" for the profile's
}

// ReadRoster reads a CSV file with the columns name, profile and, if it has one, region, in any order,
// which its first line names. Its error, InvalidRequest, names every line that is wrong.
func ReadRoster(from io.Reader) ([]Student, error) {
	lines := csv.NewReader(from)
	lines.TrimLeadingSpace = true
	header, err := lines.Read()
	if err != nil {
		return nil, release.Errorf(release.InvalidRequest, "the roster has no first line: %w; it names the columns, name,profile,region", err)
	}
	header[0] = strings.TrimPrefix(header[0], "\ufeff") // as spreadsheets write it
	column := func(name string) int {
		return slices.IndexFunc(header, func(h string) bool { return strings.EqualFold(strings.TrimSpace(h), name) })
	}
	name, profile, region := column("name"), column("profile"), column("region")
	if name < 0 || profile < 0 {
		return nil, release.Errorf(release.InvalidRequest, "the roster has the columns %q: name and profile must be among them, and region may be", header)
	}
	return readStudents(lines, func(cells []string) Student {
		s := Student{Name: strings.TrimSpace(cells[name]), Profile: strings.TrimSpace(cells[profile])}
		if region >= 0 {
			s.Region = strings.TrimSpace(cells[region])
		}
		return s
	})
}

func readStudents(lines *csv.Reader, student func(cells []string) Student) (students []Student, err error) {
	var wrong []string
	for {
		cells, err := lines.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, release.Errorf(release.InvalidRequest, "the roster: %w", err)
		}
		s := student(cells)
		if s.Name == "" || s.Profile == "" {
			line, _ := lines.FieldPos(0)
			wrong = append(wrong, strconv.Itoa(line))
		}
		students = append(students, s)
	}
	switch {
	case len(wrong) > 0:
		return nil, release.Errorf(release.InvalidRequest, "the roster has no name or no profile in line %s", strings.Join(wrong, ", "))
	case len(students) == 0:
		return nil, release.Errorf(release.InvalidRequest, "the roster names nobody")
	}
	return students, nil
}

// Graded is the result of a student: a report, or why there is none or it may be another's.
type Graded struct {
	Student
	Report  *Report `json:"report,omitempty"`
	Problem string  `json:"problem,omitempty"`
}

// MarkShared gives a problem to each student whose account and region are those of an earlier one.
func MarkShared(class []Graded) {
	owners := map[[2]string]string{}
	for i, g := range class {
		if g.Report == nil {
			continue
		}
		place := [2]string{g.Report.Account, g.Report.Region}
		if owner, taken := owners[place]; taken {
			class[i].Problem = "the same account and region as " + owner
			continue
		}
		owners[place] = g.Name
	}
}

// WriteCSV writes a line for each student, with the verdict of every row.
func WriteCSV(to io.Writer, class []Graded) error {
	out := csv.NewWriter(to)
	if err := out.Write(append([]string{"name", "profile", "region", "account", "points", "of", "problem"}, Rows()...)); err != nil {
		return err
	}
	for _, g := range class {
		cells := []string{g.Name, g.Profile, g.Region, "", "", "", g.Problem}
		if g.Report != nil {
			cells = []string{g.Name, g.Profile, g.Report.Region, g.Report.Account, ShowPoints(g.Report.Points), ShowPoints(g.Report.Of), g.Problem}
			for _, row := range g.Report.Rows {
				cells = append(cells, string(row.Verdict))
			}
		}
		for len(cells) < 7+len(rows) {
			cells = append(cells, "")
		}
		for i := range cells {
			cells[i] = inert(cells[i])
		}
		if err := out.Write(cells); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// inert returns a cell that no spreadsheet takes for a formula.
// https://owasp.org/www-community/attacks/CSV_Injection
func inert(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}

// Sentence returns a student's result in a few words.
func (g Graded) Sentence() string {
	if g.Report == nil {
		return g.Problem
	}
	words := fmt.Sprintf("%d done, %d partly, %d missing, %d unknown", g.Report.Count(Done), g.Report.Count(Partly), g.Report.Count(Missing), g.Report.Count(Unknown))
	if g.Problem != "" {
		words += "; " + g.Problem
	}
	return words
}
