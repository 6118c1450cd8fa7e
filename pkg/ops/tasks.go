package ops

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/sqldb"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
)

// ListGivenUpTasks gives the tasks that were given up, without what they were about.
func (s *Server) ListGivenUpTasks(ctx context.Context, req *platformv1.ListGivenUpTasksRequest) (*platformv1.ListGivenUpTasksResponse, error) {
	all, total, err := s.Tasks.GivenUp(ctx, min(max(int(req.GetLimit()), 1), 1000))
	if err != nil {
		return nil, err
	}
	out := &platformv1.ListGivenUpTasksResponse{Total: total}
	for _, g := range all {
		out.Tasks = append(out.Tasks, &platformv1.GivenUpTask{
			Id: g.ID, Kind: g.Kind, Code: g.Code, Text: g.Text, Attempts: int32(g.Attempts),
			FailingSince: sqldb.Micros(g.FailingSince), GivenUpAt: sqldb.Micros(g.At),
		})
	}
	return out, nil
}

// RetryTasks begins tasks again that were given up.
func (s *Server) RetryTasks(ctx context.Context, req *platformv1.RetryTasksRequest) (*platformv1.RetryTasksResponse, error) {
	n, err := s.Tasks.Retry(ctx, req.GetId())
	if err != nil {
		return nil, err
	}
	s.Scope.Log.WarnContext(ctx, "an officer began tasks again that were given up", "tasks", n)
	return &platformv1.RetryTasksResponse{Retried: n}, nil
}
