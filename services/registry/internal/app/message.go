package app

import (
	"context"
	"errors"

	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// Tell keeps a message for its worker and has it delivered. Who has no open
// account cannot be told. It comes before or after a closing, a death and its
// reversal, and beside whatever else is told.
func (a *App) Tell(ctx context.Context, s Store, m domain.Message) error {
	w, err := s.SharedWorker(m.Worker)
	if err == nil && !w.Unseen() { // who waits for a counter is told what becomes of it
		err = w.Open()
	}
	if errors.Is(err, domain.ErrWorkerUnknown) || errors.Is(err, domain.ErrWorkerClosed) {
		return nil
	}
	if err != nil {
		return err
	}
	m.SentAt = a.Clock.Now()
	return s.AddMessage(ctx, m)
}

// Delivered notes that a message is known to have arrived, once.
func (a *App) Delivered(ctx context.Context, s Store, id string) error {
	m, err := s.Message(id)
	if err != nil {
		return err
	}
	m, events := m.Arrive(a.Kind(m.Template), a.Clock.Now())
	if len(events) == 0 {
		return nil
	}
	if err := errors.Join(s.SaveMessage(ctx, m, events...), a.arrived(s, m)); err != nil {
		return err
	}
	return a.askedArrived(ctx, s, m)
}

// Mailbox shows the worker his own messages: what others did in his name
// reaches him here, so no helper reads it for him. So many of the newest are left out as
// skip says.
func (a *App) Mailbox(ctx context.Context, s Store, worker string, skip, limit int) ([]domain.Message, error) {
	if err := himself(ctx, worker); err != nil {
		return nil, err
	}
	if _, err := s.PeekWorker(worker); err != nil {
		return nil, err
	}
	all, err := s.Mailbox(worker, skip+page(limit))
	return all[min(skip, len(all)):], err
}

// ReadMessage notes when the worker first read a message.
func (a *App) ReadMessage(ctx context.Context, s Store, id string) error {
	m, err := s.Message(id)
	if err != nil {
		return err
	}
	if err := himself(ctx, m.Worker); err != nil {
		return domain.ErrMessageUnknown // whether there is one is nobody else's business
	}
	return s.SaveMessage(ctx, m.Read(a.Clock.Now()))
}
