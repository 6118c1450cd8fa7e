package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// lockApplication loads an application for an officer of its county.
func lockApplication(ctx context.Context, s Store, id string) (domain.Application, error) {
	a, err := s.Application(id)
	if err != nil {
		return a, err
	}
	_, err = officer(ctx, a.County)
	return a, auth.Hide(err, domain.ErrApplicationUnknown)
}

// ownApplication loads an application for its worker or who acts for him.
func ownApplication(ctx context.Context, s Store, id string) (domain.Application, error) {
	seen, err := s.PeekApplication(id)
	if err != nil {
		return seen, err
	}
	if err := auth.Hide(mayActFor(ctx, seen.Worker), domain.ErrApplicationUnknown); err != nil {
		return seen, err
	}
	return s.Application(id)
}
