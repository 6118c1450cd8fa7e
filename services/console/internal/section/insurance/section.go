// Package insurance is what a worker is insured for, on the page of what departments hold.
package insurance

import (
	"embed"

	"github.com/qiao-platform/qiao/proto/contract"
	insurancev1 "github.com/qiao-platform/qiao/proto/gen/insurance/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
)

//go:embed templates locales
var files embed.FS

type pages struct{ insurance insurancev1.InsuranceClient }

// New returns the section.
func New(c contract.Caller) frame.Section {
	s := &pages{insurancev1.InsuranceClient{Caller: c, Target: "insurance"}}
	return frame.Section{
		Name: "insurance", Files: files, Holds: s.holds,
		Tones: frame.Tones{Good: []string{"active", "fulfilled"}, Due: []string{"open"}, Bad: []string{"overdue"}},
	}
}

// holdings is what the department has of a worker.
type holdings struct {
	*insurancev1.ListCoverResponse
	Err error
}

func (s *pages) holds(v *frame.Visit) any {
	reply, err := s.insurance.ListCover(v.As(frame.OwnRecord), &insurancev1.ListCoverRequest{Worker: v.Path("ref")})
	return holdings{reply, err}
}
