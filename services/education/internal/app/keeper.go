package app

import (
	"context"
	"slices"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

// keeps returns unknown to a caller who may not act for who keeps an application, and
// to all while nobody does: the guardian who still stands in it lost the right. An
// officer sees it, and it goes on with whoever becomes a guardian.
func keeps(ctx context.Context, s Store, application domain.Application, unknown error) (p auth.Principal, err error) {
	if p, err = auth.FromContext(ctx); err != nil {
		return p, err
	}
	if err := auth.Hide(p.MayActFor(application.Worker), unknown); err != nil {
		return p, err
	}
	nobody, err := unkept(s, application)
	if err == nil && nobody {
		err = unknown
	}
	return p, err
}

// unkept reports whether nobody is left who could keep an application.
func unkept(s Store, application domain.Application) (bool, error) {
	matters, err := s.Disagreements(application.ID)
	return slices.ContainsFunc(matters, func(d domain.Disagreement) bool { return d.Kind == domain.MatterNobody }), err
}
