package environment_test

import (
	"context"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"photogallery/internal/environment"
	"photogallery/internal/localcloud/fabric"
	"photogallery/internal/stack/steptest"
	"photogallery/lambdas/records"
	"photogallery/release"
)

func configurer(e steptest.Environment) environment.Configurer {
	return environment.Configurer{
		Reader: environment.Reader{Clients: e.Clients, Environment: "main", Table: e.Settings.Table}, Bucket: e.Settings.Bucket,
	}
}

func mustConfigure(e steptest.Environment, change environment.SettingsChange) environment.Configured {
	e.Helper()
	outcome, err := configurer(e).Configure(e.Context(), change)
	if err != nil {
		e.Fatal(err)
	}
	return outcome
}

func settingsOf(e steptest.Environment) environment.Settings {
	e.Helper()
	found, err := configurer(e).Settings(e.Context())
	if err != nil {
		e.Fatal(err)
	}
	return found
}

func keys(e steptest.Environment) (found []string) {
	e.Helper()
	for _, prefix := range []string{"settings/", "secrets/"} {
		out, err := e.Clients.S3.ListObjectsV2(e.Context(), &s3.ListObjectsV2Input{Bucket: &e.Settings.Bucket, Prefix: &prefix})
		if err != nil {
			e.Fatal(err)
		}
		for _, object := range out.Contents {
			found = append(found, *object.Key)
		}
	}
	return found
}

func TestSettingsAreChangedOneByOne(t *testing.T) {
	steptest.In(t, nil, func(e steptest.Environment) {
		if found := settingsOf(e); found.Digest != "" || len(found.Values)+len(found.Secrets)+len(found.Known) > 0 {
			t.Errorf("at first there are %+v", found)
		}
		mustConfigure(e, environment.SettingsChange{By: "me", Set: map[string]string{"A": "1", "B": "2"}})
		mustConfigure(e, environment.SettingsChange{By: "you", Unset: []string{"A"}, Set: map[string]string{"B": "3\n$x"}, SetSecrets: map[string][]byte{"KEY": []byte("hunter2")}})
		found := settingsOf(e)
		if len(found.Values) != 1 || found.Values[0] != (environment.Setting{Name: "B", Value: "3\n$x"}) {
			t.Errorf("got %+v", found.Values)
		}
		if len(found.Secrets) != 1 || found.Secrets[0].Name != "KEY" || found.Secrets[0].Size != 7 || found.Secrets[0].Set.IsZero() {
			t.Errorf("got %+v", found.Secrets)
		}
		if len(found.Known) != 2 || found.Known[0].Digest != found.Digest || found.Known[0].By != "you" || !slices.Equal(found.Known[0].Secrets, []string{"KEY"}) || found.Known[1].By != "me" {
			t.Errorf("known are %+v", found.Known)
		}
		if shown, err := json.Marshal(found); err != nil || strings.Contains(string(shown), "hunter2") {
			t.Errorf("%v, the secret is shown: %s", err, shown)
		}
		if outcome := mustConfigure(e, environment.SettingsChange{UnsetSecrets: []string{"KEY"}, Unset: []string{"B"}}); !outcome.Changed || outcome.Digest != "" {
			t.Errorf("without any they are %+v", outcome)
		}
	})
}

func TestSettingsThatStayTheSameMakeNoDocument(t *testing.T) {
	steptest.In(t, nil, func(e steptest.Environment) {
		first := mustConfigure(e, environment.SettingsChange{Set: map[string]string{"A": "1"}})
		before := keys(e)
		if again := mustConfigure(e, environment.SettingsChange{Set: map[string]string{"A": "1"}}); again.Changed || again.Digest != first.Digest || !slices.Equal(keys(e), before) {
			t.Errorf("got %+v and %v", again, keys(e))
		}
	})
}

