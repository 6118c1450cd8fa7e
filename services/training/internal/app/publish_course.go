package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/training/internal/domain"
)

// Announcement is what a provider tells about a course.
type Announcement struct {
	Provider, Reference, Title, Occupation, Level string
	Hours, Places                                 int
	StartsOn, Kind, EmployerUSCC                  string
	SubsidyFen                                    int64
	County                                        string
}

// PublishCourse opens a course. The same reference of the same provider again
// changes nothing, so that a sheet can be imported twice.
func (a *App) PublishCourse(ctx context.Context, s Store, n Announcement) (id string, created bool, err error) {
	starts, err := clock.ParseDate(n.StartsOn)
	if err != nil {
		return "", false, err
	}
	c, events, err := domain.Publish(a.Codes, domain.Course{
		ID: a.NewID(), Provider: n.Provider, Reference: n.Reference, Title: n.Title, Occupation: n.Occupation, Level: n.Level,
		Hours: n.Hours, Places: n.Places, StartsOn: starts, Kind: n.Kind, EmployerUSCC: n.EmployerUSCC, SubsidyFen: n.SubsidyFen, County: n.County,
	})
	if err != nil {
		return "", false, err
	}
	if err := a.mayRun(ctx, c.County); err != nil {
		return "", false, err
	}
	return s.AddCourse(ctx, c, events...)
}
