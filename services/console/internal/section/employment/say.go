package employment

import (
	"html/template"
	"strings"

	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame/words"
)

// funcs is what the section's templates can say beside the frame's.
func funcs(p *words.Printer) template.FuncMap {
	return template.FuncMap{
		"wage":        func(v *employmentv1.Vacancy) string { return wage(p, v) },
		"season":      func(from, to string) string { return season(p, from, to) },
		"firm":        func(v *employmentv1.Vacancy) string { return firm(p, v) },
		"factor":      func(f *employmentv1.Factor) string { return factorOf(p, f) },
		"certificate": func(c *employmentv1.CertificateNeed) string { return certificate(p, c) },
		"boxes":       boxes,
	}
}

// wage says what a post pays, with its unit.
func wage(p *words.Printer, v *employmentv1.Vacancy) string {
	unit := v.GetWageUnit()
	if unit == "" {
		unit = "month"
	}
	if v.GetWageMinFen() == v.GetWageMaxFen() {
		return p.T("wage.one."+unit, "from", yuan(p, v.GetWageMinFen()))
	}
	return p.T("wage.range."+unit, "from", yuan(p, v.GetWageMinFen()), "to", yuan(p, v.GetWageMaxFen()))
}

// yuan leaves out the fen of a whole amount: in a list they only stand in the way.
func yuan(p *words.Printer, fen int64) string {
	s := p.Money(fen)
	if fen%100 == 0 {
		s = strings.Replace(s, ".00", "", 1)
	}
	return s
}

// season says when a post is to be filled.
func season(p *words.Printer, from, to string) string {
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

// firm names who offers a post; a household is not named before somebody
// works there.
func firm(p *words.Printer, v *employmentv1.Vacancy) string {
	if v.GetEmployerKind() == "household" {
		return p.T("employer.household")
	}
	return v.GetEmployerName()
}

// factorOf says in words what a factor's points come from.
func factorOf(p *words.Printer, f *employmentv1.Factor) string {
	if id := "factor." + f.GetName() + "." + f.GetCode(); p.Has(id) {
		return p.T(id)
	}
	return p.Code(f.GetCode())
}

// certificate names a certificate that a post asks for.
func certificate(p *words.Printer, c *employmentv1.CertificateNeed) string {
	return strings.TrimSpace(p.Occupation(c.GetOccupation()) + " " + c.GetLevel())
}
