package app

import (
	"context"
	"errors"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/rule"
	"github.com/qiao-platform/qiao/services/training/internal/domain"
)

// safetyRule is 安全生产法 28: no post with hazards without passed safety training.
const safetyRule = "SF-01"

// Hire is what a registered hire tells.
type Hire struct {
	ID, Worker, Division, Occupation string
	Hazardous                        bool
	StartOn                          clock.Date
}

// OpenDue notes the safety training that a hire with hazards makes due, where
// the rule was in force on its first day. A hire that only the employer states
// counts too: the training protects the worker. The same hire again changes
// nothing.
func (a *App) OpenDue(ctx context.Context, s Store, h Hire) error {
	if !h.Hazardous {
		return nil
	}
	if _, err := a.Rules.Rule(safetyRule, h.StartOn, h.Division); errors.Is(err, rule.ErrNotInForce) {
		return nil
	} else if err != nil {
		return err
	}
	if _, exists, err := s.DueOfHire(h.ID); err != nil || exists {
		return err
	}
	d, events := domain.OpenDue(a.NewID(), h.ID, h.Worker, h.Division, h.Occupation)
	return s.SaveDue(ctx, d, events...)
}
