package fair

import (
	"bytes"
	"context"

	"github.com/qiao-platform/qiao/services/employment/internal/domain"
	"github.com/qiao-platform/qiao/services/employment/internal/domain/fair"
)

// entriesAStep is what a step gives of a draw: some twenty milliseconds of the one writer.
const entriesAStep = 100

// Draw is a draw over the committed list, or a later pass, and what it gives. It is
// the same however often it is made, which is how one goes on that was broken off.
type Draw struct {
	fair   fair.Fair
	lists  *fair.Lists
	seed   string
	match  fair.Match
	of     map[string]int // an entry's place in the lists, by ticket
	giving giving

	published text // with it
}

// Match is what the draw gives.
func (d *Draw) Match() (seed string, m fair.Match) { return d.seed, d.match }

// ReadLarge reads what the draw of a large fair rests on, and nil for a fair
// that is drawn at once. Like DrawAtOnce it is another officer's reading of the figure.
func (a *App) ReadLarge(ctx context.Context, s Store, fairID, figure string) (*Draw, error) {
	f, officer, err := confirm(ctx, s.Peek, fairID, figure)
	if err != nil || !f.InSteps() {
		return nil, err
	}
	l, err := readLists(s, f)
	return &Draw{fair: f.Draws(officer), lists: l}, err
}

// Draw draws and matches what was read. It needs no transaction.
func (a *App) Draw(d *Draw) error {
	draw := a.first
	if d.fair.Pass > 0 {
		draw = a.again
	}
	err := draw(d)
	if err == nil {
		d.giving, err = a.giving(d.fair, d.lists, d.match)
	}
	return err
}

// first is the draw itself.
func (a *App) first(d *Draw) error {
	m, drawn, err := d.lists.Draw(d.fair.Figure, [2]string{d.fair.First, d.fair.Second}, a.today())
	if err != nil {
		return err
	}
	var bundle bytes.Buffer
	if err := drawn.WriteBundle(&bundle); err != nil {
		return err
	}
	d.seed, d.match, d.published.all = drawn.Seed, m, bundle.Bytes()
	return nil
}

// BeginDraw makes the draw of a large fair certain; it is written in steps.
func (a *App) BeginDraw(ctx context.Context, s Store, fairID, figure string) error {
	f, officer, err := confirm(ctx, s.Fair, fairID, figure)
	if err != nil {
		return err
	}
	if err := s.Save(ctx, f.Draws(officer)); err != nil {
		return err
	}
	return s.WriteDraw(ctx, fairID)
}

// ReadBegunDraw reads what a draw or a later pass rests on that was begun; nil where
// it is written.
func (a *App) ReadBegunDraw(s Store, fairID string) (*Draw, error) {
	f, err := s.Peek(fairID)
	if err != nil || f.State != fair.Drawing {
		return nil, err
	}
	l, err := readLists(s, f)
	if err != nil {
		return nil, err
	}
	d := &Draw{fair: f, lists: l, of: make(map[string]int, len(l.Entries)), published: text{before: f.Bundled}}
	for i := range l.Entries {
		d.of[l.Entries[i].Ticket] = i
		if f.Pass == 0 { // what a try before this one gave does not count
			l.Entries[i].Settled = false
		}
	}
	if f.Pass > 0 {
		d.published, err = published(s, f)
	}
	return d, err
}

// Step is how far a draw is written.
type Step struct {
	part    int    // the next part of the bundle
	bundled bool   // all of it counts
	after   string // the last ticket that was given what it got
	given   bool   // every entry was

	proposed, unplaced int // so far, by this try or one before

	Done bool
}

// StepDraw writes the next part of a draw: what is published, then what each
// entry got, and at the end that there are results.
func (a *App) StepDraw(ctx context.Context, s Store, d *Draw, at Step) (Step, error) {
	f, err := s.Fair(d.fair.ID)
	if err != nil {
		return at, err
	}
	switch {
	case f.State != fair.Drawing: // another has ended it
		at.Done = true
	case !at.bundled:
		var whole bool
		if at.part, whole, err = d.published.write(s, f, at.part); whole {
			if f, err = d.published.end(s, f); err == nil {
				at.bundled, err = true, s.Save(ctx, f)
			}
		}
	case !at.given:
		at, err = a.giveEntries(ctx, s, d, f, at)
	default:
		at.Done = true
		m := d.match
		m.Proposed, m.Unplaced = at.proposed, at.unplaced
		var events []domain.Event
		if d.fair.Pass == 0 {
			f, events = f.Drawn(d.seed, f.Second, m)
		} else {
			f, events = f.Passed(m)
		}
		err = s.Save(ctx, f, events...)
	}
	return at, err
}

// giveEntries gives the next entries what they got, but for who left meanwhile
// and who was given it before.
func (a *App) giveEntries(ctx context.Context, s Store, d *Draw, f fair.Fair, at Step) (Step, error) {
	page, err := s.Entries(f.ID, at.after, entriesAStep)
	if err != nil {
		return at, err
	}
	given := make([]Given, 0, len(page))
	for _, e := range page {
		o := d.match.Outcomes[d.of[e.Ticket]]
		got := o.Got > 0
		switch {
		case e.Pass == d.match.Pass: // by a try before this one
			got = got || e.Pass == 1 && (e.Settled || len(e.Over) > 0) // who left since takes no part in the draw
		case e.Withdrawn, o.Pass == 0:
			continue
		default:
			given = append(given, d.giving.to(e, o))
		}
		if got {
			at.proposed++
		} else {
			at.unplaced++
		}
	}
	if at.given = len(page) < entriesAStep; !at.given {
		at.after = page[len(page)-1].Ticket
	}
	return at, s.SaveMatch(ctx, f, given)
}
