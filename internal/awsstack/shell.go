package awsstack

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"photogallery/lambdas/inventory"
	"photogallery/release"
)

// ShellArguments returns the arguments of the aws command that open a shell on an instance through
// the stack's EC2 Instance Connect Endpoint. The error is NotFound for an instance that does not
// run in the environment's fleet, and NothingUp for a stack without the endpoint.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/connect-with-ec2-instance-connect-endpoint.html
func (s *Stack) ShellArguments(ctx context.Context, id string) ([]string, error) {
	if err := checkInstance(id); err != nil {
		return nil, err
	}
	if s.outputs[endpointOutput] == "" {
		return nil, release.Errorf(release.NothingUp, "stack %s has no EC2 Instance Connect Endpoint, without which nothing reaches its instances: deploy it with `npx cdk deploy -c instanceConnect=on`", s.Name)
	}
	living, err := s.living(ctx)
	if err != nil {
		return nil, err
	}
	var running []string
	for _, i := range living {
		if i.State.Name == types.InstanceStateNameRunning && inventory.Tag(i.Tags, release.TagRole) == release.RoleFleet {
			running = append(running, aws.ToString(i.InstanceId))
		}
	}
	// A builder accepts no connections.
	if err := among(running, id, "no instance %q of the fleet runs"); err != nil {
		return nil, err
	}
	return []string{
		"ec2-instance-connect", "ssh", "--instance-id", id, "--connection-type", "eice", "--region", s.Region,
	}, nil
}
