package domain

import (
	"slices"
	"strconv"
	"strings"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/rule"
)

// Seeker is all that a suggestion knows of a worker: what he wishes, what he
// can do and when. It has no gender, education, language or origin, so that
// none can enter.
type Seeker struct {
	Occupation   string
	Skills       []string
	Certificates []string // occupation groups: shared records and papers count the same
	Papers       []string // those of them that the worker has on paper
	County       string
	Township     string
	WageMinFen   int64 // a month; 0 is negotiable
	From, To     clock.Date
	Housing      bool
	Meals        bool
}

// Seeker returns what a suggestion may know of a profile. A record that its
// issuer corrected counts until a person has looked.
func (p Profile) Seeker(held []Qualification) Seeker {
	s := Seeker{
		Occupation: p.Occupation, Skills: p.Skills, Papers: p.Papers, County: p.County, Township: p.Township, WageMinFen: p.WageMinFen,
		From: p.AvailableFrom, To: p.AvailableTo, Housing: p.NeedsHousing, Meals: p.NeedsMeals,
	}
	s.Certificates = slices.Clone(p.Papers)
	for _, q := range held {
		s.Certificates = append(s.Certificates, q.Occupation)
	}
	return s
}

// Kinds names what of it there is, as access logs call it.
func (s Seeker) Kinds() (kinds []string) {
	for _, k := range []struct {
		name  string
		there bool
	}{
		{"occupation", s.Occupation != ""}, {"skills", len(s.Skills) > 0}, {"certificate", len(s.Certificates) > 0},
		{"available_from", !s.From.IsZero() || !s.To.IsZero()},
	} {
		if k.there {
			kinds = append(kinds, k.name)
		}
	}
	return kinds
}

// Weights is the points of rule EM-SUGGEST, and the days (EM-PAYDAYS) by which
// a day's wage is compared with a month's.
type Weights struct {
	SameGroup, SameMajor     int
	SkillGroup, SkillMajor   int
	SameTownship, SameCounty int
	Wage                     int
	WageFloor                int // per cent of the wish at which the wage gives nothing
	Season, SeasonPart       int
	Housing, Meals           int
	PayDays                  int // hundredths of a day
}

// ReadWeights reads the rules.
func ReadWeights(points, payDays rule.Rule) (w Weights, err error) {
	for name, into := range map[string]*int{
		"same_group": &w.SameGroup, "same_major": &w.SameMajor, "skill_group": &w.SkillGroup, "skill_major": &w.SkillMajor,
		"same_township": &w.SameTownship, "same_county": &w.SameCounty, "wage": &w.Wage, "wage_floor_percent": &w.WageFloor,
		"season": &w.Season, "season_part": &w.SeasonPart, "housing": &w.Housing, "meals": &w.Meals,
	} {
		if *into, err = points.Int(name); err != nil {
			return w, err
		}
	}
	w.PayDays, err = payDays.Int("days_per_month_hundredths")
	return w, err
}

// Factor is one part of a suggestion's points. Of is 0 where the worker has no
// wish that the factor could be about.
type Factor struct {
	Name, Code string
	Points, Of int
}

// major is the major group of an occupation group.
func major(group string) string {
	m, _, _ := strings.Cut(group, "-")
	return m
}

// Occupation is the distance of a post's occupation from the wished one in the
// classification: the same middle group, the same major group, or another.
func (w Weights) Occupation(s Seeker, group string) Factor {
	f := Factor{Name: "occupation", Code: "other_group", Of: w.SameGroup}
	switch {
	case s.Occupation == "":
		return Factor{Name: f.Name}
	case s.Occupation == group:
		f.Code, f.Points = "same_group", w.SameGroup
	case major(s.Occupation) == major(group):
		f.Code, f.Points = "same_major", w.SameMajor
	}
	return f
}

// Skills is how near the post's occupation is to what the worker says to be good at.
func (w Weights) Skills(s Seeker, group string) Factor {
	f := Factor{Name: "skills", Code: "no_skill", Of: w.SkillGroup}
	switch {
	case len(s.Skills) == 0:
		return Factor{Name: f.Name}
	case slices.Contains(s.Skills, group):
		f.Code, f.Points = "skill_group", w.SkillGroup
	case slices.ContainsFunc(s.Skills, func(skill string) bool { return major(skill) == major(group) }):
		f.Code, f.Points = "skill_major", w.SkillMajor
	}
	return f
}

// Place is how near the post is to where the worker wants to work.
func (w Weights) Place(s Seeker, county, township string) Factor {
	f := Factor{Name: "place", Code: "elsewhere", Of: w.SameTownship}
	switch {
	case s.County == "":
		return Factor{Name: f.Name}
	case s.County != county:
	case s.Township == "":
		f.Code, f.Points = "county_wished", w.SameTownship
	case s.Township == township:
		f.Code, f.Points = "same_township", w.SameTownship
	default:
		f.Code, f.Points = "same_county", w.SameCounty
	}
	return f
}

