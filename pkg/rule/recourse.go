package rule

import "github.com/qiao-platform/qiao/pkg/clock"

// ReconsiderBy is the time limit of an application for reconsideration
// (行政复议法 20). It runs from the day on which the decision was served, and not
// from the day on which it was made.
const ReconsiderBy = "CLK-RC-APPLY"

// Recourse is how long a decision can be taken to reconsideration.
type Recourse struct {
	Limit    Deadline
	Calendar *clock.Calendar
}

// Recourse returns the limit that is in force for a decision of the day.
func (b *Book) Recourse(on clock.Date, cal *clock.Calendar) (Recourse, error) {
	d, err := b.Deadline(ReconsiderBy, on)
	return Recourse{d, cal}, err
}

// Appeal says that a decision can be taken to the people's government, within
// how many days of the day on which the person receives it. The last day is not
// known before that; Served enters it.
func (r Recourse) Appeal() Appeal {
	return Appeal{Way: "reconsideration", Body: "gov", Deadline: r.Limit.ID, Days: r.Limit.Amount}
}

// Served enters the last day of reconsideration into each trace that has none
// yet, counted from the day on which the decision is known to have arrived. It
// reports whether anything changed; what was served keeps its day, since a
// second message gives nobody less time or more.
func (r Recourse) Served(all []Trace, on clock.Date) (served []Trace, changed bool, err error) {
	until, err := r.Limit.From(on, r.Calendar)
	if err != nil {
		return all, false, err
	}
	served = make([]Trace, len(all))
	for i, t := range all {
		ways := make([]Appeal, len(t.Appeals))
		for j, a := range t.Appeals {
			if a.Deadline == r.Limit.ID && a.Until.IsZero() {
				a.Until, a.ToBeConfirmed, changed = until, r.Limit.Assumed(on, until, r.Calendar), true
			}
			ways[j] = a
		}
		t.Appeals = ways
		served[i] = t
	}
	if !changed {
		return all, false, nil
	}
	return served, true, nil
}
