package plot

import (
	"context"
	"sync"
	"time"

	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"

	educationv1 "github.com/qiao-platform/qiao/proto/gen/education/v1"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	housingv1 "github.com/qiao-platform/qiao/proto/gen/housing/v1"
	insurancev1 "github.com/qiao-platform/qiao/proto/gen/insurance/v1"
	trainingv1 "github.com/qiao-platform/qiao/proto/gen/training/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
)

// late is how long a page waits for reactions before it says that they are late.
const late = 20 * time.Second

// View is a story as its page shows it, read from the services.
type View struct {
	ID      string
	Name    Name
	Child   Name
	Worker  string
	Next    Step
	Done    map[Step]bool
	Waiting bool // reactions to the last step are still under way
	Late    bool

	Job      *employmentv1.Application
	Duty     *insurancev1.Duty
	Cover    *insurancev1.Cover
	Due      []*trainingv1.DueTraining
	School   *educationv1.Application
	Home     *housingv1.Application
	Outcome  string
	Facts    []Shared
	Papers   []Paper
	NotAsked int
	Errs     []error // of services that did not answer
}

// Shared is a fact on the school's form: the worker can untick it.
type Shared struct {
	Kind     string
	Granted  bool
	Evidence *educationv1.Evidence // nil while there is none
}

// View reads where a story stands.
func (s *Stories) View(ctx context.Context, id string) (*View, error) {
	t, err := s.get(id)
	if err != nil {
		return nil, err
	}
	t.mu.Lock()
	v := &View{ID: t.id, Name: t.person.Name, Child: t.person.Child, Worker: t.worker, Next: t.next(), Done: map[Step]bool{}, Outcome: t.outcome}
	for k, done := range t.done {
		v.Done[k] = done
	}
	grants := map[string]bool{}
	for k, g := range t.grants {
		grants[k] = g != ""
	}
	hire, schoolApp, homeApp, acted := t.hire, t.schoolApp, t.homeApp, t.acted
	t.mu.Unlock()

	if v.Worker != "" {
		s.read(worker(v.Worker).as(ctx, frame.OwnRecord), v, hire, schoolApp, homeApp)
	}
	for _, g := range shared {
		if g.recipient != "education" {
			continue
		}
		f := Shared{Kind: g.kind, Granted: grants["education "+g.kind]}
		for _, e := range v.School.GetEvidence() {
			if e.GetKind() == g.kind {
				f.Evidence = e
			}
		}
		v.Facts = append(v.Facts, f)
	}
	v.Papers = papers(v)
	for _, p := range v.Papers {
		if p.Gone {
			v.NotAsked++
		}
	}
	if v.unsettled() {
		v.Waiting = s.clock.Now().Sub(acted) < late
		v.Late = !v.Waiting
	}
	return v, nil
}

// read asks every service at once.
func (s *Stories) read(ctx context.Context, v *View, hire, schoolApp, homeApp string) {
	var wg sync.WaitGroup
	var mu sync.Mutex
	ask := func(f func() error) {
		wg.Go(func() {
			if err := f(); err != nil {
				mu.Lock()
				v.Errs = append(v.Errs, err)
				mu.Unlock()
			}
		})
	}
	ask(func() error {
		r, err := s.employment.ListApplications(ctx, &employmentv1.ListApplicationsRequest{Worker: v.Worker})
		if all := r.GetApplications(); len(all) > 0 {
			v.Job = all[0]
		}
		return err
	})
	if hire != "" {
		ask(func() error {
			r, err := s.insurance.ListCover(ctx, &insurancev1.ListCoverRequest{Worker: v.Worker})
			for _, d := range r.GetDuties() {
				if d.GetHireId() == hire {
					v.Duty = d
				}
			}
			for _, c := range r.GetCovers() {
				if c.GetHireId() == hire {
					v.Cover = c
				}
			}
			return err
		})
		ask(func() error {
			r, err := s.training.ListEnrolments(ctx, &trainingv1.ListEnrolmentsRequest{Worker: v.Worker})
			v.Due = r.GetDue()
			return err
		})
	}
	if schoolApp != "" {
		ask(func() error {
			r, err := s.education.GetApplication(ctx, &educationv1.GetApplicationRequest{ApplicationId: schoolApp})
			v.School = r.GetApplication()
			return err
		})
	}
	if homeApp != "" {
		ask(func() error {
			r, err := s.housing.GetApplication(ctx, &housingv1.GetApplicationRequest{ApplicationId: homeApp})
			v.Home = r.GetApplication()
			return err
		})
	}
	wg.Wait()
}

// Timeline reads the newest steps of a worker's timeline.
func (s *Stories) Timeline(ctx context.Context, ref string, limit int32) ([]*registryv1.TimelineEntry, error) {
	reply, err := s.registry.ListTimeline(worker(ref).as(ctx, frame.OwnRecord), &registryv1.ListTimelineRequest{Worker: ref, Limit: limit})
	return reply.GetEntries(), err
}

// unsettled reports whether a reaction to what was done is still to come.
func (v *View) unsettled() bool {
	if !v.Done[Accept] {
		return false
	}
	// The story's trade is hazardous, so that training's duty follows too.
	if v.Duty == nil || len(v.Due) == 0 || !v.homeHas("job") {
		return true
	}
	if v.Done[Insure] && (v.Cover == nil || !v.homeHas("insurance_months")) {
		return true
	}
	for _, f := range v.Facts {
		there := f.Evidence != nil
		expected := f.Granted && (f.Kind == "job" || f.Kind == "insurance_months" && v.Done[Insure])
		if f.Kind != "lease" && there != expected {
			return true
		}
	}
	return false
}

func (v *View) homeHas(kind string) bool {
	for _, e := range v.Home.GetEvidence() {
		if e.GetKind() == kind {
			return true
		}
	}
	return false
}

func (v *View) schoolHas(kind string) bool {
	for _, e := range v.School.GetEvidence() {
		if e.GetKind() == kind {
			return true
		}
	}
	return false
}

// Did reports whether a step was taken.
func (v *View) Did(step string) bool { return v.Done[Step(step)] }
