package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// part makes two persons of one: what was assigned by hand goes to whom it belongs,
// and whoever was told a fact about the wrong person is told that it is not theirs.
func (a *App) part(ctx context.Context, s Store, p auth.Principal, c domain.JoinCase) (string, error) {
	parts, err := a.parts(s, c)
	if err != nil {
		return "", err
	}
	died, err := s.Died(c.Into.Worker)
	if err != nil {
		return "", err
	}
	if died { // of one of the two: what the other was guardian of comes back
		if err := lockParts(s, c.Into.Worker); err != nil {
			return "", err
		}
	}
	alias, into, err := lockBoth(s, c, s.Account)
	if err != nil {
		return "", err
	}
	c, alias, events, err := c.Part(p.Subject, into, alias, a.Clock.Now())
	if err != nil {
		return "", err
	}
	if err := a.correctFacts(ctx, s, c, parts); err != nil {
		return "", err
	}
	if c.JoinID != "" {
		if err := s.SaveWorker(ctx, alias); err != nil {
			return "", err
		}
		if alias.Unseen() {
			if err := s.UnseenAt(ctx, alias.ID, clock.Today(a.Clock)); err != nil {
				return "", err
			}
		}
		undone, err := s.JoinCase(c.JoinID)
		if err != nil {
			return "", err
		}
		undone.State = domain.CaseParted
		if err := s.SaveJoinCase(ctx, undone); err != nil {
			return "", err
		}
	}
	if err := s.SaveWorker(ctx, into, events...); err != nil {
		return "", err
	}
	if err := s.Part(ctx, c); err != nil {
		return "", err
	}
	if died {
		if err := a.guardianOfTwo(ctx, s, c); err != nil {
			return "", err
		}
	}
	if err := s.SaveJoinCase(ctx, c); err != nil {
		return "", err
	}
	return c.State, a.tellBoth(ctx, s, c, toldOfPart)
}

// guardianOfTwo brings back what ended with a death that is the other one's.
func (a *App) guardianOfTwo(ctx context.Context, s Store, c domain.JoinCase) error {
	for _, worker := range []string{c.Alias.Worker, c.Into.Worker} {
		died, err := s.Died(worker)
		if err != nil {
			return err
		}
		if died {
			continue
		}
		if err := a.guardianLives(ctx, s, worker); err != nil {
			return err
		}
	}
	return nil
}

// correctFacts tells the holders of facts that those which go to the other person
// were not this one's.
func (a *App) correctFacts(ctx context.Context, s Store, c domain.JoinCase, parts []domain.Part) error {
	told := map[[2]string]bool{}
	for _, moved := range parts {
		if moved.Assigned == moved.Recorded {
			continue
		}
		for _, f := range moved.Facts {
			if told[[2]string{f.Kind, f.ID}] {
				continue
			}
			told[[2]string{f.Kind, f.ID}] = true
			correction, events, err := domain.Correct(domain.Correction{
				ID: a.NewID(), Worker: moved.Worker, Division: c.Into.County, Source: moved.Service, SourceID: f.ID, Kind: f.Kind, Reason: "not_mine", MadeAt: a.Clock.Now(),
			}, a.Facts)
			if err != nil {
				return err
			}
			if err := s.SaveCorrection(ctx, correction, events...); err != nil {
				return err
			}
		}
	}
	return nil
}
