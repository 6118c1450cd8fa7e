package registry_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/registry"
)

// searcher is an officer who looks for people of a county.
func (f *fixture) searcher(staff, county string) context.Context {
	return f.As(auth.Principal{Kind: auth.Officer, Subject: staff, Department: "hrss", Division: county, Role: "clerk", Purpose: "case_handling"})
}

// A message that did not arrive waits for the counter of the person's county and nobody
// else; each try is kept and seen by the person, who sees each look too, and a wrong one is
// taken back by a further entry.
func TestACounterLooksForWhomAMessageDidNotReach(t *testing.T) {
	f := start(t)
	w, m := f.register(t, 1), ident.NewID()
	db, err := sqldb.Open(t.Context(), f.Deps(registry.Name).Database)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	found := sqldb.Micros(f.clock.Now())
	if err := db.Update(t.Context(), func(tx *sqldb.Tx) error { // as a channel leaves it that says nothing for a day
		_, err := tx.Exec(`INSERT INTO message (id, worker, division, template, about, about_service, details, sent_at, delivered_at, read_at, version) VALUES ($1, $2, $3, 'housing.offer.made', '', 'housing', '{}', $4, 0, 0, 1)`, m, w, home, found-24*int64(time.Hour/time.Microsecond))
		if err != nil {
			return err
		}
		_, err = tx.Exec(`INSERT INTO undelivered (message_id, worker, found_at, ended_at, ended_how) VALUES ($1, $2, $3, 0, '')`, m, w, found)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	missed, list := registryv1.UndeliveredClient{Caller: f.Client(), Target: registry.Name}, platformv1.WorkClient{Caller: f.Client(), Target: registry.Name}
	waits := func(county string) []*platformv1.WorkItem {
		t.Helper()
		got, err := list.ListWork(f.searcher("a-1", county), &platformv1.ListWorkRequest{Matter: "undelivered"})
		if err != nil {
			t.Fatal(err)
		}
		return got.GetItems()
	}
	if all := waits(home); len(all) != 1 || all[0].GetId() != m || all[0].GetRuleId() != "WK-TARGET" || all[0].GetWorkingDaysLeft() != 2 {
		t.Errorf("what waits: %v", all)
	}
	if all := waits(away); len(all) != 0 {
		t.Errorf("another county sees %v", all)
	}
	get := &registryv1.GetUndeliveredRequest{MessageId: m}
	if _, err := missed.GetUndelivered(f.searcher("b-1", away), get); errs.CodeOf(err) != "registry.undelivered.unknown" {
		t.Errorf("another county reads it: %v", err)
	}
	if _, err := missed.RecordTry(f.searcher("b-1", away), &registryv1.RecordTryRequest{MessageId: m, Way: "call", Outcome: "reached"}); errs.CodeOf(err) != "registry.undelivered.unknown" {
		t.Errorf("another county records a try: %v", err)
	}
	got, err := missed.GetUndelivered(f.searcher("a-1", home), get)
	if err != nil || got.GetName() != form(1).GetName() || got.GetPhone() != form(1).GetPhone() || got.GetEndedHow() != "" {
		t.Errorf("%v, %v", got, err)
	}
	looks := f.accesses(t, w)
	if !slices.ContainsFunc(looks, func(l *registryv1.AccessEntry) bool {
		return l.GetReader() == "a-1" && l.GetCaseId() == m && slices.Contains(l.GetKinds(), "contact")
	}) {
		t.Errorf("the person does not see who looked: %v", looks)
	}
	record := func(way, outcome string, corrects int32) {
		t.Helper()
		if _, err := missed.RecordTry(f.searcher("a-1", home), &registryv1.RecordTryRequest{MessageId: m, Way: way, Outcome: outcome, Corrects: corrects}); err != nil {
			t.Fatal(err)
		}
	}
	record("call", "reached", 0)
	if all := waits(home); len(all) != 0 {
		t.Errorf("who was reached is looked for: %v", all)
	}
	if got, err = missed.GetUndelivered(f.searcher("a-1", home), get); err != nil || got.GetEndedHow() != "reached" || got.GetName() != "" || got.GetPhone() != "" {
		t.Errorf("after it ended: %v, %v", got, err)
	}
	record("correction", "entered_wrong", 1)
	if all := waits(home); len(all) != 1 {
		t.Errorf("after a correction: %v", all)
	}
	own, err := f.client.ListMessages(f.Worker(w), &registryv1.ListMessagesRequest{Worker: w})
	if all := own.GetTries(); err != nil || len(all) != 2 || all[0].GetCorrects() != 1 || all[1].GetWay() != "call" || all[1].GetOfficer() != "a-1" {
		t.Errorf("the person sees %v, %v", all, err)
	}
	if slices.ContainsFunc(own.GetMessages(), func(one *registryv1.Message) bool { return one.GetMessageId() == m }) {
		t.Error("a try made a message arrive, and with it began a clock")
	}
}