// MonthFen is the most that a post pays in a month, in fen; 0 where it pays by
// the piece or the hour, which no month can be made of.
func (w Weights) MonthFen(t Terms) int64 {
	switch t.WageUnit {
	case ByPiece, ByHour:
		return 0
	case ByDay:
		return t.WageMaxFen * int64(w.PayDays) / 100
	}
	return t.WageMaxFen
}

// Pay compares what a post pays in a month with the wish. A post by the piece
// gives half: it is neither held for too little nor for enough.
func (w Weights) Pay(s Seeker, monthFen int64) Factor {
	f := Factor{Name: "wage", Code: "below_wish", Of: w.Wage}
	switch {
	case s.WageMinFen == 0:
		return Factor{Name: f.Name}
	case monthFen == 0:
		f.Code, f.Points = "by_piece", w.Wage/2
	case monthFen >= s.WageMinFen:
		f.Code, f.Points = "meets_wish", w.Wage
	default:
		if over := int(monthFen*100/s.WageMinFen) - w.WageFloor; over > 0 && w.WageFloor < 100 {
			f.Code, f.Points = "near_wish", w.Wage*over/(100-w.WageFloor)
		}
	}
	return f
}

// Dates is how the post's season stands to the days on which the worker is
// free. That the two meet at all is a condition, see InSeason.
func (w Weights) Dates(s Seeker, from, to clock.Date) Factor {
	f := Factor{Name: "season", Code: "part_of_season", Points: w.SeasonPart, Of: w.Season}
	switch {
	case s.From.IsZero() && s.To.IsZero():
		return Factor{Name: f.Name}
	case !from.IsZero() && s.From.After(from):
	case !s.To.IsZero() && (to.IsZero() || to.After(s.To)):
	default:
		f.Code, f.Points = "whole_season", w.Season
	}
	return f
}

// Roof is whether a post gives the housing that the worker needs.
func (w Weights) Roof(s Seeker, offered bool) Factor {
	return wanted("housing", s.Housing, offered, w.Housing)
}

// Board is whether a post gives the meals that the worker needs.
func (w Weights) Board(s Seeker, offered bool) Factor {
	return wanted("meals", s.Meals, offered, w.Meals)
}

func wanted(name string, needed, offered bool, points int) Factor {
	switch {
	case !needed:
		return Factor{Name: name}
	case offered:
		return Factor{Name: name, Code: "offered_as_needed", Points: points, Of: points}
	}
	return Factor{Name: name, Code: "not_offered", Of: points}
}

// Score gives a vacancy's points and what they come from, leaving out what the
// worker has no wish about.
func (w Weights) Score(s Seeker, v Vacancy) (points, of int, factors []Factor) {
	for _, f := range []Factor{
		w.Occupation(s, v.Occupation), w.Skills(s, v.Occupation), w.Place(s, v.County, v.Township), w.Pay(s, w.MonthFen(v.Terms)),
		w.Dates(s, v.SeasonFrom, v.SeasonTo), w.Roof(s, v.Housing), w.Board(s, v.Meals),
	} {
		if f.Of == 0 {
			continue
		}
		points, of, factors = points+f.Points, of+f.Of, append(factors, f)
	}
	return points, of, factors
}

// InSeason reports whether a season, seen from today, meets the days on which
// the worker is free. A zero day sets no limit.
func (s Seeker) InSeason(today, from, to clock.Date) bool {
	if !to.IsZero() && (to.Before(today) || to.Before(s.From)) {
		return false
	}
	return s.To.IsZero() || from.IsZero() || !s.To.Before(from)
}

// Missing lists the certificates that a post asks for and the worker has
// neither as a record nor on paper. The level is for the employer to look at:
// records do not carry it yet, and a paper must not be worth less than a record.
func (s Seeker) Missing(needs []CertificateNeed) (all []string) {
	for _, n := range needs {
		if !slices.Contains(s.Certificates, n.Occupation) && !slices.Contains(all, n.Occupation) {
			all = append(all, n.Occupation)
		}
	}
	return all
}

// Conditions are the rules by which a post is suggested at all.
type Conditions struct {
	Certificate rule.Rule // EM-CERT
	Dates       rule.Rule // EM-DATES
	Age         rule.Rule // EM-05
	Young       int       // the age that EM-05 asks for, from EM-04
}

