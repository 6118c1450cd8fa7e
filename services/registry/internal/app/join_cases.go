package app

import (
	"context"
	"slices"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// JoinView is what an officer may know of a case and do in it.
type JoinView struct {
	Into, Alias bool // whose records the officer may see
	Own         bool // the officer opened it
	Decides     bool
}

func joinView(p auth.Principal, c domain.JoinCase) JoinView {
	seen := seenBy(p)
	v := JoinView{Into: seen(c.Into.County), Alias: seen(c.Alias.County), Own: ident.SameStaff(c.Officer, p.Subject)}
	if by, may := p.For("registry.JoiningService.DecidePersonCase"); may {
		seen = seenBy(by)
		v.Decides = c.MayDecide(p.Subject, seen(c.Into.County), seen(c.Alias.County)) == nil
	}
	return v
}

// Knows reports whether the officer may know that there is such a case.
func (v JoinView) Knows() bool { return v.Into || v.Alias || v.Own }

// JoinCases lists what an officer has to do, and what was decided in the counties.
func (a *App) JoinCases(ctx context.Context, s Store) (all []domain.JoinCase, view func(domain.JoinCase) JoinView, err error) {
	p, err := a.reader(ctx, "")
	if err != nil {
		return nil, nil, err
	}
	view = func(c domain.JoinCase) JoinView { return joinView(p, c) }
	counties, ok := p.Counties()
	open, err := s.OpenJoinCases(counties, p.Subject)
	if err != nil {
		return nil, nil, err
	}
	if ok {
		decided, err := s.DecidedJoinCases(counties)
		if err != nil {
			return nil, nil, err
		}
		open = append(open, decided...)
	}
	seen := map[string]bool{}
	for _, c := range open {
		if view(c).Knows() && !seen[c.ID] {
			seen[c.ID] = true
			all = append(all, c)
		}
	}
	return all, view, nil
}

// knownCase loads a case for an officer; that there is one of other counties is
// told to nobody but who opened it.
func knownCase(s Store, p auth.Principal, id string, load func(string) (domain.JoinCase, error)) (domain.JoinCase, JoinView, error) {
	c, err := load(id)
	if err != nil {
		return c, JoinView{}, err
	}
	v := joinView(p, c)
	if !v.Knows() {
		return domain.JoinCase{}, v, domain.ErrJoinCaseUnknown
	}
	return c, v, nil
}

// partsMost is of how many of the newest steps the parts of a case are made.
const partsMost = 5000

// JoinCaseRead is a case as an officer is shown it: while it is open with the two
// records, and of a parting with what was recorded.
type JoinCaseRead struct {
	Case  domain.JoinCase
	View  JoinView
	Pair  Pair
	Parts []domain.Part
}

// ReadJoinCase shows a case to an officer who works on it; both persons' logs say so.
func (a *App) ReadJoinCase(ctx context.Context, id string) (out JoinCaseRead, err error) {
	p, err := a.reader(ctx, "")
	if err != nil {
		return out, err
	}
	err = a.Data.Change(ctx, func(s Store) error {
		out = JoinCaseRead{}
		if out.Case, out.View, err = knownCase(s, p, id, s.PeekJoinCase); err != nil || out.Case.State != domain.CaseOpen {
			return err
		}
		out.Pair, out.Parts, err = a.readOpen(s, p, out.Case)
		return err
	})
	if err != nil || out.Case.State != domain.CaseOpen {
		return out, err
	}
	out.Pair, err = a.openPair(ctx, out.Pair)
	return out, err
}

// readOpen loads and logs what an open case is about.
func (a *App) readOpen(s Store, p auth.Principal, c domain.JoinCase) (pair Pair, parts []domain.Part, err error) {
	load := s.PeekWorker
	if c.Kind == domain.KindPart {
		load = s.PeekAccount
	}
	into, err := load(c.Into.Worker)
	if err != nil {
		return pair, nil, err
	}
	alias, err := load(c.Alias.Worker)
	if err != nil {
		return pair, nil, err
	}
	if pair, err = a.pair(s, p, c.ID, into, alias); err != nil || c.Kind != domain.KindPart {
		return pair, nil, err
	}
	if parts, err = a.parts(s, c); err != nil {
		return pair, nil, err
	}
	for _, w := range []string{into.ID, alias.ID} {
		if err := a.logRead(s, p, w, c.ID, kindRecorded); err != nil {
			return pair, nil, err
		}
	}
	return pair, parts, nil
}

// parts lists what was recorded since the join that a parting undoes, or in the
// whole life of a record that held two persons.
func (a *App) parts(s Store, c domain.JoinCase) ([]domain.Part, error) {
	var since domain.JoinCase
	if c.JoinID != "" {
		var err error
		if since, err = s.PeekJoinCase(c.JoinID); err != nil {
			return nil, err
		}
	}
	whole, err := references(s, c.Into.Worker)
	if err != nil {
		return nil, err
	}
	ofAlias, err := s.Aliases(c.Alias.Worker)
	if err != nil {
		return nil, err
	}
	steps, err := s.StepsSince(whole, since.DecidedAt, partsMost)
	return c.Parts(steps, append(ofAlias, c.Alias.Worker), func(step domain.Step) (domain.FactRef, bool) { return a.FactOf(step.Type, step.Data) }), err
}

// references lists all that stands for the person of a reference, that which
// answers first.
func references(s Store, worker string) ([]string, error) {
	w, err := s.PeekWorker(worker)
	if err != nil {
		return nil, err
	}
	all, err := s.Aliases(w.ID)
	return append([]string{w.ID}, all...), err
}

// OwnJoinCases lists to the person what officers asked, newest first.
func (a *App) OwnJoinCases(ctx context.Context, s Store, worker string) ([]domain.JoinCase, error) {
	if err := himself(ctx, worker); err != nil {
		return nil, err
	}
	mine, err := references(s, worker)
	if err != nil {
		return nil, err
	}
	all, err := s.JoinCasesOf(mine)
	slices.SortStableFunc(all, func(a, b domain.JoinCase) int { return b.MadeAt.Compare(a.MadeAt) })
	return all, err
}
