package domain

import (
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/qiao-platform/qiao/pkg/clock"
)

// maxText bounds a vacancy's requirements, in signs.
const maxText = 2000

// VacancyState is where a vacancy stands.
type VacancyState string

// The states of a vacancy.
const (
	VacancyIsOpen   VacancyState = "open"
	VacancyIsClosed VacancyState = "closed"
)

// WageUnit is what a wage is paid for.
type WageUnit string

// The units of a wage.
const (
	ByMonth WageUnit = "month"
	ByDay   WageUnit = "day"
	ByHour  WageUnit = "hour"
	ByPiece WageUnit = "piece"
)

// CertificateNeed is a certificate that a post asks for.
type CertificateNeed struct {
	Occupation string
	Level      string // 五级 to 一级; "" is any
}

// Terms is what an employer publishes.
type Terms struct {
	Title        string
	Occupation   string
	Headcount    int
	WageMinFen   int64 // in fen for a WageUnit
	WageMaxFen   int64
	WageUnit     WageUnit // "" is a month
	County       string
	Township     string     // "" is anywhere in the county
	SeasonFrom   clock.Date // zero: no such limit
	SeasonTo     clock.Date
	Shifts       []string // day, night, rotating
	Housing      bool
	Meals        bool
	Hazards      []string // declared, by the list of rule TR-HAZARD
	Certificates []CertificateNeed
	Schemes      []string // the insurance offered
	Household    bool     // work in a household (家政)
	Requirements string
	Reference    string // the employer's own; the same again changes nothing
}

// The published words of a vacancy's terms.
func shifts() []string { return []string{"day", "night", "rotating"} }
func schemes() []string {
	return []string{"pension", "medical", "unemployment", "work_injury", "maternity"}
}

// levels are those of the skill certificates, with "" for any.
func levels() []string { return []string{"", "五级", "四级", "三级", "二级", "一级"} }

// Check returns the terms with their texts trimmed, or what is wrong with
// them. Occupations, county, township and hazards are the caller's to check.
func (t Terms) Check() (Terms, error) {
	if t.Headcount < 1 {
		return t, ErrHeadcount
	}
	if t.WageUnit == "" {
		t.WageUnit = ByMonth
	}
	switch {
	case !slices.Contains([]WageUnit{ByMonth, ByDay, ByHour, ByPiece}, t.WageUnit):
		return t, ErrWageUnit
	case !known(t.Shifts, shifts()):
		return t, ErrShifts
	case !known(t.Schemes, schemes()):
		return t, ErrSchemes
	case slices.ContainsFunc(t.Certificates, func(c CertificateNeed) bool { return !slices.Contains(levels(), c.Level) }):
		return t, ErrCertificate
	}
	if t.WageMinFen <= 0 || t.WageMaxFen < t.WageMinFen {
		return t, ErrWageRange
	}
	if !t.SeasonFrom.IsZero() && !t.SeasonTo.IsZero() && t.SeasonTo.Before(t.SeasonFrom) {
		return t, ErrSeason
	}
	var err error
	if t.Title, err = Line(t.Title, 1, 100, ErrVacancyTitle); err != nil {
		return t, err
	}
	if t.Reference, err = Line(t.Reference, 0, 100, ErrVacancyText); err != nil {
		return t, err
	}
	t.Requirements = strings.TrimSpace(t.Requirements)
	unprintable := func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' }
	if utf8.RuneCountInString(t.Requirements) > maxText || !utf8.ValidString(t.Requirements) || strings.ContainsFunc(t.Requirements, unprintable) {
		return t, ErrVacancyText
	}
	return t, nil
}

// Vacancy is a published post with a number of places.
type Vacancy struct {
	Terms
	ID           string
	EmployerID   string
	EmployerName string       // for display; not written with the vacancy. A household's is not shown
	EmployerKind EmployerKind // for display too
	Hazardous    bool         // TR-HAZARD
	Limits       []string     // limits of the law that the post states
	Taken        int          // places whose offer was accepted
	State        VacancyState
	PublishedAt  time.Time
	Version      int64
}

// known reports whether every word is in the list, and none twice.
func known(words, list []string) bool {
	for i, w := range words {
		if !slices.Contains(list, w) || slices.Contains(words[:i], w) {
			return false
		}
	}
	return true
}

// Publish opens a vacancy on checked terms, with what they mean for its hazards.
func Publish(id string, e Employer, t Terms, d Danger, at time.Time) (Vacancy, []Event) {
	v := Vacancy{
		Terms: t, ID: id, EmployerID: e.ID, EmployerName: e.PublicName(), EmployerKind: e.Kind, Hazardous: d.Hazardous, Limits: d.Limits,
		State: VacancyIsOpen, PublishedAt: at,
	}
	return v, []Event{v.published()}
}

