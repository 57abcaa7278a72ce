//go:build boot

package boot

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"photogallery/gallery-ami/recipe/settings"
)

// appSettings are the settings and the secret of fleet i, with what a shell or systemd would change.
func appSettings(i int) (document settings.Document, secret string) {
	secret = fmt.Sprintf("hunter%d \"'$x`\\\nline\n\n", i)
	return settings.Document{
		Values:  map[string]string{"DATABASE_URL": fmt.Sprintf("postgres://fleet-%d/$x?a='b'\n#c\\", i)},
		Secrets: map[string]settings.Secret{"SESSION_KEY": {ID: fmt.Sprintf("%032x", i), Size: len(secret)}},
	}, secret
}

// configure puts the settings of fleet i into the bucket and returns their digest.
func (c *cloud) configure(ctx context.Context, i int) (string, error) {
	document, secret := appSettings(i)
	digest := settings.Digest(document.Encode())
	for key, content := range map[string]string{
		settings.DocumentPrefix + digest:                           string(document.Encode()),
		settings.SecretPrefix + document.Secrets["SESSION_KEY"].ID: secret,
	} {
		if _, err := s3.NewFromConfig(c.Config()).PutObject(ctx, &s3.PutObjectInput{Bucket: aws.String(bucket), Key: &key, Body: bytes.NewReader([]byte(content))}); err != nil {
			return "", err
		}
	}
	return digest, nil
}

// judgeSettings looks at what the service of fleet i was given, in base64, and at who may read the secret.
func (s *story) judgeSettings(m *machine, i int) {
	document, secret := appSettings(i)
	said := s.asks(m, `pid=$(systemctl show -P MainPID photogallery)
for name in DATABASE_URL SESSION_KEY; do grep -z "^$name=" /proc/$pid/environ | tr -d '\0' | base64 -w0; echo; done
nsenter -t $pid -m base64 -w0 /run/credentials/photogallery.service/SESSION_KEY; echo
systemctl show photogallery | grep -c hunter; grep -c hunter /var/log/cloud-init-output.log /var/log/photogallery.log | grep -vc ':0$' || true`)
	encoded := func(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }
	want := []string{encoded("DATABASE_URL=" + document.Values["DATABASE_URL"]), encoded("SESSION_KEY=" + secret), encoded(secret), "0", "0"}
	got := strings.Fields(said)
	s.mu.Lock()
	s.own[i] = strings.Join(got, " ") == strings.Join(want, " ")
	s.mu.Unlock()
	s.check(ownSettings, s.haveOwnSettings(), "fleet %d has %q, want %q", i, got, want)
	read := s.asks(m, `pid=$(systemctl show -P MainPID photogallery); uid=$(stat -c %u /proc/$pid)
for who in $uid 65534 1000; do for file in /run/credentials/photogallery.service/SESSION_KEY /etc/photogallery/settings/secrets/SESSION_KEY /etc/photogallery/settings/environment; do
nsenter -t $pid -m setpriv --reuid=$who --regid=$who --clear-groups cat $file >/dev/null 2>&1 && echo yes || echo no; done; done`)
	if i == 0 {
		s.check(secretOfService, strings.Join(strings.Fields(read), " ") == "yes no no no no no no no no", "credential and files can be read by the service, nobody and ec2-user: %q", read)
	}
}

// haveOwnSettings reports whether no fleet that was looked at lacks its settings.
func (s *story) haveOwnSettings() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, holds := range s.own {
		if !holds {
			return false
		}
	}
	return true
}
