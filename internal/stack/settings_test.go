package stack

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"photogallery/gallery-ami/recipe"
	environments "photogallery/internal/environment"
	"photogallery/internal/localcloud/machine"
	"photogallery/lambdas/records"
	"photogallery/release"
)

func (e *environment) configurer() environments.Configurer {
	return environments.Configurer{
		Reader: environments.Reader{Clients: e.Clients, Environment: e.Settings.Environment, Table: e.Settings.Table}, Bucket: e.Settings.Bucket,
	}
}

// configure changes the settings and returns the digest of the configured ones.
func (e *environment) configure(change environments.SettingsChange) string {
	e.Helper()
	outcome, err := e.configurer().Configure(e.Context(), change)
	if err != nil {
		e.Fatal(err)
	}
	return outcome.Digest
}

func (e *environment) configured() string {
	e.Helper()
	found, err := e.configurer().Settings(e.Context())
	if err != nil {
		e.Fatal(err)
	}
	return found.Digest
}

// objects lists the settings and secrets in the bucket.
func (e *environment) objects() (keys []string) {
	e.Helper()
	for _, prefix := range []string{"settings/", "secrets/"} {
		out, err := e.Clients.S3.ListObjectsV2(e.Context(), &s3.ListObjectsV2Input{Bucket: aws.String(e.Settings.Bucket), Prefix: aws.String(prefix)})
		if err != nil {
			e.Fatal(err)
		}
		for _, object := range out.Contents {
			keys = append(keys, *object.Key)
		}
	}
	return keys
}

func set(name, value string) environments.SettingsChange {
	return environments.SettingsChange{By: "me", Set: map[string]string{name: value}}
}

// watched remembers the settings of each machine from its user data.
type watched struct {
	mu       sync.Mutex
	digests  map[string]string // by instance
	builders []string          // their user data
}

func (e *environment) watchSettings(behavior func(digest string) machine.Behavior) *watched {
	w := &watched{digests: map[string]string{}}
	e.behave = func(spec machine.Spec) machine.Behavior {
		w.mu.Lock()
		defer w.mu.Unlock()
		if spec.Role == release.RoleBuilder {
			w.builders = append(w.builders, spec.UserData)
			return machine.Behavior{}
		}
		_, digest := recipe.ReadApp(spec.UserData)
		w.digests[spec.InstanceID] = digest
		return behavior(digest)
	}
	return w
}

func healthy(string) machine.Behavior { return machine.Behavior{} }

// fleetHas checks that every instance of the fleet was given these settings.
func (e *environment) fleetHas(w *watched, digest string) {
	e.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	running := e.instances(release.RoleFleet)
	for _, i := range running {
		if w.digests[i.ID] != digest {
			e.Errorf("instance %s has the settings %q, want %q", i.ID, w.digests[i.ID], digest)
		}
	}
	if len(running) == 0 || e.current().Settings != digest {
		e.Errorf("%d instances run, recorded are the settings %q, want %q", len(running), e.current().Settings, digest)
	}
}

func TestChangedSettingsAreReleasedWithoutABakeAndComeBackWithARollback(t *testing.T) {
	for _, strategy := range []string{"rolling", "blueGreen"} {
		t.Run(strategy, func(t *testing.T) {
			inVirtualTime(t, func(t *testing.T, e *environment) {
				w := e.watchSettings(healthy)
				e.release("r0", `{}`).ends("Succeeded")
				e.fleetHas(w, "")
				first := e.configure(set("A", "1"))
				e.release("r1", `{"strategy": "`+strategy+`"}`).ends("Succeeded")
				e.fleetHas(w, first)
				second := e.configure(environments.SettingsChange{SetSecrets: map[string][]byte{"KEY": []byte("hunter2")}})
				end := e.release("r2", `{"strategy": "`+strategy+`"}`).ends("Succeeded")
				if slices.Contains(e.Path(end.arn), "LaunchBuilder") {
					t.Error("other settings were baked")
				}
				e.fleetHas(w, second)
				e.serves("r2", 2)
				e.release("r3", `{"settings": "`+first+`", "strategy": "`+strategy+`"}`).ends("Succeeded")
				e.fleetHas(w, first)
				e.release("r4", `{"strategy": "`+strategy+`"}`).ends("Succeeded")
				e.fleetHas(w, first) // the rollback made them the configured ones
				e.release("r5", `{"settings": "none", "strategy": "`+strategy+`"}`).ends("Succeeded")
				e.fleetHas(w, "")
				if e.configured() != "" {
					t.Errorf("%q are configured after a release without settings", e.configured())
				}
				for _, userData := range w.builders {
					if strings.Contains(userData, first) || strings.Contains(userData, second) || strings.Contains(userData, "secrets/") {
						t.Error("a builder was told of settings")
					}
				}
			})
		})
	}
}