func (v Vacancy) published() VacancyPublished {
	return VacancyPublished{
		VacancyID: v.ID, EmployerID: v.EmployerID, Occupation: v.Occupation, County: v.County, WageMinFen: v.WageMinFen, WageMaxFen: v.WageMaxFen,
		SeasonFrom: v.SeasonFrom, SeasonTo: v.SeasonTo, Headcount: v.Headcount,
	}
}

// Same reports whether a vacancy's terms are the very same, by the same reference.
func (v Vacancy) Same(t Terms) bool { return reflect.DeepEqual(v.plain(), Vacancy{Terms: t}.plain()) }

// plain is the terms with empty lists in one form.
func (v Vacancy) plain() Terms {
	t := v.Terms
	for _, list := range []*[]string{&t.Shifts, &t.Hazards, &t.Schemes} {
		if len(*list) == 0 {
			*list = nil
		}
	}
	if len(t.Certificates) == 0 {
		t.Certificates = nil
	}
	return t
}

// Correct brings a vacancy to what a corrected sheet says in the columns that
// sheets have. Where people applied on the strength of its terms, only more
// places and more pay may come; a closed vacancy stays. It names the fields that
// stay as they are.
func (v Vacancy) Correct(said Terms, rests bool) (c Vacancy, differs []string) {
	c = v
	open := v.State == VacancyIsOpen
	set := func(field string, other, may bool, apply func()) {
		switch {
		case !other:
		case open && may:
			apply()
		default:
			differs = append(differs, field)
		}
	}
	set("headcount", said.Headcount != v.Headcount, said.Headcount > v.Headcount || !rests && said.Headcount >= v.Taken, func() { c.Headcount = said.Headcount })
	better := said.WageMinFen >= v.WageMinFen && said.WageMaxFen >= v.WageMaxFen
	set("wage_min_fen", said.WageMinFen != v.WageMinFen, !rests || better, func() { c.WageMinFen = said.WageMinFen })
	set("wage_max_fen", said.WageMaxFen != v.WageMaxFen, !rests || better, func() { c.WageMaxFen = said.WageMaxFen })
	set("season_to", said.SeasonTo != v.SeasonTo, !rests, func() { c.SeasonTo = said.SeasonTo })
	set("housing", said.Housing != v.Housing, !rests, func() { c.Housing = said.Housing })
	set("meals", said.Meals != v.Meals, !rests, func() { c.Meals = said.Meals })
	set("requirements", said.Requirements != v.Requirements, !rests, func() { c.Requirements = said.Requirements })
	if len(differs) == 0 && !v.sameColumns(c) {
		c.Reference = said.Reference
	}
	return c, differs
}

// sameColumns reports whether a correction changed nothing.
func (v Vacancy) sameColumns(c Vacancy) bool {
	return c.Headcount == v.Headcount && c.WageMinFen == v.WageMinFen && c.WageMaxFen == v.WageMaxFen && c.SeasonTo == v.SeasonTo &&
		c.Housing == v.Housing && c.Meals == v.Meals && c.Requirements == v.Requirements
}

// Corrected gives a corrected vacancy what its terms mean for its hazards, and
// tells of it as of a published one. Without a change there is nothing to tell.
func (v Vacancy) Corrected(was Vacancy, d Danger) (Vacancy, []Event) {
	if was.sameColumns(v) {
		return was, nil
	}
	v.Hazardous, v.Limits = d.Hazardous, d.Limits
	return v, []Event{v.published()}
}

// Open is how many places are still open.
func (v Vacancy) Open() int {
	if v.State != VacancyIsOpen {
		return 0
	}
	return max(0, v.Headcount-v.Taken)
}

// Close takes the vacancy from search. Offers that were made stand.
func (v Vacancy) Close() (Vacancy, []Event, error) {
	if v.State != VacancyIsOpen {
		return v, nil, ErrVacancyClosed
	}
	v.State = VacancyIsClosed
	return v, []Event{VacancyClosed{VacancyID: v.ID}}, nil
}

// Take takes a place, also of a vacancy that was closed after the offer.
func (v Vacancy) Take() (Vacancy, error) {
	if v.Taken >= v.Headcount {
		return v, ErrVacancyFull
	}
	v.Taken++
	return v, nil
}

// GiveBack frees a place whose acceptance was taken back.
func (v Vacancy) GiveBack() Vacancy {
	v.Taken = max(0, v.Taken-1)
	return v
}
