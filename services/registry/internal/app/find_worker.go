package app

import (
	"context"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// lookupWindow is the time in which an officer's look-ups are counted.
const lookupWindow = time.Hour

// FindWorker finds an open account in the officer's counties by document
// number. Every look-up is written down with its purpose, and the person whose
// number it is sees it, also where the answer is that nobody was found: who is
// registered elsewhere is answered as who is not registered. A number that nobody
// has now finds who had it before, or for whom it was entered by mistake; former
// says so, for the name to be compared. The caller commits before it answers,
// whatever the answer is.
func (a *App) FindWorker(ctx context.Context, s Store, f ident.DocumentForm, caseID string) (id string, former bool, answer, err error) {
	p, err := a.reader(ctx, caseID)
	if err != nil {
		return "", false, nil, err
	}
	document, err := domain.ParseNumber(f, clock.Today(a.Clock))
	if err != nil {
		return "", false, nil, err
	}
	if err := a.logLookup(s, p, caseID); err != nil {
		return "", false, nil, err
	}
	w, former, found, err := findByDocument(s, a.documentIndex(document))
	if err != nil {
		return "", false, nil, err
	}
	if !found {
		return "", false, domain.ErrWorkerUnknown, nil
	}
	if err := a.logRead(s, p, w.ID, caseID, kindRegistered); err != nil {
		return "", false, nil, err
	}
	if p.CoversDivision(w.County) != nil {
		return "", false, domain.ErrWorkerUnknown, nil
	}
	return w.ID, former, nil, nil
}

// logLookup writes down that an officer looks a number up, who may do so this often.
func (a *App) logLookup(s Store, p auth.Principal, caseID string) error {
	now := a.Clock.Now()
	limit, err := a.Rules.Rule("RG-LOOKUP", clock.Today(a.Clock), "")
	if err != nil {
		return err
	}
	most, err := limit.Int("officer_lookups_per_hour_max")
	if err != nil {
		return err
	}
	before, err := s.Lookups(p.Subject, now.Add(-lookupWindow))
	if err != nil {
		return err
	}
	if before >= most {
		return domain.ErrLookups
	}
	return s.LogLookup(a.NewID(), domain.Lookup{At: now, Officer: p.Subject, Department: p.Department, Division: p.Division, Purpose: p.Purpose, LegalBasis: p.LegalBasis, CaseID: caseID})
}

// findByDocument finds the open account of who has a document, or else of who had
// it last, or for whom it was entered by mistake; former says so.
func findByDocument(s Store, index []byte) (w domain.Worker, former, found bool, err error) {
	if w, found, err = s.WorkerByDocument(index); err != nil || found {
		return w, false, found, err
	}
	w, found, err = s.WorkerByFormer(index)
	return w, found, found, err
}
