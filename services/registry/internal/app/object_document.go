package app

import (
	"context"
	"errors"

	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// ObjectDocument takes the person's word against a change; the person is heard at
// once and by nobody else's leave. It gives the case's state.
func (a *App) ObjectDocument(ctx context.Context, once Once[string], id string) (string, error) {
	return withDocument(ctx, a, id, func(ch documentChange) (string, error) {
		return once(ctx, func(s Store) (string, error) { return a.objectDocument(ctx, s, id, ch) })
	})
}

func (a *App) objectDocument(ctx context.Context, s Store, id string, ch documentChange) (string, error) {
	c, err := s.DocumentCase(id)
	if err != nil {
		return "", err
	}
	if himself(ctx, c.Worker) != nil {
		return "", domain.ErrDocumentCaseUnknown // whether there is one is nobody else's business
	}
	if _, err := s.Account(c.Worker); err != nil {
		return "", err
	}
	held, _, err := taken(s, ch)
	if err != nil {
		return "", err
	}
	c, w, events, err := c.ObjectDocument(ch.known, ch.Sealed, ch.same, held, a.Clock.Now())
	if err != nil {
		return "", err
	}
	if err := s.SaveDocumentCase(c); err != nil || len(events) == 0 {
		return c.State, err
	}
	if err := errors.Join(s.SaveWorker(ctx, w, events...), s.DropFormer(c.ID)); err != nil {
		return "", err
	}
	return c.State, errors.Join(s.RefileKey(ctx, w.ID), s.LikenLater(ctx, w.ID))
}
