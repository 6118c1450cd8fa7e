package domain

import (
	"slices"
	"strconv"
	"time"

	"github.com/qiao-platform/qiao/pkg/allocate"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/rule"
)

// Scoring is the published rules in force for points, and those that a place in
// a list is explained by. No rule asks where anybody comes from.
type Scoring struct {
	Head      rule.Rule // HO-07: the list as a whole
	Work      rule.Rule // HO-PT-WORK
	Insurance rule.Rule // HO-PT-INSURANCE
	Area      rule.Rule // HO-PT-AREA
	Wait      rule.Rule // HO-PT-WAIT
	Relief    rule.Rule // HO-14: who stands first by law; without id where it is not in force
	Recourse  rule.Recourse
}

// The forms of evidence behind a line. Which one it is never changes the points.
const (
	FormRecord   = "record"
	FormPaper    = "paper"
	FormWitness  = "witness"
	FormDeclared = "declared"
)

// PointLine is what one rule gives, with where the rule comes from.
type PointLine struct {
	allocate.Line
	Most          int
	Source        string
	ToBeConfirmed bool
}

// Candidate is an application on a list, with the facts that it holds.
type Candidate struct {
	Application Application
	Proofs      []Proof
}

// Lines counts a candidate's points on a day, rule by rule.
func (s Scoring) Lines(c Candidate, today clock.Date) ([]PointLine, error) {
	worked, workForm := workMonths(c.Proofs, today)
	insured, insuredForm := insuredMonths(c.Proofs)
	short, err := s.areaShort(c.Application)
	if err != nil {
		return nil, err
	}
	waited := monthsSince(clock.DateOf(c.Application.SubmittedAt), today)
	var all []PointLine
	for _, l := range []struct {
		rule            rule.Rule
		fact, form, per string
		have            int
	}{
		{s.Work, "work_months", workForm, "points_per_month", worked},
		{s.Insurance, "insurance_months", insuredForm, "points_per_month", insured},
		{s.Area, "area_short_m2", FormDeclared, "points_per_m2", short},
		{s.Wait, "waiting_months", FormRecord, "points_per_month", waited},
	} {
		per, err := l.rule.Int(l.per)
		if err != nil {
			return nil, err
		}
		most, err := l.rule.Int("most_points")
		if err != nil {
			return nil, err
		}
		all = append(all, PointLine{
			Line: allocate.Line{Rule: l.rule.ID, Fact: l.fact, Form: l.form, Have: l.have, Points: min(l.have*per, most)},
			Most: most, Source: l.rule.Source, ToBeConfirmed: l.rule.ToBeConfirmed(),
		})
	}
	return all, nil
}

// areaShort is how many square metres, as the household declares, it is short of
// what the rule counts for its members.
func (s Scoring) areaShort(a Application) (int, error) {
	each, err := s.Area.Int("m2_per_person")
	if err != nil {
		return 0, err
	}
	return max(0, each-a.DeclaredAreaDM2/100/a.HouseholdSize), nil
}

// workMonths counts the months of work that are shown, each month once: those
// of one job after another, as seasonal workers have them, add up.
func workMonths(proofs []Proof, today clock.Date) (months int, form string) {
	type span struct{ from, to clock.Date }
	var spans []span
	var used []Proof
	for _, p := range proofs {
		from, err := clock.ParseDate(p.Since)
		if p.Kind != ProofJob || p.Flagged || err != nil || from.After(today) {
			continue
		}
		to := today
		if end, err := clock.ParseDate(p.Until); err == nil && end.Before(today) {
			to = end.AddDays(1) // the last day counts
		}
		spans, used = append(spans, span{from, to}), append(used, p)
	}
	slices.SortFunc(spans, func(a, b span) int { return a.from.Compare(b.from) })
	for i := 0; i < len(spans); {
		to := spans[i].to
		j := i + 1
		for ; j < len(spans) && !spans[j].from.After(to); j++ {
			if spans[j].to.After(to) {
				to = spans[j].to
			}
		}
		months += monthsSince(spans[i].from, to)
		i = j
	}
	return months, formOf(used)
}

