package stack

import (
	"encoding/json"
	"testing"
	"time"

	environments "photogallery/internal/environment"
	"photogallery/lambdas/destroy"
)

// asks invokes a function of the stack's custom resource as the provider framework does.
func (e *environment) asks(function string, event, answer any) {
	e.Helper()
	payload, err := json.Marshal(event)
	if err != nil {
		e.Fatal(err)
	}
	text, err := e.functions[function].Invoke(e.Context(), payload)
	if err != nil {
		e.Fatal(err)
	}
	if err := json.Unmarshal(text, answer); err != nil {
		e.Fatal(err)
	}
}

func TestDeletingTheStackLeavesNothing(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, e *environment) {
		e.configure(environments.SettingsChange{Set: map[string]string{"A": "1"}, SetSecrets: map[string][]byte{"S": []byte("s")}})
		e.release("r1", `{"ttl": "2h"}`).ends("Succeeded")
		var started destroy.Started
		e.asks("Destroy", map[string]string{"RequestType": "Delete", "RequestId": "1", "PhysicalResourceId": "photogallery-main"}, &started)
		var end destroy.Completion
		for deadline := time.Now().Add(time.Hour); !end.IsComplete && time.Now().Before(deadline); time.Sleep(30 * time.Second) {
			e.asks("Destroyed", started, &end)
		}
		if !end.IsComplete {
			t.Error("it is not complete after an hour")
		}
		e.empty(0)
		if objects := e.objects(); len(objects) > 0 {
			t.Errorf("%v are left in the bucket", objects)
		}
	})
}
