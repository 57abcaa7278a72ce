package emulator

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Ask makes a call in one of AWS's JSON protocols, for which the product has no client. The error has what
// was answered.
func Ask(ctx context.Context, endpoint, service, target string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint+"/", bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("X-Amz-Target", target)
	request.Header.Set("Content-Type", "application/x-amz-json-1.1")
	request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+Key+"/20260101/"+Region+"/"+service+"/aws4_request, SignedHeaders=host, Signature=0")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s %s %w", target, response.Status, answer, err)
	}
	return json.Unmarshal(answer, out)
}

// CDK runs the CDK's command line of package.json against an emulator that listens at endpoint, on loopback,
// and waits for its end. The error has what it wrote.
func CDK(ctx context.Context, endpoint string, arguments ...string) error {
	root, err := Root()
	if err != nil {
		return err
	}
	bin := filepath.Join(root, "node_modules", ".bin")
	command := exec.CommandContext(ctx, filepath.Join(bin, "cdk"), append(arguments, "--no-notices")...) //nolint:gosec // our own
	command.Dir = root
	command.Env = Environment(root, endpoint)
	if out, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("cdk %s: %w\n%s", arguments[0], err, out)
	}
	return nil
}

// Environment returns the variables with which the CDK's command line of package.json, and what calls it,
// reach an endpoint.
func Environment(root, endpoint string) []string {
	bin := filepath.Join(root, "node_modules", ".bin")
	_, port, _ := strings.Cut(strings.TrimPrefix(endpoint, "http://"), ":")
	return append(os.Environ(), "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"), "CI=true", "CDK_DISABLE_LEGACY_EXPORT_WARNING=1",
		// moto finds a template's bucket where the host is localhost, and others by path where it is an address.
		"AWS_ENDPOINT_URL=http://localhost:"+port, "AWS_ENDPOINT_URL_S3="+endpoint,
		"AWS_ACCESS_KEY_ID="+Key, "AWS_SECRET_ACCESS_KEY="+Key, "AWS_REGION="+Region, "AWS_DEFAULT_REGION="+Region)
}
