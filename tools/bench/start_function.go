//go:build linux

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"photogallery/conformance/emulator"
	"photogallery/conformance/runtimeapi"
)

// function returns a step's function as deployed.
func (s *starter) function(call firstCall) (runtimeapi.Function, error) {
	variables, err := deployedVariables(call.Step)
	if err != nil {
		return runtimeapi.Function{}, err
	}
	maps.Copy(variables, call.Variables)
	return runtimeapi.Function{Executable: s.bootstrap, Handler: call.Step, Environment: s.environment(variables)}, nil
}

// likeIt returns the function in Python that makes the same call.
func (s *starter) likeIt(call firstCall) runtimeapi.Function {
	return runtimeapi.Function{
		Executable: s.python, Arguments: []string{"-m", "awslambdaric", "first_call.handler"}, Handler: "first_call.handler",
		Environment: s.environment(map[string]string{
			"FIRST_CALL": call.Service, "PYTHONPATH": strings.Join(s.packages, ":"),
		}),
	}
}

// environment returns what Lambda sets for every function, and the address of our AWS.
func (s *starter) environment(own map[string]string) map[string]string {
	all := map[string]string{
		"AWS_REGION": emulator.Region, "AWS_DEFAULT_REGION": emulator.Region, "AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "bench",
		"AWS_EC2_METADATA_DISABLED": "true", "AWS_ENDPOINT_URL": s.aws.URL,
	}
	maps.Copy(all, own)
	return all
}

// deployedVariables returns the environment variables of a function in the stack's template, with
// placeholders for references.
func deployedVariables(handler string) (map[string]string, error) {
	text, err := os.ReadFile("cdk/testdata/photogallery-main.template.json")
	if err != nil {
		return nil, err
	}
	var template struct {
		Resources map[string]struct {
			Properties struct {
				Handler     any
				Environment struct{ Variables map[string]any }
			}
		}
	}
	if err := json.Unmarshal(text, &template); err != nil {
		return nil, err
	}
	for _, resource := range template.Resources {
		if resource.Properties.Handler != handler {
			continue
		}
		variables := map[string]string{}
		for name, value := range resource.Properties.Environment.Variables {
			text, isText := value.(string)
			if !isText {
				text = "made-by-the-stack"
			}
			variables[name] = text
		}
		return variables, nil
	}
	return nil, fmt.Errorf("the stack's template has no function with the handler %s", handler)
}

// peak returns a process's VmHWM.
// https://www.kernel.org/doc/html/latest/filesystems/proc.html
func peak(process int) (megabytes float64, err error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", process))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(status)) {
		if value, found := strings.CutPrefix(line, "VmHWM:"); found {
			kibibytes, err := strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(value), "kB")))
			return float64(kibibytes) * 1024 / 1e6, err
		}
	}
	return 0, fmt.Errorf("/proc/%d/status has no VmHWM", process)
}

// installPython installs the pinned packages into folders, as for Lambda's archive, and compiles
// Python's bytecode.
func (s *starter) installPython(ctx context.Context, folder string) error {
	venv := filepath.Join(folder, "python")
	s.python = filepath.Join(venv, "bin", "python")
	commands := [][]string{{"python3", "-m", "venv", venv}}
	for _, requirements := range []string{"requirements", "runtime"} {
		target := filepath.Join(folder, "python-"+requirements)
		s.packages = append(s.packages, target)
		commands = append(commands, []string{filepath.Join(venv, "bin", "pip"), "install", "-q", "--disable-pip-version-check", "--no-deps",
			"--target", target, "-r", "tools/bench/start/" + requirements + ".txt"})
	}
	functions := filepath.Join(folder, "python-function")
	s.packages = append(s.packages, functions)
	commands = append(commands, []string{"install", "-D", "-t", functions, "tools/bench/start/first_call.py"}, []string{s.python, "-m", "compileall", "-q", functions})
	for _, command := range commands {
		if out, err := exec.CommandContext(ctx, command[0], command[1:]...).CombinedOutput(); err != nil { //nolint:gosec // our own
			return fmt.Errorf("%v: %w\n%s", command, err, out)
		}
	}
	return nil
}
