// Package education is the pages of school places: the bureau's, the family's
// and the public one of a draw.
package education

import (
	"embed"

	"github.com/qiao-platform/qiao/proto/contract"
	educationv1 "github.com/qiao-platform/qiao/proto/gen/education/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
)

//go:embed templates locales static
var files embed.FS

// school is what an officer of the bureau works for.
var school = frame.Purpose{Code: "school_place", LegalBasis: "义务教育法 12"}

type pages struct {
	education educationv1.EducationClient
	guardians educationv1.GuardiansClient
	registry  registryv1.RegistryClient
	children  registryv1.GuardiansClient
}

// New returns the section.
func New(c contract.Caller) frame.Section {
	s := &pages{
		education: educationv1.EducationClient{Caller: c, Target: "education"},
		guardians: educationv1.GuardiansClient{Caller: c, Target: "education"},
		registry:  registryv1.RegistryClient{Caller: c, Target: "registry"},
		children:  registryv1.GuardiansClient{Caller: c, Target: "registry"},
	}
	return frame.Section{
		Name: "education", Department: "edu", Files: files,
		Chapters: []frame.Chapter{
			{At: "/workers/{ref}/school", Pages: []string{"family", "apply", "exam", "outcome"}, Binds: true},
		},
		Life: map[string]string{
			"education.application": "/school/{id}", "education.task": "/school/{within}", "education.appeal": "/school/{within}#appeal", "education.grant": "/school/{id}#grant",
			"education.disagreement": "/school/{within}", "education.other": "/school#others",
		},
		Tones: frame.Tones{Good: []string{"accepted", "granted", "drawn", "confirmed"}, Due: []string{"offered", "open", "planned", "committed", "asked"}, Bad: []string{"refused", "overdue"}},
		Menu:  []frame.Link{{Name: "education", Path: "/education", Text: "nav.education"}},
		Tabs:  []frame.Link{{Name: "school", Path: "/school", Text: "edu.tab", Helped: true}},
		Holds: s.holds,
		Counter: []frame.Offer{
			{Name: "school", Path: "/workers/{ref}/school/apply", Text: "edu.counter", Method: "education.ApplyForPlace", Papers: []string{"household_register", "residence_permit", "birth_certificate", "school_record", "vaccination"}},
			{Name: "outcome", Path: "/workers/{ref}/school", Text: "edu.counter.outcome", Method: "education.ListApplications"},
		},
		Pages: map[string]frame.Handler{
			"GET /education":                                 s.eduRounds,
			"POST /education/rounds":                         frame.Asking(school, s.eduPlan),
			"GET /education/rounds/{id}":                     s.eduRound,
			"POST /education/rounds/{id}/{act}":              frame.Asking(school, s.eduAct),
			"GET /education/tasks":                           s.eduTasks,
			"POST /education/tasks/{id}":                     frame.Asking(school, s.eduOfferWay),
			"GET /education/appeals":                         s.eduAppeals,
			"POST /education/appeals/{id}":                   frame.Asking(school, s.eduDecide),
			"GET /education/disagreements":                   s.eduDisagreements,
			"POST /education/disagreements/{id}/{act}":       frame.Asking(school, s.eduDisagreement),
			"GET /education/papers":                          s.eduPapers,
			"POST /education/papers":                         frame.Asking(school, s.eduPaper),
			"GET /education/grants":                          s.eduGrants,
			"POST /education/grants/{application}":           frame.Asking(school, s.eduGrant),
			"GET /draws/{id}":                                s.draw,
			"GET /draws/{id}/bundle":                         s.bundle,
			"GET /workers/{ref}/school":                      s.family,
			"GET /workers/{ref}/school/apply":                s.applyForm,
			"POST /workers/{ref}/school/apply":               s.apply,
			"POST /workers/{ref}/school/disagree":            s.disagree,
			"GET /workers/{ref}/school/exam":                 s.examForm,
			"POST /workers/{ref}/school/exam":                s.exam,
			"GET /workers/{ref}/school/{application}":        s.outcome,
			"POST /workers/{ref}/school/{application}/{act}": s.familyAct,
		},
	}
}
