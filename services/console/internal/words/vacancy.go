package words

import (
	"slices"
	"strings"

	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
)

// Choice is one entry of a list to choose from.
type Choice struct{ Value, Label string }

// Group is entries under one heading.
type Group struct {
	Label   string
	Entries []Choice
}

// JobOccupations lists the occupation groups that are offered in job search,
// under their major groups.
func (p *Printer) JobOccupations() (all []Group) {
	for _, o := range p.cat.tables.Occupations() {
		if !o.Offered {
			continue
		}
		label := o.MajorZH
		if p.lang == En {
			label = o.MajorEN
		}
		if len(all) == 0 || all[len(all)-1].Label != label {
			all = append(all, Group{Label: label})
		}
		g := &all[len(all)-1]
		g.Entries = append(g.Entries, Choice{o.Code, o.Code + " " + o.NameZH})
	}
	return all
}

// JobMajors lists the major groups that are offered in job search.
func (p *Printer) JobMajors() (all []Choice) {
	for _, o := range p.cat.tables.Occupations() {
		c := Choice{o.Major, o.MajorZH}
		if p.lang == En {
			c.Label = o.MajorEN
		}
		if o.Offered && !slices.Contains(all, c) {
			all = append(all, c)
		}
	}
	return all
}

// JobCounties lists the counties.
func (p *Printer) JobCounties() (all []Choice) {
	for _, c := range p.cat.tables.Counties() {
		all = append(all, Choice{c.Code, p.County(c.Code)})
	}
	return all
}

// JobPlaces lists the townships that people live in, under their counties; a
// county's own entry stands for anywhere in it.
func (p *Printer) JobPlaces() (all []Group) {
	for _, c := range p.JobCounties() {
		g := Group{Label: c.Label, Entries: []Choice{{c.Value, p.T("place.anywhere", "county", c.Label)}}}
		for _, t := range p.cat.tables.Townships(c.Value) {
			if !t.NotResidential && strings.HasPrefix(t.Code, c.Value) {
				g.Entries = append(g.Entries, Choice{t.Code, t.NameZH})
			}
		}
		all = append(all, g)
	}
	return all
}

// Where says where a post is: the county, and the township where there is one.
func (p *Printer) Where(county, township string) string {
	t, ok := p.cat.tables.Township(township)
	if !ok {
		return p.County(county)
	}
	return p.County(county) + " · " + t.NameZH
}

// Wage says what a post pays, with its unit.
func (p *Printer) Wage(v *employmentv1.Vacancy) string {
	unit := v.GetWageUnit()
	if unit == "" {
		unit = "month"
	}
	if v.GetWageMinFen() == v.GetWageMaxFen() {
		return p.T("wage.one."+unit, "from", p.yuan(v.GetWageMinFen()))
	}
	return p.T("wage.range."+unit, "from", p.yuan(v.GetWageMinFen()), "to", p.yuan(v.GetWageMaxFen()))
}

// yuan leaves out the fen of a whole amount: in a list they only stand in the way.
func (p *Printer) yuan(fen int64) string {
	s := p.Money(fen)
	if fen%100 == 0 {
		s = strings.Replace(s, ".00", "", 1)
	}
	return s
}

// Season says when a post is to be filled.
func (p *Printer) Season(from, to string) string {
	switch {
	case from == "" && to == "":
		return p.T("season.always")
	case from == "":
		return p.T("season.to", "to", p.Date(to))
	case to == "":
		return p.T("season.from", "from", p.Date(from))
	}
	return p.T("season.range", "from", p.Date(from), "to", p.Date(to))
}

// Employer names who offers a post; a household is not named before somebody
// works there.
func (p *Printer) Employer(v *employmentv1.Vacancy) string {
	if v.GetEmployerKind() == "household" {
		return p.T("employer.household")
	}
	return v.GetEmployerName()
}

// Factor says in words what a factor's points come from.
func (p *Printer) Factor(f *employmentv1.Factor) string {
	return p.first(p.Code(f.GetCode()), "factor."+f.GetName()+"."+f.GetCode())
}

// Certificate names a certificate that a post asks for.
func (p *Printer) Certificate(c *employmentv1.CertificateNeed) string {
	return strings.TrimSpace(p.Occupation(c.GetOccupation()) + " " + c.GetLevel())
}
