package fair

import "github.com/qiao-platform/qiao/pkg/rule"

// Rules is what EM-FAIR and EM-FAIR-MATCH say on a day.
type Rules struct {
	Fair       rule.Rule // what the trace of an employer's no names
	Match      rule.Rule // what the traces of a pass name
	Campaigns  []string
	WishesMax  int
	RankDays   int
	AnswerDays int
	ReviewDays int
	Passes     int
	PassOver   []string
}

// ReadRules reads the two rows.
func ReadRules(fair, match rule.Rule) (r Rules, err error) {
	r.Fair, r.Match = fair, match
	for name, into := range map[string]*int{
		"wishes_max": &r.WishesMax, "rank_days": &r.RankDays, "answer_days": &r.AnswerDays, "review_days": &r.ReviewDays, "passes": &r.Passes,
	} {
		if *into, err = fair.Int(name); err != nil {
			return r, err
		}
	}
	if r.Campaigns, err = fair.Strings("campaigns"); err != nil {
		return r, err
	}
	r.PassOver, err = fair.Strings("pass_over_reasons")
	return r, err
}
