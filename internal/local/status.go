package local

import (
	"context"
	"slices"

	"photogallery/internal/environment"
	"photogallery/internal/localcloud/scheduler"
)

func (l *Local) reader() environment.Reader {
	return environment.Reader{
		Clients: l.stack.Clients, Environment: Environment, Table: l.stack.Settings.Table, TeardownMachine: l.stack.Settings.TeardownMachine,
		BaseImageParameter: l.stack.Settings.BaseImageParameter, Bucket: l.stack.Settings.Bucket,
	}
}

// Status returns the present status of the cloud, with details that AWS does not have. It omits
// what cannot be read, as while the cloud is closing.
func (l *Local) Status() environment.Status {
	ctx := context.Background()
	s, _ := l.reader().Read(ctx)
	s.Version, s.PID, s.Started, s.Pace, s.Data = l.options.Version, l.endpoint.PID, l.started, l.options.Pace, l.options.Data
	s.Gallery, s.Console, s.ReleaseMachine = l.endpoint.Gallery, l.endpoint.Console, l.stack.Settings.ReleaseMachine
	l.addMachines(s.Instances)
	l.addNext(s.Schedules)
	described := l.describeAlarms()
	l.addCrossed(s.Alarms)
	l.addVisits(&s, described)
	l.addValues(s.Activities, s.Alarms, metrics(described))
	return s
}

func (l *Local) addMachines(instances []environment.Instance) {
	l.stack.Cloud.Fabric.Do(func() {
		living := l.stack.Cloud.EC2.Instances()
		for i := range instances {
			shown := &instances[i]
			shown.Address = l.machines.Address(shown.ID)
			for _, one := range living {
				if one.ID == shown.ID && one.Machine != nil {
					shown.CPU = new(one.Machine.CPU())
				}
			}
		}
	})
}

func (l *Local) addNext(schedules []environment.Schedule) {
	l.stack.Cloud.Fabric.Do(func() {
		armed := l.stack.Cloud.Scheduler.Schedules()
		for i := range schedules {
			at := slices.IndexFunc(armed, func(s scheduler.Schedule) bool { return s.Name == schedules[i].Name })
			if at >= 0 {
				schedules[i].Next = armed[at].Next
			}
		}
	})
}

// Images returns the images of releases, newest first.
func (l *Local) Images() []environment.Image {
	images, _ := l.reader().Images(context.Background()) // empty while the cloud is closing
	return images
}

// History returns what happened in the environment, newest first, also before this process began.
func (l *Local) History(ctx context.Context) ([]environment.Past, error) {
	return l.reader().History(ctx)
}

// SBOM returns the software bill of materials of an image. Its errors are environment.Reader.SBOM's.
func (l *Local) SBOM(ctx context.Context, image string) ([]byte, error) {
	return l.reader().SBOM(ctx, image)
}
