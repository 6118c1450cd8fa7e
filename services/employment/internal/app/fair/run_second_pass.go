package fair

import (
	"bytes"
	"context"
	"slices"

	"github.com/qiao-platform/qiao/pkg/allocate"
	"github.com/qiao-platform/qiao/services/employment/internal/domain/fair"
)

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