func TestFailedSettingsAreUndoneAndStayConfigured(t *testing.T) {
	for _, strategy := range []string{"rolling", "blueGreen"} {
		t.Run(strategy, func(t *testing.T) {
			inVirtualTime(t, func(t *testing.T, e *environment) {
				good, bad := e.configure(set("A", "1")), ""
				w := e.watchSettings(func(digest string) machine.Behavior { return machine.Behavior{NeverHealthy: digest == bad} })
				e.release("r1", `{}`).ends("Succeeded")
				bad = e.configure(set("A", "wrong"))
				e.release("r2", `{"strategy": "`+strategy+`"}`).ends("FailedClean")
				e.fleetHas(w, good)
				e.serves("r1", 2)
				if e.configured() != bad {
					t.Errorf("%q are configured, not those of the person", e.configured())
				}
				e.release("r3", `{"settings": "`+bad+`", "strategy": "`+strategy+`"}`).ends("FailedClean")
				time.Sleep(10 * time.Minute) // until the alarm of the failed one is over
				e.release("r4", `{"settings": "`+good+`", "strategy": "`+strategy+`"}`).ends("Succeeded")
				if e.configured() != good {
					t.Errorf("%q are configured after the rollback", e.configured())
				}
			})
		})
	}
}

func TestSettingsOfAPersonAreNewerThanThoseOfARelease(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, e *environment) {
		first := e.configure(set("A", "1"))
		e.configure(set("A", "2"))
		running := e.start(e.StartRelease(t.Context(), "r1", `{"settings": "`+first+`"}`))
		time.Sleep(time.Minute)
		newest := e.configure(set("A", "3"))
		e.await(running).ends("Succeeded")
		if e.configured() != newest || e.current().Settings != first {
			t.Errorf("%q are configured, %q serve", e.configured(), e.current().Settings)
		}
	})
}

func TestUnknownSettingsAreRefused(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, e *environment) {
		unknown := strings.Repeat("0", 64)
		e.release("r1", `{"settings": "`+unknown+`"}`).ends("FailedClean", "InvalidRequest", unknown, "gallery config set")
		known := e.configure(set("A", "1"))
		e.release("r2", `{"settings": "`+unknown+`"}`).ends("FailedClean", "InvalidRequest", "give none", known)
		e.empty(0)
	})
}

func TestTeardownKeepsSettings(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, e *environment) {
		w := e.watchSettings(healthy)
		digest := e.configure(environments.SettingsChange{Set: map[string]string{"A": "1"}, SetSecrets: map[string][]byte{"S": []byte("s")}})
		e.release("r1", `{}`).ends("Succeeded")
		e.teardown("t1", `{}`).ends("Succeeded")
		if objects := e.objects(); len(objects) != 2 {
			t.Errorf("the bucket has %v", objects)
		}
		e.release("r2", `{}`).ends("Succeeded")
		e.fleetHas(w, digest)
	})
}

// Old settings go, and the secrets that only they have, but none that somebody may need.
func TestReleaseDeletesOldSettingsAndTheirSecrets(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, e *environment) {
		serving := e.configure(environments.SettingsChange{Set: map[string]string{"A": "0"}, SetSecrets: map[string][]byte{"KEPT": []byte("kept"), "OLD": []byte("serves")}})
		e.release("r1", `{}`).ends("Succeeded")
		var lost string
		for i := range records.KeptSettings + 2 {
			digest := e.configure(environments.SettingsChange{Set: map[string]string{"A": fmt.Sprint(i + 1)}, SetSecrets: map[string][]byte{"OLD": fmt.Append(nil, i)}})
			if i == 0 {
				lost = digest
			}
		}
		e.release("r2", `{}`).ends("Succeeded")
		objects := e.objects()
		documents, secrets := 0, 0
		for _, key := range objects {
			if strings.HasPrefix(key, "settings/") {
				documents++
			} else {
				secrets++
			}
		}
		// The newest, and those of the former release; each has a secret of its own beside the one of all.
		if want := records.KeptSettings + 1; documents != want || secrets != want+1 {
			t.Errorf("%d documents and %d secrets are left, want %d and one more", documents, secrets, want)
		}
		if !slices.Contains(objects, "settings/"+serving) || slices.Contains(objects, "settings/"+lost) {
			t.Error("the former release's settings are gone, or the oldest are still there")
		}
		e.release("r3", `{"settings": "`+lost+`"}`).ends("FailedClean", "InvalidRequest")
		e.release("r4", `{"settings": "`+serving+`"}`).ends("Succeeded")
		recorded, err := records.ReadSettings(t.Context(), e.Clients.DynamoDB, e.Settings.Table)
		if err != nil || len(recorded.Retiring) > 0 {
			t.Errorf("%v, %d settings are not quite gone", err, len(recorded.Retiring))
		}
	})
}
