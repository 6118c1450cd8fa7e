package words

import (
	"fmt"

	"github.com/qiao-platform/qiao/pkg/clock"
)

// Division is a county, or the prefecture, with its name.
type Division struct{ Code, Name string }

// FairPlaces lists where a fair can be: the counties, and last the prefecture.
func (p *Printer) FairPlaces() []Division {
	all := p.StartupPlaces()
	d := p.cat.tables.Prefecture()
	return append(all, Division{d.Code, p.County(d.Code)})
}

// StartupPlaces lists the counties.
func (p *Printer) StartupPlaces() (all []Division) {
	for _, d := range p.cat.tables.Counties() {
		all = append(all, Division{d.Code, p.County(d.Code)})
	}
	return all
}

// Hour writes minutes after midnight as a time of day.
func (p *Printer) Hour(minute int32) string { return fmt.Sprintf("%02d:%02d", minute/60, minute%60) }

// DaysUntil counts the days from today to a date: below zero where it is over
// or no date.
func (p *Printer) DaysUntil(s string) int {
	d, err := clock.ParseDate(s)
	if err != nil {
		return -1
	}
	return d.Sub(clock.Today(p.cat.clock))
}

// Metres writes square decimetres as square metres.
func (p *Printer) Metres(dm2 int32) string {
	if dm2%100 == 0 {
		return p.Number(int64(dm2 / 100))
	}
	return fmt.Sprintf("%.1f", float64(dm2)/100)
}
