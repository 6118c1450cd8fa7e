package app

import (
	"context"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

const (
	// lookupsAnHour is how many numbers an officer may look up in an hour: more
	// than a busy counter serves, far fewer than a list of people holds.
	lookupsAnHour = 60
	lookupWindow  = time.Hour
)

// FindWorker finds an open account in the officer's counties by document
// number. Every look-up is written down with its purpose, and the person whose
// number it is sees it, also where the answer is that nobody was found: who is
// registered elsewhere is answered as who is not registered. The caller commits
// before it answers, whatever the answer is.
func (a *App) FindWorker(ctx context.Context, s Store, number, caseID string) (id string, answer, err error) {
	p, err := a.reader(ctx, caseID)
	if err != nil {
		return "", nil, err
	}
	document, err := domain.ParseDocument(number, clock.Today(a.Clock))
	if err != nil {
		return "", nil, err
	}
	now := a.Clock.Now()
	before, err := s.Lookups(p.Subject, now.Add(-lookupWindow))
	if err != nil {
		return "", nil, err
	}
	if before >= lookupsAnHour {
		return "", nil, domain.ErrLookups
	}
	w, found, err := s.WorkerByDocument(a.Vault.Index(indexDocument, document.Reveal()))
	if err != nil {
		return "", nil, err
	}
	if err := s.LogLookup(a.NewID(), domain.Lookup{At: now, Officer: p.Subject, Department: p.Department, Division: p.Division, Purpose: p.Purpose, LegalBasis: p.LegalBasis, CaseID: caseID}); err != nil {
		return "", nil, err
	}
	if !found {
		return "", domain.ErrWorkerUnknown, nil
	}
	if err := a.logRead(s, p, w.ID, caseID, kindRegistered); err != nil {
		return "", nil, err
	}
	if p.CoversDivision(w.County) != nil {
		return "", domain.ErrWorkerUnknown, nil
	}
	return w.ID, nil, nil
}
