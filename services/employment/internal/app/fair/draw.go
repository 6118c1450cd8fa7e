package fair

import (
	"context"
	"slices"
	"time"

	"github.com/qiao-platform/qiao/services/employment/internal/domain"
	"github.com/qiao-platform/qiao/services/employment/internal/domain/fair"
)

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
	if f, err = d.published.atOnce(s, f); err != nil {
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
