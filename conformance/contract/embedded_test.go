package contract

import (
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"photogallery/internal/localcloud/machine"
	"photogallery/internal/stack"
)

// Each behavior is tried in a cloud of its own, in virtual time.
func TestEmbeddedCloudBehavesAsAWSDocuments(t *testing.T) {
	for _, behavior := range Behaviors() {
		t.Run(behavior.Name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				healthy := machine.NewSimulated(func(machine.Spec) machine.Behavior { return machine.Behavior{} })
				s, err := stack.New(stack.Options{Environment: "main", Kind: healthy})
				if err != nil {
					t.Fatal(err)
				}
				defer s.Close()
				if err := behavior.Check(embedded(t, s)); err != nil {
					t.Errorf("%v\n%s", err, behavior.Docs)
				}
			})
		})
	}
}

func embedded(t *testing.T, s *stack.Stack) *Account {
	machines := 0
	return &Account{
		Context: t.Context(), Clients: s.Clients, Settings: s.Settings, Pause: 5 * time.Second, Looks: 12 * 60,
		AddMachine: func(definition string) (string, error) {
			machines++
			return s.Cloud.StepFunctions.AddMachine("probe-"+strconv.Itoa(machines), []byte(definition), nil)
		},
	}
}
