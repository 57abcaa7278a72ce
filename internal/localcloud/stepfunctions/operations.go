package stepfunctions

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"photogallery/internal/asl"
	"photogallery/internal/localcloud/fabric"
)

func (s *Service) register() {
	fabric.Handle(s.fabric, sfn.ServiceID, "ListStateMachines", s.listStateMachines)
	fabric.Handle(s.fabric, sfn.ServiceID, "DescribeStateMachine", s.describeStateMachine)
	fabric.Handle(s.fabric, sfn.ServiceID, "StartExecution", s.startExecution)
	fabric.Handle(s.fabric, sfn.ServiceID, "StopExecution", s.stopExecution)
	fabric.Handle(s.fabric, sfn.ServiceID, "DescribeExecution", s.describeExecution)
	fabric.Handle(s.fabric, sfn.ServiceID, "ListExecutions", s.listExecutions)
	fabric.Handle(s.fabric, sfn.ServiceID, "GetExecutionHistory", s.getExecutionHistory)
	fabric.Handle(s.fabric, sfn.ServiceID, "SendTaskSuccess", s.sendTaskSuccess)
	fabric.Handle(s.fabric, sfn.ServiceID, "SendTaskFailure", s.sendTaskFailure)
}

func (s *Service) listStateMachines(in *sfn.ListStateMachinesInput) (*sfn.ListStateMachinesOutput, error) {
	part, next, err := page(s.machines, in.NextToken, in.MaxResults, func(m *machine) string { return m.name }, func(*machine) bool { return true })
	if err != nil {
		return nil, err
	}
	out := &sfn.ListStateMachinesOutput{NextToken: next, StateMachines: []types.StateMachineListItem{}}
	for _, m := range part {
		out.StateMachines = append(out.StateMachines, types.StateMachineListItem{
			StateMachineArn: &m.arn, Name: &m.name, Type: types.StateMachineTypeStandard, CreationDate: &m.created,
		})
	}
	return out, nil
}

func (s *Service) describeStateMachine(in *sfn.DescribeStateMachineInput) (*sfn.DescribeStateMachineOutput, error) {
	m, err := s.machine(aws.ToString(in.StateMachineArn))
	if err != nil {
		return nil, err
	}
	return &sfn.DescribeStateMachineOutput{
		StateMachineArn: &m.arn, Name: &m.name, Status: types.StateMachineStatusActive, Type: types.StateMachineTypeStandard,
		Definition: &m.definition, RoleArn: m.role(), CreationDate: &m.created,
	}, nil
}

func (s *Service) startExecution(in *sfn.StartExecutionInput) (*sfn.StartExecutionOutput, error) {
	if in.Name != nil && *in.Name == "" {
		return nil, fabric.Errorf("InvalidName", "Invalid Name: '': give it 1 to 80 characters, or leave it out")
	}
	if in.Input != nil && *in.Input == "" {
		return nil, fabric.Errorf("InvalidExecutionInput", "Invalid State Machine Execution Input: it is empty: give it JSON, or leave it out")
	}
	arn, err := s.Start(aws.ToString(in.StateMachineArn), aws.ToString(in.Name), aws.ToString(in.Input))
	if err != nil {
		return nil, err
	}
	_, e, err := s.execution(arn)
	if err != nil {
		return nil, err
	}
	return &sfn.StartExecutionOutput{ExecutionArn: &arn, StartDate: aws.Time(e.Snapshot().StartDate)}, nil
}

func (s *Service) stopExecution(in *sfn.StopExecutionInput) (*sfn.StopExecutionOutput, error) {
	_, e, err := s.execution(aws.ToString(in.ExecutionArn))
	if err != nil {
		return nil, err
	}
	e.Stop(aws.ToString(in.Error), aws.ToString(in.Cause))
	return &sfn.StopExecutionOutput{StopDate: aws.Time(e.Snapshot().StopDate)}, nil
}

