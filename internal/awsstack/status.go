package awsstack

import (
	"context"

	"photogallery/internal/environment"
	"photogallery/release"
)

// reader returns an error for a stack without the output for its table.
func (s *Stack) reader() (environment.Reader, error) {
	table, err := s.output(tableOutput)
	return environment.Reader{Clients: s.clients, Environment: s.Environment, Table: table, TeardownMachine: s.TeardownMachine, BaseImageParameter: release.BaseImageParameter(s.Architecture), Lab: s.outputs[labOutput] != ""}, err
}

// Status returns the present status of the stack. It joins the errors of its calls.
func (s *Stack) Status(ctx context.Context) (environment.Status, error) {
	reader, err := s.reader()
	if err != nil {
		return environment.Status{}, err
	}
	status, err := reader.Read(ctx)
	status.Stack, status.Region, status.Console, status.ReleaseMachine = s.Name, s.Region, s.Dashboard, s.ReleaseMachine
	status.FrontDoor = s.outputs[frontDoorOutput]
	if domain := s.outputs[galleryOutput]; domain != "" && status.Gallery != "" {
		status.Gallery = domain
	}
	return status, err
}

// Gallery returns the URL of the home page, with the domain if the stack has one, or "" if there is
// no load balancer.
func (s *Stack) Gallery(ctx context.Context) (string, error) {
	_, url, err := environment.Reader{Clients: s.clients, Environment: s.Environment}.Entrance(ctx)
	if domain := s.outputs[galleryOutput]; domain != "" && url != "" {
		return domain, err
	}
	return url, err
}

// Images returns the images of releases, newest first. The size is that of the snapshots' blocks,
// which is AWS's maximum charge.
func (s *Stack) Images(ctx context.Context) ([]environment.Image, error) {
	reader, err := s.reader()
	if err != nil {
		return nil, err
	}
	return reader.Images(ctx)
}

// History returns what happened in the environment, newest first.
func (s *Stack) History(ctx context.Context) ([]environment.Past, error) {
	reader, err := s.reader()
	if err != nil {
		return nil, err
	}
	return reader.History(ctx)
}

// SBOM returns the software bill of materials of an image. Its errors are environment.Reader.SBOM's.
func (s *Stack) SBOM(ctx context.Context, image string) ([]byte, error) {
	reader, err := s.reader()
	if err != nil {
		return nil, err
	}
	if reader.Bucket, err = s.output(bundleBucketOutput); err != nil {
		return nil, err
	}
	return reader.SBOM(ctx, image)
}

// Schedules returns the enabled schedules: the stack's own, and that of a ttl.
func (s *Stack) Schedules(ctx context.Context) ([]environment.Schedule, error) {
	return environment.Reader{Clients: s.clients, Environment: s.Environment, TeardownMachine: s.TeardownMachine}.Schedules(ctx)
}
