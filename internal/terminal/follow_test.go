package terminal

import "testing"

func TestOutcomeWrapsBetweenWordsAndKeepsCommandsWhole(t *testing.T) {
	text := "r1 ended\nbecause of something\nCorrect it; `gallery logs i-1` tells."
	if got, want := wrapped(text, 12), "r1 ended\nbecause of\nsomething\nCorrect it; `gallery logs i-1` tells."; got != want {
		t.Errorf("it is %q, want %q", got, want)
	}
	if got := wrapped(text, 0); got != text {
		t.Errorf("if there is no terminal it is %q", got)
	}
}