func (s *Service) describeExecution(in *sfn.DescribeExecutionInput) (*sfn.DescribeExecutionOutput, error) {
	m, e, err := s.execution(aws.ToString(in.ExecutionArn))
	if err != nil {
		return nil, err
	}
	now := e.Snapshot()
	out := &sfn.DescribeExecutionOutput{
		ExecutionArn: &now.ARN, StateMachineArn: &m.arn, Name: &now.Name, Status: types.ExecutionStatus(now.Status),
		StartDate: &now.StartDate, StopDate: ended(now.StopDate), Error: given(now.Error), Cause: given(now.Cause),
	}
	included := in.IncludedData != types.IncludedDataMetadataOnly
	out.InputDetails = &types.CloudWatchEventsExecutionDataDetails{Included: included}
	if included {
		out.Input, out.Output = &now.Input, given(now.Output)
	}
	if now.Status == asl.StatusSucceeded {
		out.OutputDetails = out.InputDetails
	}
	return out, nil
}

func (s *Service) listExecutions(in *sfn.ListExecutionsInput) (*sfn.ListExecutionsOutput, error) {
	if known := in.StatusFilter.Values(); in.StatusFilter != "" && !slices.Contains(known, in.StatusFilter) {
		return nil, fabric.Errorf("ValidationException", "Value '%s' at 'statusFilter' failed to satisfy constraint: Member must satisfy enum value set: %v", in.StatusFilter, known)
	}
	m, err := s.machine(aws.ToString(in.StateMachineArn))
	if err != nil {
		return nil, err
	}
	var all []Snapshot
	for _, e := range m.Executions() {
		all = append(all, e.Snapshot())
	}
	wanted := func(now Snapshot) bool { return in.StatusFilter == "" || string(in.StatusFilter) == string(now.Status) }
	part, next, err := page(all, in.NextToken, in.MaxResults, func(now Snapshot) string { return now.Name }, wanted)
	if err != nil {
		return nil, err
	}
	out := &sfn.ListExecutionsOutput{NextToken: next, Executions: []types.ExecutionListItem{}}
	for _, now := range part {
		out.Executions = append(out.Executions, types.ExecutionListItem{
			ExecutionArn: &now.ARN, StateMachineArn: &m.arn, Name: &now.Name, Status: types.ExecutionStatus(now.Status),
			StartDate: &now.StartDate, StopDate: ended(now.StopDate),
		})
	}
	return out, nil
}

func (s *Service) sendTaskSuccess(in *sfn.SendTaskSuccessInput) (*sfn.SendTaskSuccessOutput, error) {
	err := s.complete(func(m *machine) error {
		return m.SendTaskSuccess(aws.ToString(in.TaskToken), []byte(aws.ToString(in.Output)))
	})
	return &sfn.SendTaskSuccessOutput{}, err
}

func (s *Service) sendTaskFailure(in *sfn.SendTaskFailureInput) (*sfn.SendTaskFailureOutput, error) {
	err := s.complete(func(m *machine) error {
		return m.SendTaskFailure(aws.ToString(in.TaskToken), aws.ToString(in.Error), aws.ToString(in.Cause))
	})
	return &sfn.SendTaskFailureOutput{}, err
}

// complete offers a task token to each machine until one knows it, because a token does not name
// its machine.
func (s *Service) complete(send func(*machine) error) error {
	err := fabric.Errorf("TaskDoesNotExist", "Task does not exist: there is no state machine")
	for _, m := range s.machines {
		if err = send(m); !errors.Is(err, asl.ErrTaskDoesNotExist) {
			break
		}
	}
	return apiError(err)
}

var apiErrors = []error{
	asl.ErrExecutionAlreadyExists, asl.ErrInvalidExecutionInput, asl.ErrInvalidName, asl.ErrStateMachineDeleting,
	asl.ErrInvalidOutput, asl.ErrInvalidToken, asl.ErrTaskDoesNotExist, asl.ErrTaskTimedOut,
}

// apiError returns an error of the interpreter with AWS's code.
func apiError(err error) error {
	for _, known := range apiErrors {
		if errors.Is(err, known) {
			return fabric.Errorf(known.Error(), "%s", strings.TrimPrefix(err.Error(), known.Error()+": "))
		}
	}
	return err
}

func ended(at time.Time) *time.Time {
	if at.IsZero() {
		return nil
	}
	return &at
}
