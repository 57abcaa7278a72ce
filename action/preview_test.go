package action_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// cdkTool stands for the CDK's command line: an environment is a file in the folder of its cloud, with its options.
const cdkTool = `#!/bin/bash
shift # cdk
action=$1 options=
while [ $# -gt 0 ]; do
  case $1 in
    -c) options+="$2 " && shift ;;
    --outputs-file) outputs=$2 && shift ;;
  esac
  shift
done
name=${options#environment=} name=${name%% *}
[ "$action" = destroy ] && rm "$CLOUD/$name" && exit
echo "$options" >"$CLOUD/$name"
printf '{"photogallery-%s": {"Environment": "%s", "GitHubRoleArn": "arn:aws:iam::123456789012:role/%s"}}' "$name" "$name" "$name" >"$outputs"
`

// previews returns the environment of a job whose CDK deploys into the folder cloud.
func previews(t *testing.T) (cloud string, environment []string) {
	t.Helper()
	cloud = t.TempDir()
	tools := t.TempDir()
	for name, script := range map[string]string{"npx": cdkTool, "npm": "#!/bin/bash\n"} {
		if err := os.WriteFile(filepath.Join(tools, name), []byte(script), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return cloud, []string{"PATH=" + tools + ":" + os.Getenv("PATH"), "CLOUD=" + cloud}
}

func TestPreviewComesAndGoesWithItsPullRequest(t *testing.T) {
	cloud, environment := previews(t)
	inputs := map[string]string{"number": "12", "github": "octo-org/octo-repo:pull_request", "context": "budget=5 vpc=vpc-1", "close": "false"}
	for range 2 { // two pushes
		a := openAction(t, "preview")
		if said, err := a.script("environment.sh", inputs, environment...); err != nil {
			t.Fatalf("%v:\n%s", err, said)
		}
		if got := a.read("output"); got != "stack=photogallery-pr12\nrole=arn:aws:iam::123456789012:role/pr12\n" {
			t.Errorf("the outputs are\n%s", got)
		}
	}
	options, err := os.ReadFile(filepath.Join(cloud, "pr12"))
	if err != nil || string(options) != "environment=pr12 github=octo-org/octo-repo:pull_request budget=5 vpc=vpc-1 \n" {
		t.Errorf("it has the options %s, %v", options, err)
	}
	inputs["close"] = "true"
	a := openAction(t, "preview")
	if said, err := a.script("environment.sh", inputs, environment...); err != nil {
		t.Fatalf("%v:\n%s", err, said)
	}
	if left, err := os.ReadDir(cloud); err != nil || len(left) > 0 {
		t.Errorf("%v is left, %v", left, err)
	}
}

// The end of a pull request deletes the environment.
func TestPreviewLeavesOtherEnvironmentsAlone(t *testing.T) {
	cloud, environment := previews(t)
	for _, number := range []string{"", "main", "12 -c environment=main", "0", "-1"} {
		if err := os.WriteFile(filepath.Join(cloud, "main"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		said, err := openAction(t, "preview").script("environment.sh", map[string]string{"number": number, "close": "true"}, environment...)
		if err == nil || !strings.Contains(said, `give the number of a pull request`) {
			t.Errorf("%q: %v:\n%s", number, err, said)
		}
		if _, err := os.Stat(filepath.Join(cloud, "main")); err != nil {
			t.Errorf("%q: %v", number, err)
		}
	}
}
