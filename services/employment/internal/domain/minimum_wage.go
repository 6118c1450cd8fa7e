package domain

import (
	"slices"
	"strconv"

	"github.com/qiao-platform/qiao/pkg/rule"
)

// The notes about a wage; the interface words them.
const (
	// NoteBelowMinimum: the wage is below a minimum wage that may be the area's,
	// or is paid by a household, to which the minimum wage does not apply.
	NoteBelowMinimum = "below_minimum_wage"
	// NotePiece: what a month brings is not known. Who does normal work for a
	// month must get the minimum wage all the same.
	NotePiece = "piece_wage"
)

// MinimumWage is the floors that CT-12 has for an area. Where it is not known
// which grade an area is of, no wage may be below the lowest, and one below the
// highest that may apply is a question and not a breach.
type MinimumWage struct {
	MonthFen, MonthFenAtMost int64
	HourFen, HourFenAtMost   int64
	PayDays                  int // of a month, in hundredths (CT-22)
	Rule                     rule.Rule
}

// ReadMinimumWage reads the floors of a row of CT-12, and the days by which a
// month's wage is brought to a day's of a row of CT-22.
func ReadMinimumWage(r, days rule.Rule) (m MinimumWage, err error) {
	m.Rule = r
	if m.PayDays, err = days.Int("pay_days_per_month_hundredths"); err != nil {
		return m, err
	}
	if !r.Has("floor_certain_month_yuan") { // the grades alone: the lowest is certain
		months, err := r.Ints("grades_month_yuan")
		if err != nil {
			return m, err
		}
		hours, err := r.Ints("grades_hour_fen")
		if err != nil {
			return m, err
		}
		if len(months) == 0 || len(hours) == 0 {
			return m, rule.ErrParameter.With("rule", r.ID)
		}
		m.MonthFen, m.MonthFenAtMost = int64(slices.Min(months))*100, int64(slices.Max(months))*100
		m.HourFen, m.HourFenAtMost = int64(slices.Min(hours)), int64(slices.Max(hours))
		return m, nil
	}
	for name, to := range map[string]struct {
		fen *int64
		of  int64
	}{
		"floor_certain_month_yuan": {&m.MonthFen, 100}, "floor_possible_month_yuan": {&m.MonthFenAtMost, 100},
		"hour_fen_certain": {&m.HourFen, 1}, "hour_fen_possible": {&m.HourFenAtMost, 1},
	} {
		n, err := r.Int(name)
		if err != nil {
			return m, err
		}
		*to.fen = int64(n) * to.of
	}
	return m, nil
}

// Judge compares a wage with the floors: ErrBelowMinimum where it is below
// every one that may apply, a note where it is a question. A household employs
// nobody in the sense of the labour law and is never refused.
func (m MinimumWage) Judge(kind EmployerKind, unit WageUnit, fen int64) (notes []string, err error) {
	least, most := m.MonthFen, m.MonthFenAtMost
	switch unit {
	case ByPiece:
		return []string{NotePiece}, nil
	case ByHour:
		least, most = m.HourFen, m.HourFenAtMost
	case ByDay:
		least, most = m.day(least), m.day(most)
	}
	switch {
	case fen >= most:
		return nil, nil
	case fen >= least || kind == Household:
		return []string{NoteBelowMinimum}, nil
	}
	return nil, ErrBelowMinimum.With("rule", m.Rule.ID).With("field", "wage_min_fen").
		With("month", yuan(m.MonthFen)).With("day", yuan(m.day(m.MonthFen))).With("hour", yuan(m.HourFen)).With("from", m.Rule.EffectiveFrom.String())
}

// day is a day's part of a month's wage, rounded up to the fen: twenty-one and
// three quarters of it are not less than the month.
func (m MinimumWage) day(monthFen int64) int64 {
	return (monthFen*100 + int64(m.PayDays) - 1) / int64(m.PayDays)
}

// yuan writes fen as yuan, as in 17.5.
func yuan(fen int64) string { return strconv.FormatFloat(float64(fen)/100, 'f', -1, 64) }
