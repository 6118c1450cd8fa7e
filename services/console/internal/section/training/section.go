// Package training is the pages of training: an officer's courses and classes, and what a
// worker learns and has certificates of.
package training

import (
	"embed"

	"github.com/qiao-platform/qiao/proto/contract"
	trainingv1 "github.com/qiao-platform/qiao/proto/gen/training/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
)

//go:embed templates locales
var files embed.FS

// cases is what an officer handles them for.
var cases = frame.Purpose{Code: "case_handling", LegalBasis: "PIPL 13(3)"}

type pages struct{ training trainingv1.TrainingClient }

// New returns the section.
func New(c contract.Caller) frame.Section {
	s := &pages{trainingv1.TrainingClient{Caller: c, Target: "training"}}
	return frame.Section{
		Name: "training", Department: "hrss", Files: files, Holds: s.holds,
		Chapters: []frame.Chapter{
			{At: "/workers/{ref}/courses", Pages: []string{"mine"}, Binds: true},
		},
		Life:    map[string]string{"training.enrolment": "/courses", "training.certificate": "/courses", "training.safety": "/courses"},
		Tones:   frame.Tones{Good: []string{"completed"}, Due: []string{"due", "offered"}, Bad: []string{"failed"}},
		Menu:    []frame.Link{{Name: "training", Path: "/training", Text: "nav.training"}},
		Tabs:    []frame.Link{{Name: "courses", Path: "/courses", Text: "worker.tab.courses", Helped: true}},
		Counter: []frame.Offer{{Name: "courses", Path: "/workers/{ref}/courses", Text: "training.counter", Method: "training.Enrol", Papers: []string{"school_leaving"}}},
		Pages: map[string]frame.Handler{
			"GET /training":                         s.courses,
			"GET /training/new":                     s.newCourse,
			"POST /training":                        s.publish,
			"GET /training/courses/{course}":        s.course,
			"POST /training/courses/{course}/{act}": s.act,
			"GET /workers/{ref}/courses":            s.mine,
			"POST /workers/{ref}/courses/{act}":     s.answer,
		},
	}
}

// holdings is what the department has of a worker.
type holdings struct {
	*trainingv1.ListEnrolmentsResponse
	Ref string
	Err error
}

func (s *pages) holds(v *frame.Visit) any {
	reply, err := s.training.ListEnrolments(v.As(frame.OwnRecord), &trainingv1.ListEnrolmentsRequest{Worker: v.Path("ref")})
	return holdings{reply, v.Path("ref"), err}
}
