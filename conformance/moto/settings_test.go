//go:build conformance

package moto_test

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"photogallery/conformance/emulator"
	"photogallery/conformance/moto"
	"photogallery/gallery-ami/recipe"
	"photogallery/internal/environment"
	"photogallery/internal/systemd"
	"photogallery/lambdas/step"
)

const (
	settingsBucket = "photogallery-settings"
	settingsTable  = "photogallery-settings"
)

// motoConfigurer has a bucket and a table in moto.
func motoConfigurer(t *testing.T, server *moto.Server) environment.Configurer {
	t.Helper()
	clients := step.NewClients(server.Config(), nil)
	_, madeBucket := clients.S3.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: aws.String(settingsBucket)})
	_, madeTable := clients.DynamoDB.CreateTable(t.Context(), &dynamodb.CreateTableInput{
		TableName: aws.String(settingsTable), BillingMode: types.BillingModePayPerRequest,
		KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("pk"), KeyType: types.KeyTypeHash}},
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("pk"), AttributeType: types.ScalarAttributeTypeS}},
	})
	if err := errors.Join(madeBucket, madeTable); err != nil {
		t.Fatal(err)
	}
	return environment.Configurer{Reader: environment.Reader{Clients: clients, Environment: "main", Table: settingsTable}, Bucket: settingsBucket}
}

// The real commands set them, and the real script of an instance fetches them with the real AWS CLI.
func TestSettingsGoThroughMotoToAnInstance(t *testing.T) {
	server, err := moto.Start(t.Context(), moto.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	configurer := motoConfigurer(t, server)
	const url, secret = "postgres://u:p@h/$x\n'y'", "hunter2 \"$`\\\nlines\n\n"
	changes := []environment.SettingsChange{
		{Set: map[string]string{"DATABASE_URL": "first"}},
		{Set: map[string]string{"DATABASE_URL": url}, SetSecrets: map[string][]byte{"SESSION_KEY": []byte(secret)}},
		{Set: map[string]string{"DATABASE_URL": url}},
	}
	var digest string
	for i, change := range changes {
		outcome, err := configurer.Configure(t.Context(), change)
		if err != nil || outcome.Changed != (i < 2) {
			t.Fatalf("change %d: %v, %+v", i, err, outcome)
		}
		digest = outcome.Digest
	}
	if found, err := configurer.Settings(t.Context()); err != nil || found.Digest != digest || len(found.Known) != 2 || found.Values[0].Value != url || found.Secrets[0].Size != len(secret) {
		t.Errorf("%v, found %+v", err, found)
	}
	root := boot(t, server, digest)
	for path, want := range map[string]string{"document": "DATABASE_URL=" + url, "environment": "SESSION_KEY=" + secret} {
		text, err := os.ReadFile(filepath.Join(root, "etc/photogallery/settings", path))
		if err != nil {
			t.Fatal(err)
		}
		got, ignored, err := systemd.ReadEnvironment(string(text))
		if err != nil || len(ignored) > 0 || len(got) != 1 || got[0] != want {
			t.Errorf("%s: %v %v, it has %q", path, err, ignored, got)
		}
	}
	if file, err := os.ReadFile(filepath.Join(root, "etc/photogallery/settings/secrets/SESSION_KEY")); err != nil || string(file) != secret {
		t.Errorf("%v, the file has %q", err, file)
	}
}

// boot runs a fleet's user data below a folder. Of the machine only systemd and the metadata are stubs.
func boot(t *testing.T, server *moto.Server, digest string) (root string) {
	t.Helper()
	script, err := recipe.FleetUserData(recipe.FleetInput{Release: "r1", Bucket: settingsBucket, Region: emulator.Region, Settings: digest})
	if err != nil {
		t.Fatal(err)
	}
	root = t.TempDir()
	for _, path := range []string{"/etc/photogallery", "/etc/systemd"} {
		script = strings.ReplaceAll(script, path, root+path)
	}
	venv := os.Getenv("CONFORMANCE_VENV")
	if venv == "" {
		top, err := emulator.Root()
		if err != nil {
			t.Fatal(err)
		}
		venv = filepath.Join(top, "conformance", ".venv")
	}
	bin := filepath.Join(root, "bin")
	if err := os.Mkdir(bin, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"curl", "systemctl"} {
		if err := os.WriteFile(filepath.Join(bin, name), []byte("#!/bin/bash\n[ \"${0##*/}\" = systemctl ] || echo i-0123456789abcdef0\n"), fs.FileMode(0o755)); err != nil {
			t.Fatal(err)
		}
	}
	command := exec.CommandContext(t.Context(), "bash", "-s")
	command.Stdin = strings.NewReader(script)
	command.Env = []string{
		"PATH=" + bin + ":" + filepath.Join(venv, "bin") + ":" + os.Getenv("PATH"), "AWS_ENDPOINT_URL=" + server.Endpoint(), "HOME=" + root,
		"AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test", "AWS_EC2_METADATA_DISABLED=true",
	}
	if said, err := command.CombinedOutput(); err != nil || strings.Contains(string(said), "hunter2") {
		t.Fatalf("%v: %s", err, said)
	}
	return root
}
