package fair_test

import (
	"context"
	"testing"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/errs"
	jobs "github.com/qiao-platform/qiao/services/employment/internal/app"
	app "github.com/qiao-platform/qiao/services/employment/internal/app/fair"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
	"github.com/qiao-platform/qiao/services/employment/internal/domain/fair"
)

// posts answers for every vacancy with an error.
type posts struct {
	jobs.Store
	err error
}

func (p posts) PeekVacancy(string) (domain.Vacancy, error) { return domain.Vacancy{}, p.err }

type store struct {
	app.Store
	posts posts
}

func (s store) Jobs() jobs.Store { return s.posts }

// A wish for what is not there is wrong; a database that does not answer makes none so.
func TestWhatFailsIsNoWrongWish(t *testing.T) {
	away := errs.New(errs.Unavailable, "database.away", "The database is away.")
	for want, err := range map[error]error{fair.ErrWishUnknown: domain.ErrVacancyUnknown, away: away} {
		ctx := auth.NewContext(context.Background(), auth.Principal{Kind: auth.Worker, Subject: "worker-1"})
		_, got := (&app.App{Jobs: &jobs.App{}}).BeforeApplying(ctx, store{posts: posts{err: err}}, "worker-1", []string{"vacancy-1"})
		if errs.CodeOf(got) != errs.CodeOf(want) { // what caused a wrong wish may be anything
			t.Errorf("got %v, want %v", got, want)
		}
	}
}