// What would change that a post is not suggested.
const (
	ChangeOtherPost   = "post_without_hazard"
	ChangeCourse      = "course_for_certificate"
	ChangePaper       = "paper_or_witness"
	ChangeNewDates    = "other_days_in_profile"
	ChangeComesOfAge  = "full_age"
	ChangeCorrectDate = "correct_birth_date"
)

// Check judges the conditions for one post, each with its trace. reached says
// whether the worker has the age that work with hazards asks for; it counts
// for such posts alone.
func (c Conditions) Check(s Seeker, v Vacancy, reached bool, today clock.Date) ([]rule.Trace, error) {
	certificate, err := c.certificate(s, v, today)
	if err != nil {
		return nil, err
	}
	dates, err := c.dates(s, v, today)
	if err != nil {
		return nil, err
	}
	all := []rule.Trace{certificate, dates}
	if v.Hazardous {
		age, err := c.age(v, reached, today)
		if err != nil {
			return nil, err
		}
		all = append(all, age)
	}
	for i := range all {
		all[i].Appeals = []rule.Appeal{{Way: "officer_review", Body: department}}
	}
	return all, nil
}

func (c Conditions) certificate(s Seeker, v Vacancy, today clock.Date) (rule.Trace, error) {
	t, err := c.Certificate.Trace(today, "needed")
	if err != nil {
		return t, err
	}
	t.Outcome = rule.Met
	for _, n := range v.Certificates {
		t.Facts = append(t.Facts, rule.Fact{Name: "certificate_needed", Value: n.Occupation, From: "employer", AsOf: today.String()})
	}
	for _, g := range s.Certificates {
		from := "training"
		if slices.Contains(s.Papers, g) {
			from = "paper"
		}
		t.Facts = append(t.Facts, rule.Fact{Name: "certificate_held", Value: g, From: from, AsOf: today.String()})
	}
	if missing := s.Missing(v.Certificates); len(missing) > 0 {
		t.Outcome = rule.NotMet
		t.Gaps = []rule.Gap{{Name: "certificates", Have: strconv.Itoa(len(v.Certificates) - len(missing)), Need: strconv.Itoa(len(v.Certificates)), Short: strconv.Itoa(len(missing))}}
		t.Changes = []rule.Change{{Code: ChangePaper}, {Code: ChangeCourse}}
	}
	return t, nil
}

func (c Conditions) dates(s Seeker, v Vacancy, today clock.Date) (rule.Trace, error) {
	t, err := c.Dates.Trace(today, "overlap")
	if err != nil {
		return t, err
	}
	t.Outcome = rule.Met
	for _, d := range []struct {
		name string
		day  clock.Date
		from string
	}{{"season_from", v.SeasonFrom, "employer"}, {"season_to", v.SeasonTo, "employer"}, {"available_from", s.From, "declared"}, {"available_to", s.To, "declared"}} {
		if !d.day.IsZero() {
			t.Facts = append(t.Facts, rule.Fact{Name: d.name, Value: d.day.String(), From: d.from, AsOf: today.String()})
		}
	}
	if s.InSeason(today, v.SeasonFrom, v.SeasonTo) {
		return t, nil
	}
	t.Outcome, t.Changes = rule.NotMet, []rule.Change{{Code: ChangeNewDates}}
	switch {
	case !v.SeasonTo.IsZero() && v.SeasonTo.Before(s.From):
		t.Gaps = []rule.Gap{{Name: "available_from", Have: s.From.String(), Need: v.SeasonTo.String(), Short: strconv.Itoa(s.From.Sub(v.SeasonTo)), Unit: "day"}}
	case !s.To.IsZero() && s.To.Before(v.SeasonFrom):
		t.Gaps = []rule.Gap{{Name: "available_to", Have: s.To.String(), Need: v.SeasonFrom.String(), Short: strconv.Itoa(v.SeasonFrom.Sub(s.To)), Unit: "day"}}
	}
	return t, nil
}

func (c Conditions) age(v Vacancy, reached bool, today clock.Date) (rule.Trace, error) {
	t, err := c.Age.Trace(today)
	if err != nil {
		return t, err
	}
	answer := "no"
	if reached {
		answer, t.Outcome = "yes", rule.Met
	} else {
		t.Outcome, t.Changes = rule.NotMet, []rule.Change{{Code: ChangeComesOfAge}, {Code: ChangeOtherPost}, {Code: ChangeCorrectDate}}
	}
	t.Facts = []rule.Fact{
		{Name: "hazardous_post", Value: "yes", From: "employment", AsOf: today.String(), Proof: v.ID},
		{Name: "min_age", Value: strconv.Itoa(c.Young), From: "employment", AsOf: today.String()},
		{Name: "age_reached", Value: answer, From: "registry", AsOf: today.String()},
	}
	return t, nil
}