// Nobody can compare a secret with the one before: each value is a new object, and a new document.
func TestSecretIsANewObjectEachTime(t *testing.T) {
	steptest.In(t, nil, func(e steptest.Environment) {
		secret := environment.SettingsChange{SetSecrets: map[string][]byte{"KEY": []byte("hunter2")}}
		first, second := mustConfigure(e, secret), mustConfigure(e, secret)
		if !second.Changed || first.Digest == second.Digest {
			t.Errorf("got %+v after %+v", second, first)
		}
		stored := 0
		for _, key := range keys(e) {
			out, err := e.Clients.S3.GetObject(e.Context(), &s3.GetObjectInput{Bucket: &e.Settings.Bucket, Key: aws.String(key)})
			if err != nil {
				t.Fatal(err)
			}
			content, _ := io.ReadAll(out.Body)
			if isSecret := strings.HasPrefix(key, "secrets/"); isSecret != (string(content) == "hunter2") || !isSecret && strings.Contains(string(content), "hunter2") {
				t.Errorf("%s has %q", key, content)
			} else if isSecret {
				stored++
			}
		}
		if stored != 2 {
			t.Errorf("%d secrets are stored", stored)
		}
	})
}

func TestWrongChangeIsRefusedWholeAndStoresNothing(t *testing.T) {
	steptest.In(t, nil, func(e steptest.Environment) {
		_, err := configurer(e).Configure(e.Context(), environment.SettingsChange{
			Set: map[string]string{"PORT": "1", "A": "hunter2\x00"}, SetSecrets: map[string][]byte{"B": []byte("hunter2\xff"), "A": []byte("x")},
		})
		for _, want := range []string{"PORT is set by", "the value of A has the character U+0000", "the value of B is not UTF-8", "A is a setting and a secret"} {
			if release.CodeOf(err) != release.InvalidRequest || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("got %v, want %s", err, want)
			}
		}
		_, err = configurer(e).Configure(e.Context(), environment.SettingsChange{Unset: []string{"C"}, UnsetSecrets: []string{"D"}, SetSecrets: map[string][]byte{"S": []byte("s")}})
		if release.CodeOf(err) != release.InvalidRequest || !strings.Contains(err.Error(), `no setting "C"`) || !strings.Contains(err.Error(), `no secret "D"`) {
			t.Errorf("got %v", err)
		}
		if left := keys(e); len(left) > 0 {
			t.Errorf("%v are stored", left)
		}
	})
}

func TestTwoWritersKeepEachOthersChange(t *testing.T) {
	steptest.In(t, nil, func(e steptest.Environment) {
		came := false
		e.Cloud.Fabric.Intercept(func(_ context.Context, call fabric.Call, next func() (any, error)) (any, error) {
			if _, writes := call.Input.(*dynamodb.PutItemInput); writes && !came {
				came = true
				mustConfigure(e, environment.SettingsChange{Set: map[string]string{"THEIRS": "1"}, SetSecrets: map[string][]byte{"S": []byte("s")}})
			}
			return next()
		})
		mustConfigure(e, environment.SettingsChange{Set: map[string]string{"MINE": "1"}})
		found := settingsOf(e)
		if len(found.Values) != 2 || len(found.Secrets) != 1 {
			t.Errorf("got %+v", found)
		}
	})
}

// A settled change whose answer is lost is not taken for nothing.
func TestLostAnswerOfAChangeIsNoSecondOne(t *testing.T) {
	steptest.In(t, nil, func(e steptest.Environment) {
		lost := false
		e.Cloud.Fabric.Intercept(func(_ context.Context, call fabric.Call, next func() (any, error)) (any, error) {
			out, err := next()
			if _, writes := call.Input.(*dynamodb.PutItemInput); writes && !lost {
				lost = true
				return nil, fabric.Errorf("ConditionalCheckFailedException", "as the SDK's second try is answered")
			}
			return out, err
		})
		outcome := mustConfigure(e, environment.SettingsChange{SetSecrets: map[string][]byte{"S": []byte("s")}})
		recorded, err := records.ReadSettings(e.Context(), e.Clients.DynamoDB, e.Settings.Table)
		if err != nil || !outcome.Changed || len(recorded.Known) != 1 || recorded.Configured != outcome.Digest {
			t.Errorf("%v, %+v, recorded %+v", err, outcome, recorded)
		}
	})
}
