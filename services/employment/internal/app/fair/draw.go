package fair

import (
	"bytes"
	"context"
	"slices"
	"time"

	"github.com/qiao-platform/qiao/pkg/allocate"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
	"github.com/qiao-platform/qiao/services/employment/internal/domain/fair"
)

// EnterFigure is one officer's reading of the figure that decides.
func (a *App) EnterFigure(ctx context.Context, s Store, fairID, figure string) error {
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
	return s.Save(ctx, f, events...)
}

// DrawAtOnce is another officer's reading of the same figure. It draws the lottery
// over the committed list, matches, and proposes to each worker what came out;
// nobody is assigned.
func (a *App) DrawAtOnce(ctx context.Context, s Store, fairID, figure string) (fair.Fair, fair.Match, error) {
	f, officer, err := confirm(ctx, s.Fair, fairID, figure)
	if err != nil {
		return f, fair.Match{}, err
	}
	d := Draw{fair: f.Draws(officer)}
	if d.lists, err = readLists(s, f); err != nil {
		return f, fair.Match{}, err
	}
	if err := a.Draw(&d); err != nil {
		return f, fair.Match{}, err
	}
	if err := s.SaveBundle(fairID, 0, d.bundle); err != nil {
		return f, fair.Match{}, err
	}
	f, events := f.Drawn(d.seed, officer, d.match)
	return f, d.match, a.propose(ctx, s, f, d.lists, d.match, events)
}

// confirm loads a fair whose figure an officer reads again.
func confirm(ctx context.Context, load func(string) (fair.Fair, error), fairID, figure string) (fair.Fair, string, error) {
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
func (a *App) RunSecondPass(ctx context.Context, s Store, fairID string) (fair.Match, error) {
	f, err := s.Fair(fairID)
	if err != nil {
		return fair.Match{}, err
	}
	if _, err := fairOfficer(ctx, f); err != nil {
		return fair.Match{}, err
	}
	rules, err := a.rules(a.today(), f.Division)
	if err != nil {
		return fair.Match{}, err
	}
	answering, err := s.Answering(fairID, a.Clock.Now())
	if err != nil {
		return fair.Match{}, err
	}
	if err := f.PassAgain(rules, answering); err != nil {
		return fair.Match{}, err
	}
	lists, err := readLists(s, f)
	if err != nil {
		return fair.Match{}, err
	}
	m, pass, err := lists.Again(a.today())
	if err != nil {
		return fair.Match{}, err
	}
	if err := publishPass(s, f, pass); err != nil {
		return fair.Match{}, err
	}
	f, events := f.Passed(m)
	return m, a.propose(ctx, s, f, lists, m, events)
}

// publishPass adds a pass to what is published: whoever recomputes the draw
// recomputes every pass.
func publishPass(s Store, f fair.Fair, p fair.Pass) error {
	bundle, err := s.WholeBundle(f.ID)
	if err != nil {
		return err
	}
	v, err := allocate.VerifyBundle(bytes.NewReader(bundle))
	if err != nil {
		return fair.ErrCommitment.Because(err)
	}
	given, err := p.Run(v.List, f.Seed, v.Corrections...)
	if err != nil || !slices.Equal(given.Got, p.Got) {
		return fair.ErrCommitment.Because(err)
	}
	return s.AddToBundle(f.ID, given.Append(bundle, v.Root))
}

// propose saves the fair after a pass, with what the pass gave each entry.
func (a *App) propose(ctx context.Context, s Store, f fair.Fair, l *fair.Lists, m fair.Match, events []domain.Event) error {
	g, err := a.giving(f, l, m)
	if err != nil {
		return err
	}
	if err := s.Save(ctx, f, events...); err != nil {
		return err
	}
	given := make([]Given, 0, entriesPage)
	for i, e := range l.Entries {
		if m.Outcomes[i].Pass == 0 {
			continue // took no part
		}
		if given = append(given, g.to(e, m.Outcomes[i])); len(given) == entriesPage {
			if err := s.SaveMatch(ctx, f, given); err != nil {
				return err
			}
			given = given[:0]
		}
	}
	return s.SaveMatch(ctx, f, slices.Clip(given))
}

// giving is what a pass gives each who took part.
type giving struct {
	app   *App
	fair  string
	pass  int
	posts map[string]fair.Post
	days  int // to answer
	now   time.Time
}

func (a *App) giving(f fair.Fair, l *fair.Lists, m fair.Match) (giving, error) {
	rules, err := a.rules(a.today(), f.Division)
	g := giving{app: a, fair: f.ID, pass: m.Pass, posts: make(map[string]fair.Post, len(l.Posts)), days: rules.AnswerDays, now: a.Clock.Now()}
	for _, p := range l.Posts {
		g.posts[p.VacancyID] = p
	}
	return g, err
}

func (g giving) to(e fair.Entry, o fair.Outcome) Given {
	x := Given{Entry: e, Outcome: o}
	if o.Got > 0 {
		x.Proposal, x.Events = fair.Propose(g.app.NewID(), e, g.posts[e.Wishes[o.Got-1].VacancyID], o.Got, g.pass, g.days, g.now)
	} else {
		x.Events = []domain.Event{domain.FairApplicationUnplaced{ApplicationID: e.ApplicationID, FairID: g.fair, Pass: g.pass}}
	}
	return x
}
