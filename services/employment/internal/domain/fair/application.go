package fair

import (
	"slices"
	"time"

	"github.com/qiao-platform/qiao/pkg/allocate"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// Wish is one line of a worker's list.
type Wish struct {
	VacancyID string
	Class     int // the employer's rank; 0 is not ranked
}

// Application is a worker's application to a fair. Its id is the
// application number that employers see.
type Application struct {
	ID          string
	FairID      string
	Worker      string
	Division    string // of the fair
	Withdrawn   bool
	Listed      bool // in the committed list
	Ticket      string
	Word        allocate.Word
	Wishes      []string // vacancies, most wanted first
	Outcome     Outcome
	ToldAt      time.Time // when word of the outcome is known to have arrived; zero until then
	SubmittedAt time.Time
	Version     int64
}

// Apply sends wishes, or others instead of those sent before; a is the
// zero value with its ids where there were none. posts are those of the fair.
func (a Application) Apply(f Fair, wishes []string, word allocate.Word, posts map[string]bool, r Rules, now time.Time) (Application, []domain.Event, error) {
	if err := f.TakesLists(clock.DateOf(now)); err != nil {
		return a, nil, err
	}
	if len(wishes) == 0 || len(wishes) > r.WishesMax {
		return a, nil, ErrWishes
	}
	for i, v := range wishes {
		if slices.Contains(wishes[:i], v) {
			return a, nil, ErrWishTwice
		}
		if !posts[v] {
			return a, nil, ErrWishUnknown
		}
	}
	a.Wishes, a.Word, a.Withdrawn, a.SubmittedAt = wishes, word, false, now
	return a, []domain.Event{domain.FairApplicationSubmitted{ApplicationID: a.ID, FairID: f.ID}}, nil
}

// Told records when word of the outcome arrived, once for each pass; it reports
// whether that was now. Word of an earlier pass that comes only after a later one is
// word of both: the page that it leads to shows the newest.
func (a Application) Told(at time.Time) (Application, bool) {
	if a.Outcome.Pass == 0 || !a.ToldAt.IsZero() {
		return a, false
	}
	a.ToldAt = at
	return a, true
}

// Withdraw takes the worker out of the fair. In a list that was committed the
// entry stays, and gets nothing.
func (a Application) Withdraw() (Application, []domain.Event, error) {
	if a.Withdrawn {
		return a, nil, ErrApplicationState
	}
	a.Withdrawn = true
	return a, []domain.Event{domain.FairApplicationWithdrawn{ApplicationID: a.ID}}, nil
}
