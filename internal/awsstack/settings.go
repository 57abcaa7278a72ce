package awsstack

import (
	"context"

	"photogallery/internal/environment"
)

// Settings returns the configured settings of the app, without the values of secrets.
func (s *Stack) Settings(ctx context.Context) (environment.Settings, error) {
	configurer, err := s.configurer()
	if err != nil {
		return environment.Settings{}, err
	}
	return configurer.Settings(ctx)
}

// Configure changes the settings that the next release takes.
func (s *Stack) Configure(ctx context.Context, change environment.SettingsChange) (environment.Configured, error) {
	configurer, err := s.configurer()
	if err != nil {
		return environment.Configured{}, err
	}
	return configurer.Configure(ctx, change)
}

func (s *Stack) configurer() (environment.Configurer, error) {
	reader, err := s.reader()
	if err != nil {
		return environment.Configurer{}, err
	}
	bucket, err := s.output(photoBucketOutput)
	return environment.Configurer{Reader: reader, Bucket: bucket, Key: s.outputs[settingsKeyOutput]}, err
}
