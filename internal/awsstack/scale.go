package awsstack

import (
	"context"

	"photogallery/internal/environment"
)

// Scale changes the sizes of the fleet that serves. Its errors are environment.Scaler.Scale's.
func (s *Stack) Scale(ctx context.Context, sizes environment.Sizes) (environment.Scaled, error) {
	reader, err := s.reader()
	if err != nil {
		return environment.Scaled{}, err
	}
	return environment.Scaler{Reader: reader, ReleaseMachine: s.ReleaseMachine}.Scale(ctx, sizes)
}
