// Package employment is the pages of the employment department: vacancies, jobs,
// applicants, and texts before a clerk.
package employment

import (
	"embed"

	"github.com/qiao-platform/qiao/proto/contract"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	trainingv1 "github.com/qiao-platform/qiao/proto/gen/training/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
)

//go:embed templates locales static
var files embed.FS

// cases is what an officer handles them for.
var cases = frame.Purpose{Code: "case_handling", LegalBasis: "PIPL 13(3)"}

type pages struct {
	employment employmentv1.EmploymentClient
	training   trainingv1.TrainingClient
	life       platformv1.LifeClient
}

// New returns the section.
func New(c contract.Caller) frame.Section {
	s := &pages{
		employment: employmentv1.EmploymentClient{Caller: c, Target: "employment"},
		training:   trainingv1.TrainingClient{Caller: c, Target: "training"},
		life:       platformv1.LifeClient{Caller: c, Target: "employment"},
	}
	return frame.Section{
		Name: "employment", Department: "hrss", Files: files, Funcs: funcs,
		Chapters: []frame.Chapter{
			{At: "/workers/{ref}/jobs", Pages: []string{"jobs"}, Binds: true},
			{At: "/workers/{ref}/jobs/{vacancy}", Pages: []string{"job"}},
			{At: "/workers/{ref}/hires", Pages: []string{"hires"}, Binds: true},
		},
		Life:  map[string]string{"employment.application": "/jobs#a-{id}", "employment.hire": "/hires#h-{id}", "employment.wishes": "/wishes"},
		Tones: frame.Tones{Good: []string{"accepted", "active", "running", "registered", "confirmed"}, Due: []string{"offered", "made", "open", "employer_says", "end_stated", "disputed"}, Bad: []string{"refused"}},
		Menu:  []frame.Link{{Name: "employment", Path: "/employment", Text: "nav.employment"}},
		Desk: []frame.Link{
			{Name: "vacancies", Path: "/employment", Text: "employment.tab.vacancies"}, {Name: "reviews", Path: "/employment/reviews", Text: "employment.tab.reviews"},
			{Name: "need", Path: "/employment/need", Text: "employment.tab.need"},
		},
		Tabs: []frame.Link{{Name: "jobs", Path: "/jobs", Text: "jobs.title", Helped: true, Unseen: true}},
		Counter: []frame.Offer{
			{Name: "wishes", Path: "/workers/{ref}/wishes", Text: "employment.counter.wishes", Method: "employment.SetProfile"},
			{Name: "jobs", Path: "/workers/{ref}/jobs", Text: "employment.counter.jobs", Method: "employment.Apply", Papers: []string{"skill_certificate", "health_certificate"}},
		},
		Holds: s.holds,
		Pages: map[string]frame.Handler{
			"GET /employment":                                s.vacancies,
			"GET /employment/vacancies/{vacancy}":            s.vacancy,
			"GET /employment/reviews":                        s.reviews,
			"GET /employment/reviews/{review}":               s.review,
			"POST /employment/reviews/{review}":              s.decideReview,
			"GET /employment/need":                           s.seasonalNeed,
			"GET /workers/{ref}/jobs":                        s.jobs,
			"GET /workers/{ref}/jobs/{vacancy}":              s.job,
			"POST /workers/{ref}/jobs/{vacancy}/apply":       s.applyForJob,
			"POST /workers/{ref}/jobs/answer":                s.answerEmployer,
			"GET /workers/{ref}/hires":                       s.hires,
			"POST /workers/{ref}/hires/{act}":                s.answerHire,
			"GET /workers/{ref}/wishes":                      s.wishes,
			"POST /workers/{ref}/wishes":                     s.saveWishes,
			"GET /employers/{id}":                            s.employer,
			"GET /employers/{id}/post":                       s.postForm,
			"POST /employers/{id}/post":                      s.post,
			"GET /employers/{id}/vacancies/{vacancy}":        s.applicants,
			"POST /employers/{id}/vacancies/{vacancy}/close": s.closeVacancy,
			"POST /employers/{id}/invite":                    s.invite,
			"GET /employers/{id}/need":                       s.needForm,
			"POST /employers/{id}/need":                      s.reportNeed,
		},
	}
}
