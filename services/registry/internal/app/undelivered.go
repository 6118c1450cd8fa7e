package app

import (
	"context"
	"errors"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// Undelivereds is what the use cases need of messages that did not arrive.
type Undelivereds interface {
	// Undelivered loads and locks what is known of a message that did not arrive, or
	// returns ErrUndeliveredUnknown.
	Undelivered(message string) (domain.Undelivered, error)
	SaveUndelivered(u domain.Undelivered) error
	// Tries lists the tries of a message, oldest first; TriesFor those for a person's
	// messages, newest first.
	Tries(message string) ([]domain.Try, error)
	TriesFor(worker string, limit int) ([]domain.Try, error)
	AddTry(t domain.Try) error
}

// NotDelivered gives a message to the counter that did not arrive for as long as rule
// RG-UNDELIVERED says; before that its channel goes on trying, as it does afterwards.
func (a *App) NotDelivered(_ context.Context, s Store, message string) error {
	m, err := s.Message(message)
	if err != nil || !m.DeliveredAt.IsZero() {
		return err
	}
	now := a.Clock.Now()
	r, err := a.Rules.Rule("RG-UNDELIVERED", clock.DateOf(now), "")
	if err != nil {
		return err
	}
	hours, err := r.Int("hours")
	if err != nil || now.Before(m.SentAt.Add(time.Duration(hours)*time.Hour)) {
		return err
	}
	if _, err := s.Undelivered(message); !errors.Is(err, domain.ErrUndeliveredUnknown) {
		return err
	}
	return s.SaveUndelivered(domain.Undelivered{MessageID: m.ID, Worker: m.Worker, FoundAt: now})
}

// arrived ends the search for whom a message did not reach, since it arrived.
func (a *App) arrived(s Store, m domain.Message) error {
	u, err := s.Undelivered(m.ID)
	if errors.Is(err, domain.ErrUndeliveredUnknown) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.SaveUndelivered(u.Arrive(m.DeliveredAt))
}

// ShownUndelivered is a message that did not arrive as an officer sees it: whom it did not
// reach, never what it says. The person comes while the search is on.
type ShownUndelivered struct {
	Undelivered domain.Undelivered
	Tries       []domain.Try
	Worker      domain.Worker
	Person      domain.Person
}

// ReadUndelivered shows an officer of the person's county whom a message did not reach, and
// writes the look to the person's log.
func (a *App) ReadUndelivered(ctx context.Context, message string) (u ShownUndelivered, err error) {
	err = a.Data.Change(ctx, func(s Store) error {
		p, w, err := a.searcher(ctx, s, message)
		if err != nil {
			return err
		}
		u.Worker = w
		if u.Undelivered, err = s.Undelivered(message); err != nil {
			return err
		}
		if u.Tries, err = s.Tries(message); err != nil || u.Undelivered.EndedHow != "" {
			return err
		}
		return a.logRead(s, p, w.ID, message, kindName, kindContact)
	})
	if err != nil || u.Undelivered.EndedHow != "" {
		return u, err
	}
	u.Person, err = a.openWorker(ctx, u.Worker)
	return u, err
}

// RecordTry keeps what an officer tried, and ends the search where the person was reached.
func (a *App) RecordTry(ctx context.Context, s Store, message string, t domain.Try) error {
	p, w, err := a.searcher(ctx, s, message)
	if err != nil {
		return err
	}
	u, err := s.Undelivered(message)
	if err != nil {
		return err
	}
	before, err := s.Tries(message)
	if err != nil {
		return err
	}
	t.Officer, t.At = p.Subject, a.Clock.Now()
	u, t, err = u.Record(before, t)
	if err != nil {
		return err
	}
	return errors.Join(s.AddTry(t), s.SaveUndelivered(u), a.logRead(s, p, w.ID, message, kindRegistered))
}

// searcher is the officer who looks for whom a message did not reach, and the person. That
// there is such a message of another county is told to nobody. The message is locked before
// the person, as by whoever closes an account.
func (a *App) searcher(ctx context.Context, s Store, message string) (p auth.Principal, w domain.Worker, err error) {
	if p, err = a.reader(ctx, message); err != nil {
		return p, w, err
	}
	m, err := s.Message(message)
	if errors.Is(err, domain.ErrMessageUnknown) {
		return p, w, domain.ErrUndeliveredUnknown
	}
	if err != nil {
		return p, w, err
	}
	if w, err = a.visible(s, p, m.Worker); errors.Is(err, domain.ErrWorkerUnknown) || errors.Is(err, domain.ErrWorkerClosed) {
		err = domain.ErrUndeliveredUnknown
	}
	return p, w, err
}

// TriesFor shows the person how counters looked for him where a message did not arrive.
func (a *App) TriesFor(ctx context.Context, s Store, worker string) ([]domain.Try, error) {
	if err := himself(ctx, worker); err != nil {
		return nil, err
	}
	return s.TriesFor(worker, pageMax)
}
