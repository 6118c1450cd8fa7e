// Package training is what a worker learns and has certificates of, on the page of what
// departments hold.
package training

import (
	"embed"

	"github.com/qiao-platform/qiao/proto/contract"
	trainingv1 "github.com/qiao-platform/qiao/proto/gen/training/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
)

//go:embed templates locales
var files embed.FS

type pages struct{ training trainingv1.TrainingClient }

// New returns the section.
func New(c contract.Caller) frame.Section {
	s := &pages{trainingv1.TrainingClient{Caller: c, Target: "training"}}
	return frame.Section{
		Name: "training", Files: files, Holds: s.holds,
		Tones: frame.Tones{Good: []string{"completed"}, Due: []string{"due", "offered"}, Bad: []string{"failed"}},
	}
}

// holdings is what the department has of a worker.
type holdings struct {
	*trainingv1.ListEnrolmentsResponse
	Err error
}

func (s *pages) holds(v *frame.Visit) any {
	reply, err := s.training.ListEnrolments(v.As(frame.OwnRecord), &trainingv1.ListEnrolmentsRequest{Worker: v.Path("ref")})
	return holdings{reply, err}
}
