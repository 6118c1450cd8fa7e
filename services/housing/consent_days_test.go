package housing_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/run"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/testkit"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/housing"
)

func (f *fixture) grantFor(id, from, to string) {
	f.t.Helper()
	f.publish(f.registry, id, &registryv1.ConsentGranted{GrantId: id, Purpose: "public_rental", Kinds: []string{"job", "insurance_months"}, Recipient: "housing", ValidFrom: from, ValidTo: to})
}

// onDay moves the clock to a day, and waits until the tasks of the days are done.
func (f *fixture) onDay(year int, month time.Month, day int) {
	f.t.Helper()
	f.clock.Set(clock.NewDate(year, month, day).Start().Add(time.Second))
	f.Settle()
}

// bothDatabases runs a test on a service of each.
func bothDatabases(t *testing.T, test func(f *fixture)) {
	t.Run("sqlite", func(t *testing.T) { test(start(t)) })
	t.Run("postgres", func(t *testing.T) {
		address := testkit.Postgres(t)(t)
		test(start(t, func(d *run.Deps) { d.Database = address }))
	})
}

// S7: a consent's last day ends what was got under it, and reopens what rested on it.
func TestAConsentEndsAfterItsLastDay(t *testing.T) {
	bothDatabases(t, func(f *fixture) {
		id := f.apply()
		f.grantFor("grant-1", "2026-11-02", "2026-11-30")
		f.hire("2020-01-01")
		if d := f.decide(id, ""); d.GetOutcome() != "eligible" {
			f.t.Fatal(d)
		}
		f.onDay(2026, 11, 30)
		if a := f.in(id, "eligible"); len(a.GetEvidence()) != 1 {
			f.t.Fatalf("on its last day: %v", a)
		}
		f.onDay(2026, 12, 1)
		if a := f.in(id, "submitted"); len(a.GetEvidence()) != 0 || len(a.GetPapersNotAsked()) != 0 {
			f.t.Errorf("after its last day: %v", a)
		}
		if n := f.count("housing.decision.reopened.v1"); n != 1 {
			f.t.Errorf("%d decisions reopened", n)
		}
		f.onDay(2027, 4, 1)
		if d := f.decide(id, ""); d.GetOutcome() != "more_needed" {
			f.t.Errorf("four months later: %v", d)
		}
	})
}

// S7: a consent that begins tomorrow begins tomorrow.
func TestAConsentBeginsOnItsFirstDay(t *testing.T) {
	bothDatabases(t, func(f *fixture) {
		id := f.apply()
		f.jobs.knows(&platformv1.Fact{Kind: "job", Source: "employment", SourceId: "hire-1", Worker: worker, Since: "2020-01-01", Code: "6-29", Version: 1})
		f.grantFor("grant-1", "2026-11-03", "2026-11-05")
		if a := f.in(id, "submitted"); len(a.GetEvidence()) != 0 || f.jobs.asked != 0 {
			f.t.Fatalf("the day before: %v, asked %d times", a, f.jobs.asked)
		}
		f.onDay(2026, 11, 3)
		if a := f.in(id, "submitted"); len(a.GetEvidence()) != 1 {
			f.t.Fatalf("on its first day: %v", a)
		}
		f.onDay(2026, 11, 6)
		if a := f.in(id, "submitted"); len(a.GetEvidence()) != 0 {
			f.t.Errorf("after its last day: %v", a)
		}
	})
}

// Who agrees anew before the last day loses no decision.
func TestAConsentGivenAnewKeepsTheDecision(t *testing.T) {
	f := start(t)
	id := f.apply()
	f.grantFor("grant-1", "2026-11-02", "2026-11-30")
	f.hire("2020-01-01")
	f.decide(id, "")
	f.grantFor("grant-2", "2026-11-20", "")
	f.onDay(2026, 12, 1)
	if a := f.in(id, "eligible"); len(a.GetEvidence()) != 1 {
		t.Errorf("%v", a)
	}
	f.publish(f.registry, "grant-2", &registryv1.ConsentWithdrawn{GrantId: "grant-2"})
	if a := f.in(id, "submitted"); len(a.GetEvidence()) != 0 {
		t.Errorf("withdrawn: %v", a)
	}
}

// A grant of a folder that an older version made has no task: it gets one at
// the start, and nothing rests on it meanwhile.
func TestAnOldConsentWithALastDayEndsToo(t *testing.T) {
	f := start(t)
	id := f.apply()
	f.grantFor("grant-1", "2026-11-02", "2026-11-30")
	f.hire("2020-01-01")
	f.decide(id, "")
	ctx := context.Background()
	db, err := sqldb.Open(ctx, f.Deps(housing.Name).Database)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(`DELETE FROM task WHERE kind = 'evidence.turn'`)
		_, err2 := tx.Exec(`UPDATE consent_grant SET followed = 0`)
		return errors.Join(err, err2)
	})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	f.onDay(2026, 12, 1)
	if a := f.in(id, "eligible"); len(a.GetEvidence()) != 0 {
		t.Fatalf("shown after the last day: %v", a)
	}
	again, err := housing.New(ctx, f.Deps(housing.Name)) // what a start does
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Close(); err != nil {
		t.Fatal(err)
	}
	f.Settle()
	if a := f.in(id, "submitted"); len(a.GetEvidence()) != 0 {
		t.Errorf("%v", a)
	}
}
