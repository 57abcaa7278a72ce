package grade

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

func TestDocumentNamesEveryRowAndPermission(t *testing.T) {
	text, err := os.ReadFile("../../docs/grade.md")
	if err != nil {
		t.Fatal(err)
	}
	document := string(text)
	for name, worth := range DefaultPoints() {
		if row := fmt.Sprintf("| `%s` | %s |", name, ShowPoints(worth)); !strings.Contains(document, row) {
			t.Errorf("docs/grade.md has no row %q", row)
		}
	}
	_, listed, _ := strings.Cut(document, "<!-- permissions -->\n")
	listed, _, _ = strings.Cut(listed, "<!-- /permissions -->")
	if want := "- `" + strings.Join(Permissions(), "`\n- `") + "`\n"; listed != want {
		t.Errorf("docs/grade.md lists other permissions; write\n%s", want)
	}
}
