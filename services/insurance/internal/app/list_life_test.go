package app

import (
	"testing"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/life"
	"github.com/qiao-platform/qiao/pkg/testkit"
	"github.com/qiao-platform/qiao/services/insurance/internal/domain"
)

// Each state of what a person is insured for, or owed, stands on the first page, or is over.
func TestEachStateOfALifeIsTold(t *testing.T) {
	start, due := testkit.Day("2026-11-10"), testkit.Day("2026-12-10")
	var all []life.Thing
	for _, state := range testkit.Constants[domain.DutyState](t, "../domain", "DutyState") {
		for _, began := range []string{"2026-11-09", "2026-11-10"} {
			d := owed(domain.Duty{ID: "duty-1", State: state, StartOn: start, DueOn: due}, testkit.Day(began))
			if expects := state == domain.DutyIsOpen; !d.Expected.IsZero() != expects || expects && d.Expected != due {
				t.Errorf("%s is expected on %v", state, d.Expected)
			}
			if len(d.Steps) > 0 && d.Steps[0].Done != (began == "2026-11-10") {
				t.Errorf("%s on %s: %+v", state, began, d.Steps)
			}
			all = append(all, d)
		}
		all = append(all, owed(domain.Duty{ID: "duty-2", State: state, DueOn: due}, due))
	}
	for _, schemes := range [][]string{domain.Schemes(), append(domain.Schemes(), "maternity"), domain.InjuryAlone(), {"pension", "medical"}} {
		all = append(all, insured(domain.Cover{ID: "cover-1", Schemes: schemes, From: "2026-11", Active: true}))
	}
	stopped := domain.Cover{ID: "cover-2", Schemes: domain.Schemes(), From: "2026-10", Last: "2026-11"}
	all = append(all, insured(stopped))
	stopped.HireOver = true
	if over := insured(stopped); over.Part != life.Over {
		t.Errorf("the cover of a hire that is over: %+v", over)
	}
	testkit.Life(t, "../../../../proto/qiao/insurance/v1/life.csv", all...)
}

// A cover by one scheme says which; of several the page of the cover does.
func TestACoverByOneSchemeSaysWhich(t *testing.T) {
	for _, c := range []struct {
		schemes []string
		code    string
	}{{domain.InjuryAlone(), "work_injury"}, {[]string{"pension", "medical"}, ""}, {domain.Schemes(), ""}} {
		if one := insured(domain.Cover{Schemes: c.schemes, From: "2026-11", Active: true}); one.Code != c.code {
			t.Errorf("%v: %+v", c.schemes, one)
		}
	}
}

// A cover is told from the first day of its month.
func TestACoverIsTheOlderOneByItsMonth(t *testing.T) {
	if since := insured(domain.Cover{From: "2026-11", Active: true}).Since; since != testkit.Day("2026-11-01") {
		t.Errorf("since %v", since)
	}
	if since := insured(domain.Cover{Active: true}).Since; since != (clock.Date{}) {
		t.Errorf("of no month since %v", since)
	}
}