// insuredMonths counts the months of insurance: the longest record of a scheme,
// since several schemes run side by side.
func insuredMonths(proofs []Proof) (months int, form string) {
	var used []Proof
	for _, p := range proofs {
		if p.Kind == ProofInsurance && !p.Flagged && p.Months > months {
			months, used = p.Months, []Proof{p}
		}
	}
	return months, formOf(used)
}

// formOf is the form that most of a line's evidence has; "" where there is none.
func formOf(used []Proof) string {
	count := map[string]int{}
	for _, p := range used {
		form := FormRecord
		if p.Source == FormPaper || p.Source == FormWitness {
			form = p.Source
		}
		count[form]++
	}
	best := ""
	for _, f := range []string{FormRecord, FormPaper, FormWitness} {
		if count[f] > count[best] {
			best = f
		}
	}
	return best
}

// Standing is a candidate's place in its list.
type Standing struct {
	Candidate Candidate
	Place     allocate.Place
	Tied      int // others with the same points and day: a draw decides between them
	Lines     []PointLine
	Class     int    // stands before the points: a lower one is first
	AheadBy   string // the rule by which it stands ahead of those without one
}

// Since is the day from which a candidate waits. The day decides between equal
// points, not the hour: nobody gains by standing at the counter earlier.
func Since(a Application) time.Time { return clock.DateOf(a.SubmittedAt).Start() }

// Rank orders a list: whom a fault wronged, then relief households, then all
// others, and among these by points, then by the day of the application; equals
// keep the order of their ids until a draw decides between them.
func (s Scoring) Rank(all []Candidate, owed map[string]bool, today clock.Date) ([]Standing, error) {
	byID := make(map[string]Standing, len(all))
	waiting := make([]allocate.Waiting, len(all))
	for i, c := range all {
		lines, err := s.Lines(c, today)
		if err != nil {
			return nil, err
		}
		class, by := s.class(c.Application, owed)
		waiting[i] = allocate.Waiting{ID: c.Application.ID, Class: class, Lines: plain(lines), Since: Since(c.Application)}
		byID[c.Application.ID] = Standing{Candidate: c, Lines: lines, Class: class, AheadBy: by}
	}
	places := allocate.Queue(waiting)
	ranked := make([]Standing, len(places))
	for i, p := range places {
		ranked[i] = byID[p.ID]
		ranked[i].Place = p
	}
	for i := 0; i < len(ranked); {
		j := i + 1
		for j < len(ranked) && equal(ranked[i], ranked[j]) {
			j++
		}
		for k := i; k < j; k++ {
			ranked[k].Tied = j - i - 1
		}
		i = j
	}
	return ranked, nil
}

// equal reports whether only a draw decides between two.
func equal(a, b Standing) bool {
	return a.Class == b.Class && a.Place.Points == b.Place.Points && Since(a.Candidate.Application).Equal(Since(b.Candidate.Application))
}

func plain(lines []PointLine) []allocate.Line {
	all := make([]allocate.Line, len(lines))
	for i, l := range lines {
		all[i] = l.Line
	}
	return all
}

// Rate says how many lines and points of a list rest on a form of evidence.
type Rate struct {
	Rule, Form    string
	Count, Points int
}

// Rates reports, for every rule, how its points are evidenced, so that an
// officer sees where people without records lose or gain.
func Rates(all []Standing) []Rate {
	var rates []Rate
	for _, st := range all {
		for _, l := range st.Lines {
			if l.Form == "" {
				continue
			}
			i := slices.IndexFunc(rates, func(r Rate) bool { return r.Rule == l.Rule && r.Form == l.Form })
			if i < 0 {
				i, rates = len(rates), append(rates, Rate{Rule: l.Rule, Form: l.Form})
			}
			rates[i].Count++
			rates[i].Points += l.Points
		}
	}
	slices.SortStableFunc(rates, func(a, b Rate) int { return cmpText(a.Rule+a.Form, b.Rule+b.Form) })
	return rates
}

