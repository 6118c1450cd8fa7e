package app

import (
	"bytes"
	"context"
	"slices"

	"github.com/qiao-platform/qiao/pkg/allocate"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// EnterFairFigure is one officer's reading of the figure that decides.
func (a *App) EnterFairFigure(ctx context.Context, s Store, fairID, figure string) error {
	f, err := s.Fair(fairID)
	if err != nil {
		return err
	}
	p, err := fairOfficer(ctx, f)
	if err != nil {
		return err
	}
	f, events, err := f.EnterFigure(figure, p.Subject, a.today())
	if err != nil {
		return err
	}
	return s.SaveFair(ctx, f, events...)
}

// DrawFair is another officer's reading of the same figure. It draws the lottery
// over the committed list, matches, and proposes to each worker what came out;
// nobody is assigned.
func (a *App) DrawFair(ctx context.Context, s Store, fairID, figure string) (domain.Fair, domain.FairMatch, error) {
	f, err := s.Fair(fairID)
	if err != nil {
		return f, domain.FairMatch{}, err
	}
	p, err := fairOfficer(ctx, f)
	if err != nil {
		return f, domain.FairMatch{}, err
	}
	if err := f.Confirm(figure, p.Subject); err != nil {
		return f, domain.FairMatch{}, err
	}
	lists, err := readFairLists(s, f)
	if err != nil {
		return f, domain.FairMatch{}, err
	}
	m, drawn, err := lists.Draw(f.Figure, [2]string{f.First, p.Subject}, a.today())
	if err != nil {
		return f, domain.FairMatch{}, err
	}
	var bundle bytes.Buffer
	if err := drawn.WriteBundle(&bundle); err != nil {
		return f, domain.FairMatch{}, err
	}
	if err := s.SaveFairBundle(fairID, bundle.Bytes()); err != nil {
		return f, domain.FairMatch{}, err
	}
	f, events := f.Drawn(drawn.Seed, p.Subject, m)
	return f, m, a.propose(ctx, s, f, lists, m, events)
}

// RunSecondPass proposes what is left by the numbers of the first pass, once
// nobody has time left to answer.
func (a *App) RunSecondPass(ctx context.Context, s Store, fairID string) (domain.FairMatch, error) {
	f, err := s.Fair(fairID)
	if err != nil {
		return domain.FairMatch{}, err
	}
	if _, err := fairOfficer(ctx, f); err != nil {
		return domain.FairMatch{}, err
	}
	rules, err := a.fairRules(a.today(), f.Division)
	if err != nil {
		return domain.FairMatch{}, err
	}
	answering, err := s.Answering(fairID, a.Clock.Now())
	if err != nil {
		return domain.FairMatch{}, err
	}
	if err := f.PassAgain(rules, answering); err != nil {
		return domain.FairMatch{}, err
	}
	lists, err := readFairLists(s, f)
	if err != nil {
		return domain.FairMatch{}, err
	}
	m, pass, err := lists.Again(a.today())
	if err != nil {
		return domain.FairMatch{}, err
	}
	if err := publishFairPass(s, f, pass); err != nil {
		return domain.FairMatch{}, err
	}
	f, events := f.Passed(m)
	return m, a.propose(ctx, s, f, lists, m, events)
}

// publishFairPass adds a pass to what is published: whoever recomputes the draw
// recomputes every pass.
func publishFairPass(s Store, f domain.Fair, p domain.FairPass) error {
	bundle, err := s.WholeFairBundle(f.ID)
	if err != nil {
		return err
	}
	v, err := allocate.VerifyBundle(bytes.NewReader(bundle))
	if err != nil {
		return domain.ErrFairCommitment.Because(err)
	}
	given, err := p.Run(v.List, f.Seed, v.Corrections...)
	if err != nil || !slices.Equal(given.Got, p.Got) {
		return domain.ErrFairCommitment.Because(err)
	}
	return s.AddToFairBundle(f.ID, given.Append(bundle, v.Root))
}

// propose saves the fair after a pass, with what the pass gave each entry.
func (a *App) propose(ctx context.Context, s Store, f domain.Fair, l *domain.FairLists, m domain.FairMatch, events []domain.Event) error {
	rules, err := a.fairRules(a.today(), f.Division)
	if err != nil {
		return err
	}
	posts := make(map[string]domain.FairPost, len(l.Posts))
	for _, p := range l.Posts {
		posts[p.VacancyID] = p
	}
	if err := s.SaveFair(ctx, f, events...); err != nil {
		return err
	}
	now := a.Clock.Now()
	given := make([]FairGiven, 0, entriesPage)
	for i, e := range l.Entries {
		o := m.Outcomes[i]
		if o.Pass == 0 {
			continue // took no part
		}
		g := FairGiven{Entry: e, Outcome: o}
		if o.Got > 0 {
			g.Proposal, g.Events = domain.Propose(a.NewID(), e, posts[e.Wishes[o.Got-1].VacancyID], o.Got, m.Pass, rules.AnswerDays, now)
		} else {
			g.Events = []domain.Event{domain.FairApplicationUnplaced{ApplicationID: e.ApplicationID, FairID: f.ID, Pass: m.Pass}}
		}
		if given = append(given, g); len(given) == entriesPage {
			if err := s.SaveFairMatch(ctx, f, given); err != nil {
				return err
			}
			given = given[:0]
		}
	}
	return s.SaveFairMatch(ctx, f, slices.Clip(given))
}
