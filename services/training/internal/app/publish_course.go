package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
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
	Venue, EndsOn, Contact                        string
}

// Said is what became of what a form or a sheet says of a course.
type Said struct {
	ID, Outcome string
	Differs     []string // fields that say otherwise than the record and changed nothing
}

// PublishCourse opens a course. The same reference of the same provider again
// changes nothing, so that a sheet can be imported twice. By an import, a course
// of the same provider, title, occupation, level, kind, orderer and first day is the same:
// what the sheet says otherwise corrects it where nobody's enrolment rests on it,
// and a place more is offered to who waits.
func (a *App) PublishCourse(ctx context.Context, s Store, n Announcement) (said Said, err error) {
	starts, err := clock.ParseDate(n.StartsOn)
	if err != nil {
		return said, err
	}
	ends, err := day(n.EndsOn)
	if err != nil {
		return said, err
	}
	c, events, err := domain.Publish(a.Codes, domain.Course{
		ID: a.NewID(), Provider: n.Provider, Reference: n.Reference, Title: n.Title, Occupation: n.Occupation, Level: n.Level,
		Hours: n.Hours, Places: n.Places, StartsOn: starts, Kind: n.Kind, EmployerUSCC: n.EmployerUSCC, SubsidyFen: n.SubsidyFen, County: n.County, Venue: n.Venue, EndsOn: ends, Contact: n.Contact,
	})
	if err != nil {
		return said, err
	}
	if err := a.mayRun(ctx, c.County); err != nil {
		return said, err
	}
	if err := a.plausible(c); err != nil {
		return said, err
	}
	p, err := auth.FromContext(ctx)
	if err != nil {
		return said, err
	}
	if p.Via == auth.ViaImport {
		known, found, err := s.SameCourse(c)
		if err != nil {
			return said, err
		}
		if found {
			return a.correctCourse(ctx, s, known, c)
		}
	}
	id, created, err := s.AddCourse(ctx, c, events...)
	said = Said{ID: id, Outcome: domain.Unchanged}
	if created {
		said.Outcome = domain.Created
	}
	return said, err
}

// day reads a day that need not be said.
func day(s string) (d clock.Date, err error) {
	if s == "" {
		return d, nil
	}
	return clock.ParseDate(s)
}

// plausible refuses what can only be a slip of the pen.
func (a *App) plausible(c domain.Course) error {
	r, err := a.Rules.Rule("TR-PLAUSIBLE", a.today(), c.County)
	if err != nil {
		return err
	}
	for name, n := range map[string]int64{"hours": int64(c.Hours), "places": int64(c.Places), "subsidy_fen": c.SubsidyFen} {
		if ok, err := r.Within(name, n); err != nil {
			return err
		} else if !ok {
			return domain.ErrUnlikely
		}
	}
	return nil
}

// correctCourse brings a known course to what a sheet says now.
func (a *App) correctCourse(ctx context.Context, s Store, known, c domain.Course) (Said, error) {
	said := Said{ID: known.ID, Outcome: domain.Unchanged}
	if known.Reference == c.Reference {
		return said, nil
	}
	corrected, differs, events := known.Correct(c)
	if said.Differs = differs; len(differs) > 0 {
		said.Outcome = domain.Differs
	}
	if events == nil {
		return said, nil
	}
	said.Outcome = domain.Applied
	corrected, err := a.offerFree(ctx, s, corrected)
	if err != nil {
		return said, err
	}
	return said, s.SaveCourse(ctx, corrected, events...)
}
