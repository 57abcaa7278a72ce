package statemachine_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"strings"
	"testing"
)

var write = flag.Bool("write", false, "write the state machines in their form")

// width is the longest line that a value may fill; a longer one is broken into its members. An entry of an
// array, such as a Retry, stays on its line, unless it has states.
const width = 120

func TestStateMachinesKeepTheirForm(t *testing.T) {
	for _, name := range []string{"release.asl.json", "teardown.asl.json"} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		formed := form(t, text, "", 0) + "\n"
		if *write {
			if err := os.WriteFile(name, []byte(formed), 0o600); err != nil {
				t.Fatal(err)
			}
		} else if formed != string(text) {
			t.Errorf("%s is not in its form; `make fmt` writes it", name)
		}
	}
}

// form returns a value at an indent, behind a key of so many characters.
func form(t *testing.T, value json.RawMessage, indent string, key int) string {
	t.Helper()
	line := oneLine(t, value)
	if len(indent)+key+len(line) < width || !strings.ContainsAny(line[:1], "{[") {
		return line
	}
	decoder, further := json.NewDecoder(bytes.NewReader(value)), indent+"  "
	open := next(t, decoder)
	var members []string
	for decoder.More() {
		name, member := "", json.RawMessage{}
		if open == json.Delim('{') {
			name = oneLine(t, []byte(`"`+next(t, decoder).(string)+`"`)) + ": "
		}
		if err := decoder.Decode(&member); err != nil {
			t.Fatal(err)
		}
		if name == "" && !bytes.Contains(member, []byte(`"States"`)) {
			members = append(members, further+oneLine(t, member))
		} else {
			members = append(members, further+name+form(t, member, further, len(name)))
		}
	}
	return line[:1] + "\n" + strings.Join(members, ",\n") + "\n" + indent + line[len(line)-1:]
}

func oneLine(t *testing.T, value []byte) string {
	t.Helper()
	var lines bytes.Buffer
	if err := json.Indent(&lines, value, "", ""); err != nil {
		t.Fatal(err)
	}
	return strings.NewReplacer(",\n", ", ", "\n", "").Replace(lines.String())
}

func next(t *testing.T, decoder *json.Decoder) json.Token {
	t.Helper()
	token, err := decoder.Token()
	if err != nil {
		t.Fatal(err)
	}
	return token
}
