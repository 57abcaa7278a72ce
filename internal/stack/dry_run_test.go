package stack

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"sort"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"photogallery/internal/localcloud/fabric"
	"photogallery/release"
)

// state renders everything that the services hold, without the executions, whose history grows.
func (e *environment) state() map[string]string {
	e.Helper()
	synctest.Wait() // machines change by themselves
	services, all := reflect.ValueOf(*e.Cloud), map[string]string{}
	e.Cloud.Fabric.Do(func() {
		for i := range services.NumField() {
			if name := services.Type().Field(i).Name; name != "Fabric" && name != "StepFunctions" {
				all[name] = render(services.Field(i), map[uintptr]bool{})
			}
		}
	})
	return all
}

// render follows pointers, each once. It leaves out the fabric and what only does something.
func render(value reflect.Value, seen map[uintptr]bool) string {
	switch value.Kind() {
	case reflect.Pointer:
		if value.IsNil() || value.Type() == reflect.TypeFor[*fabric.Fabric]() || seen[value.Pointer()] {
			return ""
		}
		seen[value.Pointer()] = true
		return render(value.Elem(), seen)
	case reflect.Interface:
		return render(value.Elem(), seen)
	case reflect.Struct:
		return renderFields(value, seen)
	case reflect.Slice, reflect.Array:
		var items []string
		for i := range value.Len() {
			items = append(items, render(value.Index(i), seen))
		}
		return "[" + strings.Join(items, ",") + "]"
	case reflect.Map:
		return renderMap(value, seen)
	case reflect.Invalid, reflect.Func, reflect.Chan, reflect.UnsafePointer:
		return ""
	}
	return fmt.Sprint(value)
}

func renderFields(value reflect.Value, seen map[uintptr]bool) string {
	if value.Type() == reflect.TypeFor[time.Time]() {
		return fmt.Sprint(value)
	}
	var fields []string
	for i := range value.NumField() {
		// The requests of this moment come and go by themselves.
		if value.Type().Field(i).Name == "fresh" {
			continue
		}
		if text := render(value.Field(i), seen); text != "" {
			fields = append(fields, value.Type().Field(i).Name+":"+text)
		}
	}
	return "{" + strings.Join(fields, " ") + "}"
}

func renderMap(value reflect.Value, seen map[uintptr]bool) string {
	keys := value.MapKeys()
	sort.Slice(keys, func(i, j int) bool { return fmt.Sprint(keys[i]) < fmt.Sprint(keys[j]) })
	var entries []string
	for _, key := range keys {
		entries = append(entries, fmt.Sprint(key)+":"+render(value.MapIndex(key), seen))
	}
	return "map[" + strings.Join(entries, " ") + "]"
}

// dryRun runs a request dry, checks that this has changed nothing and took no call of another step,
// and returns the forecast.
func (e *environment) dryRun(name, input string) release.Plan {
	e.Helper()
	before := e.state()
	end := e.release(name, input).ends("Planned").follows("Plan")
	for service, was := range before {
		if is := e.state()[service]; is != was {
			e.Errorf("the dry run has changed %s: %s", service, cmp.Diff(strings.Fields(was), strings.Fields(is)))
		}
	}
	var answer release.DryRun
	if err := json.Unmarshal([]byte(end.Output), &answer); err != nil || answer.Plan.Forecast == nil {
		e.Fatalf("the dry run answers %s, %v", end.Output, err)
	}
	return answer.Plan
}

// The state is all that there is: it shows the smallest change of each kind.
func TestStateShowsWhatAReleaseChanges(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, e *environment) {
		before := e.state()
		if again := e.state(); !reflect.DeepEqual(before, again) {
			t.Fatalf("two looks differ: %v and %v", before, again)
		}
		e.release("r1", `{"ttl": "1h"}`).ends("Succeeded")
		after := e.state()
		for _, service := range []string{"AutoScaling", "CloudWatch", "DynamoDB", "EC2", "ELB", "Scheduler"} {
			if before[service] == after[service] {
				t.Errorf("a release changes nothing in %s", service)
			}
		}
	})
}

// That Plan calls no more than it may is what every scenario here tests.
func TestDryRunChangesNothingAndTakesNoStepButPlan(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, e *environment) {
		var isDry atomic.Bool
		e.Cloud.Fabric.Observe(func(call fabric.Call) {
			if isDry.Load() && call.Caller != "" && call.Caller != "Plan" {
				t.Errorf("%s calls %s in a dry run", call.Caller, call.Operation)
			}
		})
		for i, serving := range []string{"nothing", "r1"} {
			isDry.Store(true)
			for j, request := range []string{`{"dryRun": true}`, `{"dryRun": true, "rebake": true, "ttl": "1h"}`, `{"dryRun": true, "strategy": "rolling", "wait": true}`,
				`{"dryRun": true, "traffic": [10, 100], "approval": true}`} {
				e.dryRun(fmt.Sprintf("dry-%d-%d", i, j), request)
			}
			isDry.Store(false)
			if serving == "nothing" {
				e.release("r1", `{"ttl": "8h"}`).ends("Succeeded")
			}
		}
		e.serves("r1", 2)
	})
}

func TestDryRunIsRefusedLikeItsRelease(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, e *environment) {
		const request = `"instanceType": "q9.huge", "image": "ami-0aaaaaaaaaaaaaaaa"`
		dry := e.release("dry", `{"dryRun": true, `+request+`}`).ends("FailedClean", "InvalidRequest", "q9.huge", "ami-0aaaaaaaaaaaaaaaa")
		if real := e.release("real", `{`+request+`}`).ends("FailedClean"); real.Cause != dry.Cause {
			t.Errorf("the dry run is refused with %q, the release with %q", dry.Cause, real.Cause)
		}
	})
}

func TestDryRunNamesWhoHoldsTheEnvironment(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, e *environment) {
		first := e.start(e.StartRelease(t.Context(), "r1", `{}`))
		time.Sleep(61 * time.Second) // between two looks at metrics
		if forecast := e.dryRun("dry", `{"dryRun": true}`).Forecast; forecast.Holder != "r1" {
			t.Errorf("the environment is held by %q, not r1", forecast.Holder)
		}
		e.await(first).ends("Succeeded")
		e.serves("r1", 2)
	})
}

func TestDryRunOfAFolderStoresNoBundle(t *testing.T) {
	pack := func(_ context.Context, folder string, to io.Writer) (release.Needs, error) {
		_, err := io.WriteString(to, folder)
		return release.Needs{}, err
	}
	inVirtualTimeWith(t, Options{Pack: pack}, func(t *testing.T, e *environment) {
		const request = `"bundle": "examples/lesson"`
		if plan := e.dryRun("dry", `{"dryRun": true, `+request+`}`); !plan.Forecast.StoresBundle {
			t.Errorf("the dry run finds the bundle of a folder that was never released: %+v", plan.Forecast)
		}
		e.release("r1", `{`+request+`}`).ends("Succeeded")
		if plan := e.dryRun("again", `{"dryRun": true, `+request+`}`); plan.Forecast.StoresBundle || plan.Forecast.Image != e.current().Image {
			t.Errorf("the dry run does not find what was released: %+v", plan.Forecast)
		}
	})
}
