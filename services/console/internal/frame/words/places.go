package words

import (
	"fmt"
	"slices"
	"strings"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
)

// Choice is one entry of a list to choose from.
type Choice struct{ Value, Label string }

// Group is entries under one heading.
type Group struct {
	Label   string
	Entries []Choice
}

// Division is a county, or the prefecture, with its name.
type Division struct{ Code, Name string }

// Counties lists the prefecture's counties, for a form.
func (p *Printer) Counties() (all []Division) {
	for _, d := range p.cat.tables.Counties() {
		all = append(all, Division{d.Code, p.County(d.Code)})
	}
	return all
}

// CountyCodes lists the codes of the counties that pages let choose from.
func (p *Printer) CountyCodes() (codes []string) {
	for _, d := range p.cat.tables.Counties() {
		codes = append(codes, d.Code)
	}
	return codes
}

// Divisions lists the counties, and last the prefecture.
func (p *Printer) Divisions() []Division {
	d := p.cat.tables.Prefecture()
	return append(p.Counties(), Division{d.Code, p.County(d.Code)})
}

// Townships lists a county's townships in which people live, for a form.
func (p *Printer) Townships(county string) []ident.Township {
	return slices.DeleteFunc(p.cat.tables.Townships(county), func(t ident.Township) bool { return t.NotResidential })
}

// Places lists the townships that people live in, under their counties; a
// county's own entry stands for anywhere in it.
func (p *Printer) Places() (all []Group) {
	for _, c := range p.Counties() {
		g := Group{Label: c.Name, Entries: []Choice{{c.Code, p.T("place.anywhere", "county", c.Name)}}}
		for _, t := range p.Townships(c.Code) {
			if strings.HasPrefix(t.Code, c.Code) {
				g.Entries = append(g.Entries, Choice{t.Code, t.NameZH})
			}
		}
		all = append(all, g)
	}
	return all
}

// Where says where something is: the county, and the township where there is one.
func (p *Printer) Where(county, township string) string {
	t, ok := p.cat.tables.Township(township)
	if !ok {
		return p.County(county)
	}
	return p.County(county) + " · " + t.NameZH
}

// Occupations lists the occupation groups that are offered in job search, under
// their major groups.
func (p *Printer) Occupations() (all []Group) {
	for _, o := range p.cat.tables.Occupations() {
		if !o.Offered {
			continue
		}
		label := p.named(o.MajorZH, o.MajorEN)
		if len(all) == 0 || all[len(all)-1].Label != label {
			all = append(all, Group{Label: label})
		}
		g := &all[len(all)-1]
		g.Entries = append(g.Entries, Choice{o.Code, o.Code + " " + o.NameZH})
	}
	return all
}

// Majors lists the major groups that are offered in job search.
func (p *Printer) Majors() (all []Choice) {
	for _, o := range p.cat.tables.Occupations() {
		if c := (Choice{o.Major, p.named(o.MajorZH, o.MajorEN)}); o.Offered && !slices.Contains(all, c) {
			all = append(all, c)
		}
	}
	return all
}

// Today is the civil date in Asia/Shanghai, as forms take it.
func (p *Printer) Today() string { return clock.Today(p.clock).String() }

// DaysUntil counts the days from today to a date: below zero where it is over
// or no date.
func (p *Printer) DaysUntil(s string) int {
	d, err := clock.ParseDate(s)
	if err != nil {
		return -1
	}
	return d.Sub(clock.Today(p.clock))
}

// Hour writes minutes after midnight as a time of day.
func (p *Printer) Hour(minute int32) string {
	return p.lang.Numerals(fmt.Sprintf("%02d:%02d", minute/60, minute%60))
}

// Metres writes square decimetres as square metres.
func (p *Printer) Metres(dm2 int32) string {
	if dm2%100 == 0 {
		return p.Number(int64(dm2 / 100))
	}
	return p.lang.Numerals(fmt.Sprintf("%.1f", float64(dm2)/100))
}
