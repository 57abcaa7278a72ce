package process

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"photogallery/internal/localcloud/machine"
	"photogallery/release"
)

// instance is one machine: its root folder, its user data and its services.
type instance struct {
	kind    *Kind
	spec    machine.Spec
	host    machine.Host
	root    string
	address address
	log     *instanceLog
	life    context.Context
	end     context.CancelFunc
	ending  sync.Once
	booted  chan struct{} // closed when boot no longer uses the root folder
	cpu     atomic.Uint64 // percent × 1000
	settled atomic.Bool   // the service has answered or its time has passed

	mu       sync.Mutex
	services map[string]*service
	limits   map[string]*startLimit // by the unit's name
}

func newInstance(k *Kind, spec machine.Spec, host machine.Host) *instance {
	life, end := context.WithCancel(context.Background())
	return &instance{
		kind: k, spec: spec, host: host, life: life, end: end, booted: make(chan struct{}),
		root:     filepath.Join(k.machinesDir(), spec.InstanceID),
		services: map[string]*service{}, limits: map[string]*startLimit{},
	}
}

func (m *instance) boot() {
	defer close(m.booted)
	if err := m.prepare(); err != nil {
		m.kind.options.Log.Error("an instance does not boot", "instance", m.spec.InstanceID, "reason", err)
		m.kind.running.Go(m.Kill)
		return
	}
	m.kind.running.Go(m.sampleCPU)
	if m.spec.Image == nil {
		m.settled.Store(true)
		m.build()
		return
	}
	if m.spec.Role == release.RoleRunner {
		m.settled.Store(true)
		m.runOnce()
		return
	}
	if err := m.configure(); err != nil {
		fmt.Fprintf(m.log, "the instance's settings: %v\n", err)
	}
	began := time.Now()
	m.startEnabled()
	m.kind.running.Go(func() { m.settle(began) })
}

func (m *instance) prepare() (err error) {
	file, err := os.OpenFile(m.kind.LogFile(m.spec.InstanceID), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	m.log = &instanceLog{file: file}
	m.announce()
	if m.address, err = m.kind.addresses.take(m.life); err != nil {
		return err
	}
	if err := os.MkdirAll(m.root, 0o700); err != nil {
		return err
	}
	if image, fromImage := m.spec.Image.(Image); fromImage {
		return unpack(m.kind.imagePath(image), m.root)
	}
	return nil
}

// environment returns the variables that describe the machine to scripts and services.
func (m *instance) environment() []string {
	return []string{
		"HOST=" + m.address.host, "PORT=" + strconv.Itoa(m.address.port),
		"INSTANCE_ID=" + m.spec.InstanceID, "ZONE=" + m.spec.Zone,
	}
}

// RoundTrip implements machine.Machine: it sends a request to the instance's service. A health
// check, whose Host is the instance, gets the target's address and port there, as on AWS.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html#target-not-inservice
func (m *instance) RoundTrip(request *http.Request) (*http.Response, error) {
	select {
	case <-m.booted:
	default:
		return nil, errors.New("the instance " + m.spec.InstanceID + " is booting")
	}
	there := request.Clone(request.Context())
	there.URL.Scheme, there.URL.Host = "http", m.address.String()
	if there.Host == m.spec.InstanceID {
		there.Host = there.URL.Host
	}
	return m.kind.services.RoundTrip(there)
}

// Stop implements machine.Machine: services get time to drain.
func (m *instance) Stop() {
	m.kind.running.Go(func() { m.finish(m.stopServices) })
}

// Kill implements machine.Machine.
func (m *instance) Kill() {
	m.kind.running.Go(func() { m.finish(m.killServices) })
}

// maxShutdown limits how long services may delay the end of an instance, whatever their units say.
// EC2 has such a limit for a reboot:
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RebootInstances.html
const maxShutdown = 4 * time.Minute

func (m *instance) finish(endServices func()) {
	m.end()
	late := time.AfterFunc(m.kind.shutdown, m.killServices)
	endServices()
	late.Stop()
	m.ending.Do(func() {
		<-m.booted
		m.killServices()
		if err := os.RemoveAll(m.root); err != nil {
			m.kind.options.Log.Error("an instance's folder stays on the disk", "folder", m.root, "reason", err)
		}
		if m.log != nil {
			_ = m.log.file.Close() // the log is complete or lost
		}
		m.kind.forget(m.spec.InstanceID)
		m.host.Stopped(m.spec.InstanceID)
	})
}
