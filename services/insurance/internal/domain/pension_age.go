package domain

import (
	"encoding/json"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/rule"
)

// The schemes that speak of a worker beyond the pension age (SI-24).
const (
	schemeInjury       = "work_injury"
	schemeUnemployment = "unemployment"
)

// AgeQuestion is what the registry is asked, which alone knows a birth date: has
// the worker reached an age on a day?
type AgeQuestion struct {
	Age int
	On  clock.Date
}

// category is one category of workers in SI-21: the age in months, and the delay
// that rises with the month of birth.
type category struct {
	Original int    `json:"original_months"`
	From     string `json:"from_birth"`
	Step     int    `json:"step_months"`
	MaxDelay int    `json:"max_delay_months"`
}

// months is the pension age of who was born in a month.
func (c category) months(birth clock.Date) (int, error) {
	if c.From == "" {
		return c.Original, nil
	}
	from, err := clock.ParseDate(c.From + "-01")
	if err != nil || c.Step < 1 {
		return 0, rule.ErrParameter
	}
	if birth.Before(from) {
		return c.Original, nil
	}
	late := 12*(birth.Year()-from.Year()) + int(birth.Month()) - int(from.Month())
	return c.Original + min(c.MaxDelay, late/c.Step+1), nil
}

// BeyondPensionAge is the question whose answer says that somebody is beyond the
// pension age on a day, by SI-21. The ages differ by a category that people
// state; nobody's sex is asked for or read here. So the question is after the
// highest of the ages: who is beyond it is so in every category, and for everybody
// else the full duty stands.
func BeyondPensionAge(r rule.Rule, on clock.Date) (AgeQuestion, error) {
	var all map[string]json.RawMessage
	if err := json.Unmarshal(r.Parameters(), &all); err != nil {
		return AgeQuestion{}, err
	}
	var top category
	for _, raw := range all {
		var c category
		if json.Unmarshal(raw, &c) == nil && c.Original > top.Original {
			top = c
		}
	}
	if top.Original < 12 {
		return AgeQuestion{}, rule.ErrParameter.With("rule", r.ID)
	}
	// The month in which the age is reached is the last before it counts; the
	// youngest month of birth that is through with it is looked for.
	this := on.AddDays(1 - on.Day())
	for birth := this.AddMonths(-top.Original); ; birth = birth.AddMonths(-1) {
		age, err := top.months(birth)
		if err != nil {
			return AgeQuestion{}, err
		}
		if birth.AddMonths(age).Before(this) {
			years := top.Original / 12
			return AgeQuestion{Age: years, On: birth.AddMonths(1).AddDays(-1).AddYears(years)}, nil
		}
	}
}
