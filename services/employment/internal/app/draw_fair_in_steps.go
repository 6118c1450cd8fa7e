package app

import (
	"bytes"
	"context"

	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

const (
	// A step writes so much of a draw: some fifty milliseconds of the one writer.
	entriesAStep = 250
	bundleAStep  = 16 * BundlePart
)

// FairDraw is a draw over the committed list, and what it gives. It is the same
// however often it is made, which is how a draw goes on that was broken off.
type FairDraw struct {
	fair   domain.Fair
	lists  *domain.FairLists
	seed   string
	match  domain.FairMatch
	bundle []byte
	of     map[string]int // an entry's place in the lists, by ticket
	giving giving
}

// Match is what the draw gives.
func (d *FairDraw) Match() (seed string, m domain.FairMatch) { return d.seed, d.match }

// ReadLargeFair reads what the draw of a large fair rests on, and nil for a fair
// that is drawn at once. Like DrawFair it is another officer's reading of the figure.
func (a *App) ReadLargeFair(ctx context.Context, s Store, fairID, figure string) (*FairDraw, error) {
	f, officer, err := confirmFair(ctx, s.PeekFair, fairID, figure)
	if err != nil || !f.InSteps() {
		return nil, err
	}
	l, err := readFairLists(s, f)
	return &FairDraw{fair: f.Draws(officer), lists: l}, err
}

// Draw draws and matches what was read. It needs no transaction.
func (a *App) Draw(d *FairDraw) error {
	m, drawn, err := d.lists.Draw(d.fair.Figure, [2]string{d.fair.First, d.fair.Second}, a.today())
	if err != nil {
		return err
	}
	var bundle bytes.Buffer
	if err := drawn.WriteBundle(&bundle); err != nil {
		return err
	}
	d.seed, d.match, d.bundle = drawn.Seed, m, bundle.Bytes()
	d.giving, err = a.giving(d.fair, d.lists, m)
	return err
}

// BeginFairDraw makes the draw of a large fair certain; it is written in steps.
func (a *App) BeginFairDraw(ctx context.Context, s Store, fairID, figure string) error {
	f, officer, err := confirmFair(ctx, s.Fair, fairID, figure)
	if err != nil {
		return err
	}
	if err := s.SaveFair(ctx, f.Draws(officer)); err != nil {
		return err
	}
	return s.WriteFairDraw(ctx, fairID)
}

// ReadBegunFairDraw reads what a draw that was begun rests on; nil where it is written.
func (a *App) ReadBegunFairDraw(s Store, fairID string) (*FairDraw, error) {
	f, err := s.PeekFair(fairID)
	if err != nil || f.State != domain.FairIsDrawing {
		return nil, err
	}
	l, err := readFairLists(s, f)
	if err != nil {
		return nil, err
	}
	d := &FairDraw{fair: f, lists: l, of: make(map[string]int, len(l.Entries))}
	for i := range l.Entries { // what a try before this one gave does not count
		l.Entries[i].Settled = false
		d.of[l.Entries[i].Ticket] = i
	}
	return d, nil
}

// FairStep is how far a draw is written.
type FairStep struct {
	bundled int    // bytes of the bundle
	after   string // the last ticket that was given what it got
	given   bool   // every entry was
	Done    bool
}

// StepFairDraw writes the next part of a draw: what is published, then what each
// entry got, and at the end that there are results.
func (a *App) StepFairDraw(ctx context.Context, s Store, d *FairDraw, at FairStep) (FairStep, error) {
	f, err := s.Fair(d.fair.ID)
	if err != nil {
		return at, err
	}
	switch {
	case f.State != domain.FairIsDrawing: // another has ended it
		at.Done = true
	case at.bundled < len(d.bundle):
		to := min(at.bundled+bundleAStep, len(d.bundle))
		err, at.bundled = s.SaveFairBundle(f.ID, at.bundled/BundlePart, d.bundle[at.bundled:to]), to
	case !at.given:
		at.after, err = a.giveFairEntries(ctx, s, d, f, at.after)
		at.given = at.after == ""
	default:
		at.Done = true
		m := d.match
		if m.Proposed, m.Unplaced, err = s.FairGave(f.ID); err != nil {
			return at, err
		}
		f, events := f.Drawn(d.seed, f.Second, m)
		err = s.SaveFair(ctx, f, events...)
	}
	return at, err
}

// giveFairEntries gives the next entries after a ticket what they got, but for who
// left meanwhile and who was given it before. It returns the last one's ticket, ""
// at the end.
func (a *App) giveFairEntries(ctx context.Context, s Store, d *FairDraw, f domain.Fair, after string) (last string, err error) {
	page, err := s.FairEntries(f.ID, after, entriesAStep)
	if err != nil {
		return "", err
	}
	given := make([]FairGiven, 0, len(page))
	for _, e := range page {
		if o := d.match.Outcomes[d.of[e.Ticket]]; o.Pass > 0 && !e.Withdrawn && !e.Given {
			given = append(given, d.giving.to(e, o))
		}
	}
	if len(page) == entriesAStep {
		last = page[len(page)-1].Ticket
	}
	return last, s.SaveFairMatch(ctx, f, given)
}
