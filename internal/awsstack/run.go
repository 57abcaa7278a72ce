package awsstack

import (
	"context"

	"photogallery/release"
)

// StoreCommand stores the command of a run in the stack's bucket.
func (s *Stack) StoreCommand(ctx context.Context, name string, script []byte) error {
	configurer, err := s.configurer()
	if err != nil {
		return err
	}
	return configurer.StoreCommand(ctx, name, script)
}

// TakeRun returns how a run's command ended, and deletes what the bucket has of it.
func (s *Stack) TakeRun(ctx context.Context, name string) (release.RunResult, error) {
	configurer, err := s.configurer()
	if err != nil {
		return release.RunResult{}, err
	}
	return configurer.TakeRun(ctx, name)
}
