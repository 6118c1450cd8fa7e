package domain

import (
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
)

const (
	needMonths = 24     // how far ahead a need is reported
	needMost   = 10_000 // workers in one line
	needLines  = 200    // lines in one report
)

// Need is how many workers of an occupation an employer needs in a month.
type Need struct {
	ID         string
	EmployerID string
	Month      string // 2027-05
	Occupation string
	County     string
	Count      int // 0 takes back what was reported
	ReportedAt time.Time
	Version    int64
}

// NeedSum is what all employers together need. It names none of them.
type NeedSum struct {
	Month, Occupation, County string
	Count, Employers          int
}

// CheckNeeds refuses a report that cannot be; codes are the caller's to check.
func CheckNeeds(lines []Need, today clock.Date) error {
	if len(lines) == 0 || len(lines) > needLines {
		return ErrNeedEmpty
	}
	seen := map[[3]string]bool{}
	for _, n := range lines {
		first, err := clock.ParseDate(n.Month + "-01")
		this := clock.NewDate(today.Year(), today.Month(), 1)
		if err != nil || first.Before(this) || first.After(this.AddMonths(needMonths)) {
			return ErrNeedMonth
		}
		if n.Count < 0 || n.Count > needMost {
			return ErrNeedCount
		}
		key := [3]string{n.Month, n.Occupation, n.County}
		if seen[key] {
			return ErrNeedTwice
		}
		seen[key] = true
	}
	return nil
}

// Report changes a line to a count; the same count again changes nothing.
func (n Need) Report(count int, at time.Time) (Need, []Event) {
	if n.Count == count {
		return n, nil
	}
	n.Count, n.ReportedAt = count, at
	return n, []Event{SeasonalNeedReported{EmployerID: n.EmployerID, Occupation: n.Occupation, County: n.County, Month: n.Month, Count: count}}
}
