package local_test

import (
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"photogallery/internal/local"
	"photogallery/lambdas/door"
)

// page returns what a visitor sees at the gallery's address.
func page(t *testing.T, answer *http.Response, err error) (status int, content string) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	read, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(read)
}

// While the gallery wakes up and goes to sleep, visitors never see an error.
func TestVisitorsSeeTheDoorOrTheGallery(t *testing.T) {
	c := start(t, filepath.Join(t.TempDir(), "data"))
	answer, err := http.Get(c.Endpoint().Gallery + "/")
	if status, content := page(t, answer, err); status != http.StatusServiceUnavailable || !strings.Contains(content, "Wake it up") {
		t.Fatalf("asleep it shows %d: %s", status, content)
	}
	answer, err = http.PostForm(c.Endpoint().Gallery+"/", url.Values{door.Field: {"yes"}})
	if status, content := page(t, answer, err); status == http.StatusOK || !strings.Contains(content, "waking up") {
		t.Fatalf("a click shows %d: %s", status, content)
	}
	c.showsTheDoorUntil(http.StatusOK, "i-")
	if history, err := c.History(t.Context()); err != nil || len(history) != 1 || !strings.HasPrefix(history[0].Name, "wake-") {
		t.Errorf("the history is %+v, %v", history, err)
	}
	machine := strings.Replace(c.Status().ReleaseMachine, local.Environment.ReleaseMachine(), local.Environment.TeardownMachine(), 1)
	if _, err := c.sfn.StartExecution(t.Context(), &sfn.StartExecutionInput{StateMachineArn: &machine}); err != nil {
		t.Fatal(err)
	}
	c.showsTheDoorUntil(http.StatusServiceUnavailable, "asleep")
}

// showsTheDoorUntil visits until there is a page with some words. Until then it accepts the gallery and the door.
func (c *cloud) showsTheDoorUntil(status int, words string) {
	c.Helper()
	for until := time.Now().Add(5 * time.Minute); ; {
		answer, err := http.Get(c.Endpoint().Gallery + "/")
		got, content := page(c.T, answer, err)
		if got == status && strings.Contains(content, words) {
			return
		}
		if got != http.StatusOK && (got != http.StatusServiceUnavailable || !strings.Contains(content, "The gallery is")) || time.Now().After(until) {
			c.Fatalf("meanwhile it shows %d: %s", got, content)
		}
	}
}
