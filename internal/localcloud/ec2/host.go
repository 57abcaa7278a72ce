package ec2

import (
	"encoding/json"
	"time"
)

// host is a machine's view of the cloud.
type host struct{ service *Service }

func (h host) PutEvents(source, detailType string, detail json.RawMessage) {
	h.service.fabric.Do(func() { h.service.fabric.Publish(source, detailType, detail) })
}

func (h host) Stopped(instanceID string) {
	h.service.fabric.Do(func() {
		if i := h.service.find(instanceID); i != nil {
			h.service.stoppedByItself(i)
		}
	})
}

func (h host) After(onAWS time.Duration, what func()) (stop func()) {
	return h.service.fabric.After(onAWS, func() { h.service.fabric.Go(what) })
}
