package fair

import (
	"regexp"
	"strings"

	"github.com/qiao-platform/qiao/pkg/allocate"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// Plan is what an officer plans.
type Plan struct {
	Campaign         string
	Division         string // a county or the prefecture
	StartsOn, EndsOn clock.Date
	ClosesOn         clock.Date // the last day of posts and wishes
	MatchOn          clock.Date // the day whose public figure decides; at a fair of one day the same
	Tie              allocate.Tie
	FigureName       string // which figure, where published
	Venue            string // a hall with its street, or the site of one that is held online
	Hours            string // of each day, as 10:00-16:00
}

// OneDay reports whether lists close, employers rank and the figure is published
// on one day, as at a fair that is held in a hall: there the desk closes the
// lists, and when it did is published with the commitment.
func (p Plan) OneDay() bool { return p.MatchOn == p.ClosesOn }

// hours is how the hours of a day are written.
var hours = regexp.MustCompile(`^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$`)

// check is what must hold of a plan.
func (p Plan) check(r Rules, today clock.Date) (Plan, error) {
	if p.StartsOn.IsZero() || p.EndsOn.IsZero() || p.ClosesOn.IsZero() || p.MatchOn.IsZero() ||
		p.EndsOn.Before(p.StartsOn) || p.ClosesOn.Before(today) || !p.OneDay() && !p.MatchOn.After(p.ClosesOn.AddDays(r.RankDays)) {
		return p, ErrDays
	}
	if p.StartsOn.Before(today) || p.EndsOn.After(p.StartsOn.AddMonths(longest)) || p.MatchOn.After(today.AddMonths(longest)) {
		return p, ErrDays
	}
	if p.Tie != allocate.SingleTie && p.Tie != allocate.MultipleTie {
		return p, ErrTie
	}
	var err error
	if p.FigureName, err = domain.Shown(p.FigureName, 4, ErrFigureName); err != nil || !allocate.Announced(p.FigureName) {
		return p, ErrFigureName
	}
	if p.Venue, err = domain.Shown(p.Venue, 2, ErrVenue); err != nil {
		return p, err
	}
	p.Hours = strings.NewReplacer(" ", "", "–", "-", "—", "-", "～", "-", "~", "-", "：", ":").Replace(p.Hours)
	if !hours.MatchString(p.Hours) || p.Hours[:5] >= p.Hours[6:] {
		return p, ErrHours
	}
	return p, nil
}

// longest is the most months of a fair, or before its draw; more is a slip of
// the year.
const longest = 12

// Same reports whether two plans are one fair: nobody holds two fairs of a
// campaign at one place on the same days.
func (p Plan) Same(q Plan) bool {
	return p.Campaign == q.Campaign && p.Division == q.Division && p.StartsOn == q.StartsOn && p.EndsOn == q.EndsOn && p.Venue == q.Venue
}
