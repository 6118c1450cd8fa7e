package fair

import (
	"bytes"
	"context"
	"slices"

	"github.com/qiao-platform/qiao/pkg/allocate"
	"github.com/qiao-platform/qiao/services/employment/internal/domain/fair"
)

// RunSecondPass proposes what is left by the numbers of the first pass, once
// nobody has time left to answer. At a large fair it only begins to: what it gives
// is written in steps.
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
	if _, err := corrections(s, f); err != nil {
		return fair.Match{}, err
	}
	if f.InSteps() {
		if err := s.Save(ctx, f.PassesAgain()); err != nil {
			return fair.Match{}, err
		}
		return fair.Match{}, s.WriteDraw(ctx, fairID)
	}
	d := Draw{fair: f}
	if d.lists, err = readLists(s, f); err != nil {
		return fair.Match{}, err
	}
	if d.published, err = published(s, f); err != nil {
		return fair.Match{}, err
	}
	if err := a.Draw(&d); err != nil {
		return fair.Match{}, err
	}
	if f, err = d.published.atOnce(s, f); err != nil {
		return fair.Match{}, err
	}
	f, events := f.Passed(d.match)
	return d.match, a.propose(ctx, s, f, d.lists, d.match, events)
}

// again is a later pass. What is published of it is the pass itself: one that was
// broken off after that is the same when it goes on, whoever left meanwhile.
func (a *App) again(d *Draw) error {
	v, err := allocate.VerifyBundle(bytes.NewReader(d.published.all))
	if err != nil {
		return fair.ErrCommitment.Because(err)
	}
	if n := len(v.Passes); n > 0 && v.Passes[n-1].N == d.fair.Pass+1 {
		d.match, _, err = d.lists.Give(v.Passes[n-1].Pass)
		return err
	}
	m, pass, err := d.lists.Again(a.today())
	if err != nil {
		return err
	}
	given, err := pass.Run(v.List, d.fair.Seed, v.Corrections...)
	if err != nil || !slices.Equal(given.Got, pass.Got) {
		return fair.ErrCommitment.Because(err)
	}
	d.match = m
	d.published.add(given.Append(d.published.all, v.Root))
	return nil
}
