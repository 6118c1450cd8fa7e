package startup

import (
	"slices"
	"strconv"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/rule"
)

// TaxQuestion is what a worker expects of the business. It is answered and not kept.
type TaxQuestion struct {
	Group         string // of EM-TAX-GROUP, or none
	MonthSalesFen int64
	YearIncomeFen int64
	Individual    bool // an individual business, not a firm
}

// TaxRules is the dated rows of the tax reliefs; one that is not in force has no id.
type TaxRules struct{ VAT, Income, Six, Group rule.Rule }

// The codes of what would open a relief.
const (
	ChangeTaxSales      = "tax_sales_below"
	ChangeTaxIncome     = "tax_income_below"
	ChangeTaxIndividual = "tax_individual"
	ChangeTaxGroup      = "tax_group" // by a record, a paper or a witness
)

// CheckTax says which reliefs fit what is declared. The tax office decides; a
// paper or a witness for a group counts as much as a record.
func (r TaxRules) CheckTax(q TaxQuestion, today clock.Date) ([]rule.Trace, error) {
	groups, err := r.groups()
	if err != nil {
		return nil, err
	}
	if q.MonthSalesFen < 0 || q.YearIncomeFen < 0 || q.Group != "" && r.Group.ID != "" && !slices.Contains(groups, q.Group) {
		return nil, ErrTaxInput
	}
	sales, err := r.below(r.VAT, "month_sales_max_yuan", "month_sales_fen", q.MonthSalesFen, ChangeTaxSales, today)
	if err != nil {
		return nil, err
	}
	income, err := r.below(r.Income, "year_income_max_yuan", "year_income_fen", q.YearIncomeFen, ChangeTaxIncome, today)
	if err != nil {
		return nil, err
	}
	if !q.Individual && r.Income.ID != "" {
		income.Outcome = rule.NotMet
		income.Gaps = append(income.Gaps, rule.Gap{Name: "individual", Have: "no", Need: "yes"})
		income.Changes = append(income.Changes, rule.Change{Code: ChangeTaxIndividual})
	}
	var six rule.Trace
	if r.Six.ID != "" {
		if six, err = r.Six.Trace(today, "reduction"); err != nil {
			return nil, err
		}
		six.Outcome = rule.Met
		six.Facts = []rule.Fact{declared("individual", yes(q.Individual), today)}
	}
	all := []rule.Trace{sales, income, six}
	if r.Group.ID != "" {
		group, err := r.group(q, groups, today)
		if err != nil {
			return nil, err
		}
		all = append(all, group)
	}
	all = slices.DeleteFunc(all, func(t rule.Trace) bool { return t.RuleID == "" })
	for i := range all {
		all[i].Appeals = []rule.Appeal{{Way: "tax_office", Body: "tax"}}
	}
	return all, nil
}

// groups lists the groups of the relief for some, none where it is not in force.
func (r TaxRules) groups() ([]string, error) {
	if r.Group.ID == "" {
		return nil, nil
	}
	return r.Group.Strings("groups")
}

// group judges the relief for some groups.
func (r TaxRules) group(q TaxQuestion, groups []string, today clock.Date) (rule.Trace, error) {
	group, err := r.Group.Trace(today, "year_max_yuan", "months")
	if err != nil {
		return group, err
	}
	group.Outcome = rule.Met
	if group.Facts = []rule.Fact{declared("group", q.Group, today), declared("individual", yes(q.Individual), today)}; q.Group == "" {
		group.Facts[0].Value = "none"
		group.Outcome = rule.NotMet
		group.Gaps = append(group.Gaps, rule.Gap{Name: "group", Have: "none", Need: groups[0]})
		group.Changes = append(group.Changes, rule.Change{Code: ChangeTaxGroup})
	}
	if !q.Individual {
		group.Outcome = rule.NotMet
		group.Gaps = append(group.Gaps, rule.Gap{Name: "individual", Have: "no", Need: "yes"})
		group.Changes = append(group.Changes, rule.Change{Code: ChangeTaxIndividual})
	}
	return group, nil
}

// below judges an amount against a yearly or monthly limit.
func (r TaxRules) below(row rule.Rule, parameter, fact string, have int64, change string, today clock.Date) (rule.Trace, error) {
	if row.ID == "" {
		return rule.Trace{}, nil
	}
	t, err := row.Trace(today, parameter)
	if err != nil {
		return t, err
	}
	yuan, err := row.Int(parameter)
	if err != nil {
		return t, err
	}
	limit := int64(yuan) * 100
	t.Outcome, t.Facts = rule.Met, []rule.Fact{declared(fact, strconv.FormatInt(have, 10), today)}
	if have > limit {
		t.Outcome = rule.NotMet
		t.Gaps = []rule.Gap{{Name: fact, Have: strconv.FormatInt(have, 10), Need: strconv.FormatInt(limit, 10), Short: strconv.FormatInt(have-limit, 10), Unit: "fen"}}
		t.Changes = []rule.Change{{Code: change}}
	}
	return t, nil
}

func declared(name, value string, on clock.Date) rule.Fact {
	return rule.Fact{Name: name, Value: value, From: "declared", AsOf: on.String()}
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
