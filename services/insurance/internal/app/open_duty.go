package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/insurance/internal/domain"
)

// Hire is what a registered hire tells.
type Hire struct {
	ID, Worker, EmployerID, Division string
	StartOn                          clock.Date
}

// OpenDuty opens the employer's duty to enrol, with its clock CLK-SI-ENROL
// (社会保险法 58: thirty days from the start of work). A hire that only the
// employer states opens it too: the employer is bound by its own word.
func (a *App) OpenDuty(ctx context.Context, s Store, h Hire) error {
	if _, exists, err := s.DutyOfHire(h.ID); err != nil || exists {
		return err
	}
	due, err := a.due(h.StartOn)
	if err != nil {
		return err
	}
	d, events := domain.OpenDuty(a.NewID(), h.ID, h.Worker, h.EmployerID, h.Division, h.StartOn, due)
	if err := s.SaveDuty(ctx, d, events...); err != nil {
		return err
	}
	if err := s.AskAge(ctx, d.ID, a.Clock.Now()); err != nil {
		return err
	}
	return s.CheckDutyAt(ctx, d.ID, due.AddDays(1).Start())
}
