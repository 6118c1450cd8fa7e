package api

import (
	"fmt"
	"strings"

	"github.com/qiao-platform/qiao/pkg/rule"
	housingv1 "github.com/qiao-platform/qiao/proto/gen/housing/v1"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// remedies words what would change an outcome.
var remedies = map[string]string{
	domain.ChangeDeclareNoHome: "Declare that the household has no home here, or one below the area limit.",
	domain.ChangeDeclareIncome: "Declare that income and assets are below the limit.",
	domain.ChangeJobGoesOn:     "It is met by itself on %s if this job goes on.",
	domain.ChangeShareJob:      "Let the employment department tell us of your job.",
	domain.ChangeMendJob:       "The record of your job is said to be wrong; its department mends it.",
	domain.ChangePaper:         "A contract, pay slips or a witness's statement counts as much; bring it to the counter.",
}

// reasons brings the rules, as they were applied, into the contract's form.
func reasons(traces []rule.Trace, refusalCode string) []*housingv1.Reason {
	var all []*housingv1.Reason
	for _, t := range traces {
		r := &housingv1.Reason{
			RuleId: t.RuleID, Source: t.Source, Outcome: string(t.Outcome), Facts: facts(t.Facts),
			Missing: missing(t.Gaps), Remedy: remedy(t.Changes), Appeal: appeal(t.Appeals), ToBeConfirmed: t.ToBeConfirmed,
		}
		if refusalCode != "" && t.Outcome != rule.Met {
			r.Facts["refusal_reason_code"] = refusalCode
		}
		all = append(all, r)
	}
	return all
}

// facts lists the facts by name; a second of the same name gets a number.
func facts(all []rule.Fact) map[string]string {
	m := map[string]string{}
	for _, f := range all {
		name := f.Name
		for i := 2; m[name] != ""; i++ {
			name = fmt.Sprintf("%s_%d", f.Name, i)
		}
		m[name] = f.Value
	}
	return m
}

func missing(gaps []rule.Gap) string {
	var all []string
	for _, g := range gaps {
		if g.Unit == "" {
			all = append(all, g.Name+": "+g.Have)
			continue
		}
		all = append(all, fmt.Sprintf("%s of %s %ss", g.Have, g.Need, g.Unit))
	}
	return strings.Join(all, "; ")
}

func remedy(changes []rule.Change) string {
	var all []string
	for _, c := range changes {
		text := remedies[c.Code]
		if strings.Contains(text, "%s") {
			text = fmt.Sprintf(text, c.From)
		}
		all = append(all, text)
	}
	return strings.Join(all, " ")
}

func appeal(ways []rule.Appeal) string {
	var all []string
	for _, w := range ways {
		if w.Until.IsZero() {
			all = append(all, fmt.Sprintf("Administrative reconsideration by the people's government, within %d days from the day that you receive this (%s).", w.Days, w.Deadline))
			continue
		}
		all = append(all, fmt.Sprintf("Administrative reconsideration by the people's government, through %s (%s).", w.Until, w.Deadline))
		if w.ToBeConfirmed {
			all = append(all, "That day rests on holidays that are not announced yet.")
		}
	}
	return strings.Join(all, " ")
}
