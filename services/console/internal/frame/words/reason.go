package words

import (
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
)

// Gap says how far off a person was in one condition: have, need and the
// difference, each in its unit.
func (p *Printer) Gap(g *platformv1.ReasonGap) string {
	unit := func(value string) string {
		if g.GetUnit() == "" {
			return p.Codes(value)
		}
		if g.GetUnit() == "fen" { // money is written with its own unit, and has no plural
			return p.Fact(g.GetName(), value).Value
		}
		return p.T("unit."+g.GetUnit(), "n", p.Fact(g.GetName(), value).Value)
	}
	if p.Has("gap." + g.GetName()) { // what needs a sentence of its own
		return p.T("gap."+g.GetName(), "have", p.Codes(g.GetHave()), "need", p.Codes(g.GetNeed()), "short", g.GetShort())
	}
	label := p.Fact(g.GetName(), "").Label
	if g.GetShort() == "" {
		return p.T("reason.gap", "what", label, "have", unit(g.GetHave()), "need", unit(g.GetNeed()))
	}
	return p.T("reason.gap.short", "what", label, "have", unit(g.GetHave()), "need", unit(g.GetNeed()), "short", unit(g.GetShort()))
}

// Change says what would change an outcome, with the day until which it helps
// or from which it is so by itself. A change without words is shown as its
// code: hiding it would hide a way out.
func (p *Printer) Change(c *platformv1.ReasonChange) string {
	if !p.Has("change." + c.GetCode()) {
		return p.Code(c.GetCode())
	}
	return p.T("change."+c.GetCode(), "by", p.Deadline(c.GetBy()), "from", p.Deadline(c.GetFrom()))
}

// Appeal says where a decision can be taken to, through which day and by which
// rule. Until it is known when the decision arrived, it says how long the time
// is that begins then.
func (p *Printer) Appeal(a *platformv1.ReasonAppeal) string {
	text := p.first(p.Code(a.GetWay()), "appeal."+a.GetWay())
	switch {
	case a.GetUntil() != "":
		text = p.T("appeal.until", "way", text, "date", p.Deadline(a.GetUntil()))
	case a.GetDays() > 0:
		text = p.T("appeal.within", "way", text, "days", a.GetDays())
	}
	if a.GetToBeConfirmed() {
		text = p.T("appeal.assumed", "text", text)
	}
	if limit := "limit." + a.GetDeadline(); p.Has(limit) {
		text = p.T("appeal.basis", "text", text, "basis", p.T(limit))
	}
	return text
}
