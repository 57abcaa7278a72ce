package grade

import (
	"strings"
	"testing"
)

func TestRosterNamesStudents(t *testing.T) {
	students, err := ReadRoster(strings.NewReader("\ufeffProfile, name,group,REGION\nlab-ann,\"Ann, A.\",1,us-west-2\nlab-ben, Ben ,1,\n"))
	if err != nil || len(students) != 2 || students[0] != (Student{"Ann, A.", "lab-ann", "us-west-2"}) || students[1] != (Student{"Ben", "lab-ben", ""}) {
		t.Errorf("%v, they are %q", err, students)
	}
}

func TestWrongRosterIsRefused(t *testing.T) {
	for text, words := range map[string]string{
		"":                                    "first line",
		"name,region\nAnn,us-east-1\n":        "name and profile must be among them",
		"name,profile\n":                      "names nobody",
		"name,profile\nAnn,\nBen,lab\n,lab\n": "line 2, 4",
		"name,profile\nAnn\n":                 "wrong number of fields",
	} {
		if _, err := ReadRoster(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%q: %v, want %q in it", text, err, words)
		}
	}
}

func TestOneAccountForTwoIsPointedOut(t *testing.T) {
	r, elsewhere := Grade(whole(), DefaultPoints()), Grade(whole(), DefaultPoints())
	elsewhere.Region = "us-west-2"
	class := []Graded{{Student: Student{Name: "Ann"}, Report: &r}, {Student: Student{Name: "Eve"}, Problem: "expired"}, {Student: Student{Name: "Ben"}, Report: &r}, {Student: Student{Name: "Cy"}, Report: &elsewhere}}
	MarkShared(class)
	if class[0].Problem != "" || class[1].Problem != "expired" || class[3].Problem != "" || !strings.HasSuffix(class[2].Sentence(), "0 unknown; the same account and region as Ann") {
		t.Errorf("it has %+v", class)
	}
}

func TestCSVHasALineForEachStudentAndNoFormula(t *testing.T) {
	r := Grade(whole(), DefaultPoints())
	var out strings.Builder
	if err := WriteCSV(&out, []Graded{
		{Student: Student{Name: "Ann", Profile: "lab-ann"}, Report: &r},
		{Student: Student{Name: `=HYPERLINK("x")`, Profile: "lab-ben"}, Problem: "expired"},
	}); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 3 || !strings.HasPrefix(lines[0], "name,profile,region,account,points,of,problem,app,boot,") {
		t.Fatalf("it is %q", lines)
	}
	if want := "Ann,lab-ann,us-east-1,123456789012,100,100,," + strings.Repeat("done,", len(rows)-1) + "done"; lines[1] != want {
		t.Errorf("it has %s, want %s", lines[1], want)
	}
	if want := `"'=HYPERLINK(""x"")",lab-ben,,,,,expired` + strings.Repeat(",", len(rows)); lines[2] != want {
		t.Errorf("it has %s, want %s", lines[2], want)
	}
}
