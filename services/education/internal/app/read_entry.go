package app

import (
	"context"
	"errors"
	"slices"

	"github.com/qiao-platform/qiao/pkg/allocate"
	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

// ShownEntry is a child's part in a round as its guardian sees it.
type ShownEntry struct {
	Entry     domain.Entry
	Names     map[string]string // of the schools
	Proof     []string          // that it is under the committed root
	Appeal    domain.Appeal     // zero where none was filed
	Task      domain.Task       // zero where there is none
	Documents []domain.Document
}

// ReadEntry shows a child's part in its latest round to the guardian alone:
// ticket and receipt are nobody else's.
func (a *App) ReadEntry(ctx context.Context, s Store, applicationID string) (sh ShownEntry, err error) {
	application, err := a.guarded(ctx, s, applicationID)
	if err != nil {
		return sh, err
	}
	p, err := auth.FromContext(ctx)
	if err != nil {
		return sh, err
	}
	today := clock.Today(a.Clock)
	proofs, err := s.Proofs(application.ID, today)
	if err != nil {
		return sh, err
	}
	if !p.ActsHimself(application.Worker) { // a helper, who sees which papers the facts spare
		if err := s.LogRead(ctx, application, kindsOf(proofs)); err != nil {
			return sh, err
		}
	}
	usual, err := a.Rules.Rule("SC-04", today, application.County)
	if err != nil {
		return sh, err
	}
	papers, err := usual.Strings("list")
	if err != nil {
		return sh, err
	}
	sh.Documents = domain.Documents(papers, application.Stage, proofs, today)
	if sh.Task, err = s.PeekTaskOf(applicationID); err != nil && !errors.Is(err, domain.ErrTaskUnknown) {
		return sh, err
	}
	if sh.Entry, err = s.LastEntry(applicationID); errors.Is(err, domain.ErrEntryUnknown) {
		return sh, nil // a task or papers may be all there is
	}
	if err != nil {
		return sh, err
	}
	r, err := s.PeekRound(sh.Entry.RoundID)
	if err != nil {
		return sh, err
	}
	schools, err := s.Seated(r.ID)
	if err != nil {
		return sh, err
	}
	sh.Names = map[string]string{}
	for _, v := range schools {
		sh.Names[v.School.ID] = v.School.Name
	}
	appeals, err := s.AppealsOf(applicationID)
	if err != nil {
		return sh, err
	}
	if i := slices.IndexFunc(appeals, func(p domain.Appeal) bool { return p.RoundID == r.ID }); i >= 0 {
		sh.Appeal = appeals[i]
	}
	if r.Root == "" { // the classes are what they would be if the list were committed now
		sh.Entry, err = a.classify(s, sh.Entry, schools)
		return sh, err
	}
	list, err := committed(s, r, schools)
	if err != nil {
		return sh, err
	}
	i := slices.IndexFunc(list.Entries, func(e allocate.Entry) bool { return e.Ticket == sh.Entry.Ticket })
	if i < 0 { // a correction added it to the round
		return sh, nil
	}
	sh.Proof, err = list.Prove(i)
	return sh, err
}

// committed is the list as it was committed: once it is published, as it stands
// there, since seats may have been added in the meantime.
func committed(s Store, r domain.Round, schools []domain.Seated) (*allocate.List, error) {
	if r.Parts > 0 {
		drawn, err := published(s, r)
		if err != nil {
			return nil, err
		}
		return drawn.List, nil
	}
	entries, err := s.Entries(r.ID)
	return r.List(schools, entries), err
}
