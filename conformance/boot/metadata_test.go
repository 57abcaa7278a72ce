//go:build boot

package boot

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	token  = "metadata-token-of-the-conformance-tests"
	secret = "secret-access-key-of-the-conformance-tests"
)

// metadata is the instance metadata service of one instance, which answers to a token alone.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html
type metadata struct {
	leaves map[string]string // by the path below the version
	mu     sync.Mutex
	bare   []string // the paths that were asked for without a token
}

// accessKey is of the instance's role: it tells which instance has signed a call.
func accessKey(instance string) string { return "ASIA" + strings.ToUpper(instance[2:]) }

// macOf is the address of the instance's network interface: an image must not keep to its builder's.
func macOf(instance string) string { return "02:00:00:00:0" + instance[3:4] + ":0" + instance[18:] }

func newMetadata(instance, userData string) *metadata {
	const zone = "us-east-1a"
	m := &metadata{leaves: map[string]string{
		"user-data":                          userData,
		"dynamic/instance-identity/document": fmt.Sprintf(`{"instanceId":%q,"region":"us-east-1","availabilityZone":%q,"accountId":"123456789012"}`, instance, zone),
		"meta-data/iam/security-credentials/role": fmt.Sprintf(
			`{"Code":"Success","Type":"AWS-HMAC","AccessKeyId":%q,"SecretAccessKey":%q,"Token":%q,"LastUpdated":%q,"Expiration":%q}`,
			accessKey(instance), secret, "session-"+secret, time.Now().UTC().Format(time.RFC3339), time.Now().Add(6*time.Hour).UTC().Format(time.RFC3339)),
		"meta-data/public-keys/0/openssh-key": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGNvbmZvcm1hbmNlLWNvbmZvcm1hbmNlLWNvbmZv conformance",
	}}
	mac := macOf(instance)
	nic := "network/interfaces/macs/" + mac + "/"
	for path, value := range map[string]string{
		"ami-id": "ami-0123456789abcdef0", "ami-launch-index": "0", "instance-id": instance, "instance-type": "t3.small", "mac": mac,
		"hostname": "ip-" + instance + ".ec2.internal", "local-hostname": "ip-" + instance + ".ec2.internal", "local-ipv4": address,
		"placement/availability-zone": zone, "placement/region": "us-east-1", "reservation-id": "r-0123456789abcdef0", "security-groups": "conformance",
		nic + "mac": mac, nic + "device-number": "0", nic + "local-ipv4s": address, nic + "subnet-ipv4-cidr-block": subnet,
	} {
		m.leaves["meta-data/"+path] = value
	}
	return m
}

func (m *metadata) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	const lifetime = "X-Aws-Ec2-Metadata-Token-Ttl-Seconds"
	_, path, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	switch {
	case r.Method == http.MethodPut && path == "api/token" && r.Header.Get(lifetime) != "":
		w.Header().Set(lifetime, r.Header.Get(lifetime))
		_, _ = io.WriteString(w, token) // a client that has gone needs none
	case r.Header.Get("X-Aws-Ec2-Metadata-Token") != token:
		m.mu.Lock()
		m.bare = append(m.bare, r.Method+" "+r.URL.Path)
		m.mu.Unlock()
		http.Error(w, "Unauthorized", http.StatusUnauthorized)
	default:
		m.answer(w, path)
	}
}

func (m *metadata) answer(w http.ResponseWriter, path string) {
	content, found := m.leaves[path]
	if !found {
		content = m.list(strings.TrimSuffix(path, "/") + "/")
	}
	if content == "" {
		http.Error(w, "Not Found", http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "text/plain")
	_, _ = io.WriteString(w, content)
}

// list has what is in a folder, folders with a slash. Keys are listed with their names.
func (m *metadata) list(folder string) string {
	if folder == "meta-data/public-keys/" {
		return "0=conformance"
	}
	names := map[string]bool{}
	for path := range m.leaves {
		if below, in := strings.CutPrefix(path, strings.TrimPrefix(folder, "/")); in {
			name, _, deeper := strings.Cut(below, "/")
			if deeper {
				name += "/"
			}
			names[name] = true
		}
	}
	return strings.Join(slices.Sorted(maps.Keys(names)), "\n")
}

func (m *metadata) askedBare() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.bare)
}
