package recipe

import (
	_ "embed"
	"fmt"
	"strings"
)

//go:embed run.sh
var runScript string

// startService is the last line of fleet.sh.
const startService = "systemctl restart --no-block photogallery.service\n"

// RunnerInput holds the values of the user data of an instance that runs a command once.
type RunnerInput struct {
	Bucket   string
	Command  string // the key of the command, a bash script
	Output   string // the key of what release.EncodeRun describes
	Region   string
	Release  string // the execution
	Source   string // of the event that reports the result
	Seconds  string // that the command may take
	Most     string // how many bytes of its output are kept, the last ones
	Settings string // the digest of the app's settings, or "" for none
}

// RunnerUserData returns the script that runs the command as the service of an instance of the fleet
// would run. It has neither the command nor a secret. Its errors are those of BuilderUserData.
func RunnerUserData(in RunnerInput) (string, error) {
	fleet, err := FleetUserData(FleetInput{Release: in.Release, Bucket: in.Bucket, Region: in.Region, Settings: in.Settings})
	if err != nil {
		return "", err
	}
	return render("runner", runScript, map[string]string{
		"Bucket": in.Bucket, "Command": in.Command, "Output": in.Output, "Region": in.Region,
		"Release": in.Release, "Source": in.Source, "Seconds": in.Seconds,
		"Most": in.Most, "Fleet": uncommented([]byte(strings.TrimSuffix(fleet, startService))),
	})
}

// ReadRunner returns the input of RunnerUserData from its result, as ReadBuilder does. ReadApp and
// ReadSettings read the settings, as in the user data of the fleet.
func ReadRunner(userData string) (RunnerInput, error) {
	values := assignments(userData)
	in := RunnerInput{
		Bucket: values["bucket"], Command: values["command_key"], Output: values["output_key"], Region: values["region"],
		Release: values["release"], Source: values["source"], Seconds: values["seconds"], Most: values["most"],
	}
	if in.Command == "" || in.Output == "" || in.Release == "" {
		return RunnerInput{}, fmt.Errorf("the user data is not a runner's: it names no command")
	}
	_, in.Settings = ReadApp(userData)
	return in, nil
}
