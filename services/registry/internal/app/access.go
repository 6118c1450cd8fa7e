package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

const (
	// service is the registry's own name in access lines.
	service = "registry"
	// policeDepartment has no query right, whatever it states (promise 4).
	policeDepartment = "psb"
)

// The kinds of data that an access line names.
const (
	kindRegistered = "registered"
	kindName       = "name"
	kindDocument   = "document_last4"
	kindNumber     = "document_number"
	kindContact    = "contact"
	kindAge        = "age"
	kindChild      = "child"
	kindCompared   = "likely_double"
	kindRecorded   = "what_was_recorded"
)

// mayQuery returns nil where p may read who people are at all.
func (a *App) mayQuery(p auth.Principal) error {
	if p.Kind != auth.Officer {
		return nil
	}
	if _, known := a.Tables.Department(p.Department); !known || p.Department == policeDepartment {
		return auth.ErrDenied
	}
	return nil
}

// mayServe returns nil where p, who may act for w, may act in w's county too.
// Who may not is answered as if there were no such person.
func mayServe(p auth.Principal, w domain.Worker) error {
	if p.Kind == auth.Officer && p.CoversDivision(w.County) != nil {
		return domain.ErrWorkerUnknown
	}
	return nil
}

// logRead writes p's read to the worker's own log.
func (a *App) logRead(s Store, p auth.Principal, worker, caseID string, kinds ...string) error {
	return s.LogAccess(worker, domain.Access{
		At: a.Clock.Now(), ReaderKind: string(p.Kind), Reader: p.Subject, Purpose: p.Purpose, LegalBasis: p.LegalBasis,
		Kinds: kinds, CaseID: caseID, Service: service,
	})
}

// RecordRead writes a read that another department tells of to the worker's log.
func (a *App) RecordRead(s Store, worker string, line domain.Access) error {
	if worker == "" {
		return domain.ErrWorkerUnknown
	}
	return s.LogAccess(worker, line)
}

// EachLook shows the worker every single look at his data, own ones too; nobody
// else sees it. So many of the newest are left out as skip says.
func (a *App) EachLook(ctx context.Context, s Store, worker string, skip, limit int) (all []domain.Look, err error) {
	if err := himself(ctx, worker); err != nil {
		return nil, err
	}
	mine, err := references(s, worker)
	if err != nil {
		return nil, err
	}
	lines, err := s.Accesses(mine, skip+page(limit))
	for _, l := range lines[min(skip, len(lines)):] {
		all = append(all, domain.Fold(mine, []domain.Access{l})...)
	}
	return all, err
}

// Looks shows the worker who read about him, by the day: who looks often does
// not hide who looked once, nor do the worker's own looks. So many of the newest are left
// out as skip says.
func (a *App) Looks(ctx context.Context, s Store, worker string, skip, limit int) ([]domain.Look, error) {
	if err := himself(ctx, worker); err != nil {
		return nil, err
	}
	mine, err := references(s, worker)
	if err != nil {
		return nil, err
	}
	lines, err := s.Accesses(mine, linesFolded)
	if err != nil {
		return nil, err
	}
	all := domain.Fold(mine, lines)
	all = all[min(skip, len(all)):]
	return all[:min(len(all), page(limit))], nil
}

// linesFolded is of how many of the newest lines looks are made.
const linesFolded = 5000

// himself returns nil where the worker himself asks: no helper, no counter and
// no department sees a life across departments (promise 5).
func himself(ctx context.Context, worker string) error {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return err
	}
	if worker == "" || !p.ActsHimself(worker) {
		return auth.ErrNotYours
	}
	return nil
}

// actingFor returns the principal where it may act for the worker.
func actingFor(ctx context.Context, worker string) (auth.Principal, error) {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return p, err
	}
	return p, p.MayActFor(worker)
}

const (
	pageDefault = 50
	pageMax     = 500
)

// page bounds a list's length.
func page(limit int) int {
	if limit <= 0 {
		return pageDefault
	}
	return min(limit, pageMax)
}
