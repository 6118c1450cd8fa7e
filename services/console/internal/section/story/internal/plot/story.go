// Package plot tells the demonstration's story: one invented worker's papers
// and counters, and how they fall away while the departments tell each other
// what happened. It acts through the same contracts as everybody, and shows
// only what the services answer; it keeps the numbers it needs to ask them.
package plot

import (
	"context"
	"sync"
	"time"

	educationv1 "github.com/qiao-platform/qiao/proto/gen/education/v1"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	housingv1 "github.com/qiao-platform/qiao/proto/gen/housing/v1"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
	insurancev1 "github.com/qiao-platform/qiao/proto/gen/insurance/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	trainingv1 "github.com/qiao-platform/qiao/proto/gen/training/v1"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/proto/contract"
)

// limit is how many stories are remembered; the oldest is forgotten first.
const limit = 200

// Errors of this package.
var (
	ErrUnknown = errs.New(errs.NotFound, "console.story_unknown", "This story is no longer remembered; begin a new one.")
	ErrOrder   = errs.New(errs.Conflict, "console.story_order", "Another step comes first.")
)

// Step is one button of the story.
type Step string

// The steps in their order. Untick and its undoing, Tick, name a kind of fact.
const (
	Register Step = "register"
	Consent  Step = "consent"
	Apply    Step = "apply"
	Offer    Step = "offer"
	Accept   Step = "accept"
	Insure   Step = "insure"
	Untick   Step = "untick"
	Decide   Step = "decide"
	End      Step = "end"
	Tick     Step = "tick"
)

// Steps lists the steps in their order, the end last.
func Steps() []Step {
	return []Step{Register, Consent, Apply, Offer, Accept, Insure, Untick, Decide, End}
}

// Stories remembers the stories that are being told. Several visitors may tell
// stories at once; each has a worker, an employer's vacancy and applications of its own.
type Stories struct {
	registry   registryv1.RegistryClient
	employment employmentv1.EmploymentClient
	training   trainingv1.TrainingClient
	insurance  insurancev1.InsuranceClient
	education  educationv1.EducationClient
	housing    housingv1.HousingClient
	players    identityv1.PlayClient

	clock clock.Clock
	mu    sync.Mutex
	byID  map[string]*told
	order []string
}

// told is one story: who it is about and the numbers to ask the services with.
type told struct {
	mu     sync.Mutex // a step runs alone, so that two clicks are one
	id     string
	person person
	done   map[Step]bool
	acted  time.Time // of the last step

	worker, child       string
	employer, vacancy   string
	school, home        string
	jobApp, offer, hire string
	schoolApp, homeApp  string
	grants              map[string]string // by recipient and kind; "" after a withdrawal
	outcome             string
}

// New returns an empty memory of stories. c signs for whom a story plays.
func New(c contract.Caller, now clock.Clock) *Stories {
	return &Stories{
		registry: registryv1.RegistryClient{Caller: c, Target: "registry"}, employment: employmentv1.EmploymentClient{Caller: c, Target: "employment"},
		training: trainingv1.TrainingClient{Caller: c, Target: "training"}, insurance: insurancev1.InsuranceClient{Caller: c, Target: "insurance"},
		education: educationv1.EducationClient{Caller: c, Target: "education"}, housing: housingv1.HousingClient{Caller: c, Target: "housing"}, players: identityv1.PlayClient{Caller: c, Target: "identity"},
		clock: now, byID: map[string]*told{},
	}
}

// Begin starts the story of an id and returns it; the same id starts one.
func (s *Stories) Begin(id string) string {
	p := newPerson(id, clock.Today(s.clock))
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byID[id] != nil {
		return id
	}
	s.byID[id] = &told{id: id, person: p, done: map[Step]bool{}, grants: map[string]string{}}
	s.order = append(s.order, id)
	if len(s.order) > limit {
		delete(s.byID, s.order[0])
		s.order = s.order[1:]
	}
	return id
}

func (s *Stories) get(id string) (*told, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, ok := s.byID[id]
	if !ok {
		return nil, ErrUnknown
	}
	return t, nil
}

// next is the first step that has not been done.
func (t *told) next() Step {
	for _, s := range Steps() {
		if !t.done[s] {
			return s
		}
	}
	return End
}

// Do takes a step. A step that was done already changes nothing; one whose turn
// has not come is refused. kind is the fact of Untick and Tick.
func (s *Stories) Do(ctx context.Context, id string, step Step, kind string) error {
	t, err := s.get(id)
	if err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.done[step] && step != Untick {
		return nil
	}
	switch {
	case step == Untick, step == Tick:
		if !t.done[Accept] {
			return ErrOrder
		}
	case step != t.next():
		return ErrOrder
	}
	do := map[Step]func(context.Context, *told) error{
		Register: s.register, Consent: s.consent, Apply: s.apply, Offer: s.makeOffer, Accept: s.accept, Insure: s.insure, Decide: s.decide,
		Untick: func(ctx context.Context, t *told) error { return s.untick(ctx, t, kind) },
		Tick:   func(ctx context.Context, t *told) error { return s.tick(ctx, t, kind) },
	}[step]
	if do == nil {
		return ErrOrder
	}
	if err := do(ctx, t); err != nil {
		return err
	}
	t.acted = s.clock.Now()
	if step != Tick {
		t.done[step] = true
	}
	return nil
}
