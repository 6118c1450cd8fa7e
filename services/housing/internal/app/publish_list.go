package app

import (
	"context"
	"strings"

	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// keepPublishing has a list published at the next day's beginning, where it has
// not been before.
func (a *App) keepPublishing(ctx context.Context, s Store, county string, kind domain.Kind) error {
	on, err := s.PublishedOn(county, kind)
	if err != nil || !on.IsZero() {
		return err
	}
	return s.Later(ctx, TaskPublish, county+":"+string(kind), a.today().AddDays(1).Start())
}

// PublishList writes a list's positions down, once a day for as long as
// somebody waits, so that everybody sees what moved.
func (a *App) PublishList(ctx context.Context, s Store, list string) error {
	county, kind, _ := strings.Cut(list, ":")
	if err := s.LockList(county, domain.Kind(kind)); err != nil {
		return err
	}
	today := a.today()
	on, err := s.PublishedOn(county, domain.Kind(kind))
	if err != nil || on == today {
		return err
	}
	_, ranked, err := a.rank(s, county, domain.Kind(kind))
	if err != nil {
		return err
	}
	if err := s.Publish(ctx, a.NewID(), county, domain.Kind(kind), today, ranked); err != nil || len(ranked) == 0 {
		return err
	}
	return s.Later(ctx, TaskPublish, list, today.AddDays(1).Start())
}
