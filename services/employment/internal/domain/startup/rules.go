// Package startup is what the employment department knows of help for who starts
// a business: guides, advisers' times, loans that a bank gives, premises and tax
// reliefs.
package startup

import (
	"github.com/qiao-platform/qiao/pkg/rule"
)

// Rules is what EM-START and EM-06 say on a day.
type Rules struct {
	Guides        map[string][]string // the steps of each guide
	Topics        []string
	PremisesKinds []string
	Banks         []string
	Groups        []string     // of the tax relief, EM-TAX-GROUP; none where it ended
	Ended         []rule.Trace // tax reliefs of which nothing is announced that follows
	LoanMaxFen    int64        // of a person
	LoanYears     int
}

// ReadRules reads the rows.
func ReadRules(start, loan, groups rule.Rule) (r Rules, err error) {
	r.Guides = map[string][]string{}
	names, err := start.Keys("guides")
	if err != nil {
		return r, err
	}
	for _, name := range names {
		if r.Guides[name], err = start.Strings("guides." + name); err != nil {
			return r, err
		}
	}
	if r.Topics, err = start.Strings("topics"); err != nil {
		return r, err
	}
	if r.PremisesKinds, err = start.Strings("premises_kinds"); err != nil {
		return r, err
	}
	if r.Banks, err = start.Strings("banks"); err != nil {
		return r, err
	}
	if r.Groups, err = (TaxRules{Group: groups}).groups(); err != nil {
		return r, err
	}
	yuan, err := loan.Int("person_max_yuan")
	if err != nil {
		return r, err
	}
	r.LoanMaxFen = int64(yuan) * 100
	r.LoanYears, err = loan.Int("person_term_years")
	return r, err
}
