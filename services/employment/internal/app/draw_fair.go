package app

import (
	"bytes"
	"context"
	"slices"
	"time"

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
	f, officer, err := confirmFair(ctx, s.Fair, fairID, figure)
	if err != nil {
		return f, domain.FairMatch{}, err
	}
	d := FairDraw{fair: f.Draws(officer)}
	if d.lists, err = readFairLists(s, f); err != nil {
		return f, domain.FairMatch{}, err
	}
	if err := a.Draw(&d); err != nil {
		return f, domain.FairMatch{}, err
	}
	if err := s.SaveFairBundle(fairID, 0, d.bundle); err != nil {
		return f, domain.FairMatch{}, err
	}
	f, events := f.Drawn(d.seed, officer, d.match)
	return f, d.match, a.propose(ctx, s, f, d.lists, d.match, events)
}

// confirmFair loads a fair whose figure an officer reads again.
func confirmFair(ctx context.Context, load func(string) (domain.Fair, error), fairID, figure string) (domain.Fair, string, error) {
	f, err := load(fairID)
	if err != nil {
		return f, "", err
	}
	p, err := fairOfficer(ctx, f)
	if err != nil {
		return f, "", err
	}
	return f, p.Subject, f.Confirm(figure, p.Subject)
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
	g, err := a.giving(f, l, m)
	if err != nil {
		return err
	}
	if err := s.SaveFair(ctx, f, events...); err != nil {
		return err
	}
	given := make([]FairGiven, 0, entriesPage)
	for i, e := range l.Entries {
		if m.Outcomes[i].Pass == 0 {
			continue // took no part
		}
		if given = append(given, g.to(e, m.Outcomes[i])); len(given) == entriesPage {
			if err := s.SaveFairMatch(ctx, f, given); err != nil {
				return err
			}
			given = given[:0]
		}
	}
	return s.SaveFairMatch(ctx, f, slices.Clip(given))
}

// giving is what a pass gives each who took part.
type giving struct {
	app   *App
	fair  string
	pass  int
	posts map[string]domain.FairPost
	days  int // to answer
	now   time.Time
}

func (a *App) giving(f domain.Fair, l *domain.FairLists, m domain.FairMatch) (giving, error) {
	rules, err := a.fairRules(a.today(), f.Division)
	g := giving{app: a, fair: f.ID, pass: m.Pass, posts: make(map[string]domain.FairPost, len(l.Posts)), days: rules.AnswerDays, now: a.Clock.Now()}
	for _, p := range l.Posts {
		g.posts[p.VacancyID] = p
	}
	return g, err
}

func (g giving) to(e domain.FairEntry, o domain.FairOutcome) FairGiven {
	x := FairGiven{Entry: e, Outcome: o}
	if o.Got > 0 {
		x.Proposal, x.Events = domain.Propose(g.app.NewID(), e, g.posts[e.Wishes[o.Got-1].VacancyID], o.Got, g.pass, g.days, g.now)
	} else {
		x.Events = []domain.Event{domain.FairApplicationUnplaced{ApplicationID: e.ApplicationID, FairID: g.fair, Pass: g.pass}}
	}
	return x
}