// The codes of what moves a place in a list; the interface words them.
const (
	ChangeWorkOn    = "points_work_goes_on"
	ChangeInsureOn  = "points_insurance_goes_on"
	ChangeWaitOn    = "points_waiting"
	ChangeShareWork = "points_share_job"
	ChangeOtherKind = "apply_other_kind"
	ChangeStayRound = "next_round"
)

// Explain says what a place in the list rests on, how far it is from the one
// ahead and what would change it. For the first of the list it is met.
func (s Scoring) Explain(st Standing, today clock.Date) (rule.Trace, error) {
	t, err := s.Head.Trace(today)
	if err != nil {
		return t, err
	}
	t.Facts = s.facts(st, today)
	all := []rule.Trace{t}
	Appealable(all, s.Recourse)
	t = all[0]
	t.Appeals = append([]rule.Appeal{{Way: "officer_review", Body: "hou"}}, t.Appeals...)
	t.Facts = append(t.Facts, rule.Fact{Name: "decided_by", Value: string(st.Place.By), From: "housing", AsOf: today.String()})
	if st.Tied > 0 {
		t.Facts = append(t.Facts, rule.Fact{Name: "tied", Value: strconv.Itoa(st.Tied), From: "housing", AsOf: today.String()})
	}
	t.Changes = s.changes(st, today)
	if st.Place.Position == 1 {
		t.Outcome = rule.Unclear // a draw decides who is first
		if st.Tied == 0 {
			t.Outcome, t.Changes = rule.Met, nil
		}
		return t, nil
	}
	t.Outcome = rule.NotMet
	if st.Place.By == allocate.ByClass { // no points bring anybody past those whom a rule puts ahead
		return t, nil
	}
	t.Gaps = []rule.Gap{{Name: "points", Have: strconv.Itoa(st.Place.Points), Need: strconv.Itoa(st.Place.Points + st.Place.Need), Short: strconv.Itoa(st.Place.Need), Unit: "point"}}
	return t, nil
}

func (s Scoring) facts(st Standing, today clock.Date) []rule.Fact {
	on := today.String()
	facts := []rule.Fact{
		{Name: "position", Value: strconv.Itoa(st.Place.Position), From: "housing", AsOf: on},
		{Name: "waiting_total", Value: strconv.Itoa(st.Place.Of), From: "housing", AsOf: on},
		{Name: "points", Value: strconv.Itoa(st.Place.Points), From: "housing", AsOf: on},
		{Name: "waiting_since", Value: clock.DateOf(st.Candidate.Application.SubmittedAt).String(), From: "housing", AsOf: on},
	}
	for _, l := range st.Lines {
		from := l.Form
		if from == FormRecord || from == "" {
			from = "housing"
		}
		facts = append(facts, rule.Fact{Name: l.Fact, Value: strconv.Itoa(l.Have), From: from, AsOf: on})
	}
	return facts
}

// changes lists what still can bring points, the likeliest first.
func (s Scoring) changes(st Standing, today clock.Date) []rule.Change {
	var all []rule.Change
	for _, l := range st.Lines {
		if l.Points >= l.Most {
			continue
		}
		switch l.Rule {
		case s.Work.ID:
			code := ChangeWorkOn
			if l.Have == 0 {
				code = ChangeShareWork
			}
			all = append(all, rule.Change{Code: code})
		case s.Insurance.ID:
			all = append(all, rule.Change{Code: ChangeInsureOn})
		case s.Wait.ID:
			all = append(all, rule.Change{Code: ChangeWaitOn, From: clock.DateOf(st.Candidate.Application.SubmittedAt).AddMonths(l.Have + 1)})
		}
	}
	return append(all, rule.Change{Code: ChangePaper}, rule.Change{Code: ChangeOtherKind})
}

// Subsidy is the rent subsidy of a household a month, in fen, by HO-SUBSIDY.
func Subsidy(r rule.Rule, members int) (int64, error) {
	perM2, err := r.Int("fen_per_m2")
	if err != nil {
		return 0, err
	}
	each, err := r.Int("m2_per_person")
	if err != nil {
		return 0, err
	}
	most, err := r.Int("most_m2")
	return int64(perM2) * int64(min(members*each, most)), err
}
