package app

import (
	"slices"

	"github.com/qiao-platform/qiao/pkg/rule"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// Fund is what a withdrawal from the housing provident fund needs. It rests on
// rules alone; nothing about a person is asked or kept.
type Fund struct {
	Grounds, Papers, Substitutes []string
	DecideDays, LoanDays         int
	Withdraw                     rule.Rule   // HP-WITHDRAW
	Rules                        []rule.Rule // HP-01, HP-02
}

// FundChecklist lists the grounds, and for one of them what is asked.
func (a *App) FundChecklist(ground string) (f Fund, err error) {
	f.Rules = make([]rule.Rule, 2)
	if err = a.rules(a.today(), "", map[string]*rule.Rule{"HP-WITHDRAW": &f.Withdraw, "HP-01": &f.Rules[0], "HP-02": &f.Rules[1]}); err != nil {
		return f, err
	}
	if f.Grounds, err = f.Withdraw.Strings("grounds"); err != nil {
		return f, err
	}
	if f.DecideDays, err = f.Rules[1].Int("withdrawal_days"); err != nil {
		return f, err
	}
	if f.LoanDays, err = f.Rules[1].Int("loan_days"); err != nil || ground == "" {
		return f, err
	}
	if !slices.Contains(f.Grounds, ground) {
		return f, domain.ErrFundGround
	}
	if f.Papers, err = f.Withdraw.Strings("papers." + ground); err != nil {
		return f, err
	}
	f.Substitutes, err = f.Withdraw.Strings("substitutes." + ground)
	return f, err
}
