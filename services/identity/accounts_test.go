package identity_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/sqldb"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
)

func (s *someone) finds(ask *identityv1.ListAccountsRequest) *identityv1.ListAccountsResponse {
	s.f.t.Helper()
	r, err := s.accounts().ListAccounts(s.as(keeping), ask)
	s.f.must(err)
	return r
}

// Whoever is beyond the first page is found too, and shut out; a worker is found by the
// reference alone.
func TestEveryAccountIsFoundAndShutOut(t *testing.T) {
	f := settled(t)
	worker := f.opens("worker-7")
	for n := range 55 {
		f.tx(func(tx *sqldb.Tx) error {
			_, err := tx.Exec(`INSERT INTO login_account (id, kind, subject, login, sole, office, responsible, seen, state, password_at, version)
				VALUES ($1, 'officer', $2, $2, $3, '', 0, 1, 'invited', 0, 1)`, fmt.Sprintf("ffff%02d", n), fmt.Sprintf("b%03d", n), fmt.Sprintf("staff b%03d", n))
			return err
		})
	}
	security := f.security.enter()
	seen := map[string]bool{}
	pages, before := 0, ""
	for {
		r := security.finds(&identityv1.ListAccountsRequest{BeforeId: before})
		for _, a := range r.GetAccounts() {
			if seen[a.GetAccountId()] || a.GetAccountKind() == "worker" {
				t.Errorf("%v is listed", a)
			}
			seen[a.GetAccountId()] = true
		}
		pages++
		if before = r.GetNextBeforeId(); before == "" {
			break
		}
	}
	if pages != 2 || len(seen) != 59 {
		t.Errorf("%d accounts on %d pages", len(seen), pages)
	}
	for name, c := range map[string]struct {
		ask  *identityv1.ListAccountsRequest
		want int
	}{
		"a staff number":             {&identityv1.ListAccountsRequest{Find: " A001"}, 1},
		"a beginning":                {&identityv1.ListAccountsRequest{Find: "b00"}, 10},
		"a wildcard":                 {&identityv1.ListAccountsRequest{Find: "%"}, 0},
		"a worker's reference":       {&identityv1.ListAccountsRequest{Find: "worker-7"}, 1},
		"a beginning of it":          {&identityv1.ListAccountsRequest{Find: "worker"}, 0},
		"workers":                    {&identityv1.ListAccountsRequest{AccountKind: "worker"}, 0},
		"those that are not open":    {&identityv1.ListAccountsRequest{State: "invited", Find: "b"}, 50},
		"open officers":              {&identityv1.ListAccountsRequest{State: "open", AccountKind: "officer"}, 1},
		"administrators":             {&identityv1.ListAccountsRequest{AccountKind: "administrator"}, 3},
		"nobody":                     {&identityv1.ListAccountsRequest{Find: "c001"}, 0},
		"of the kind that is not so": {&identityv1.ListAccountsRequest{Find: "a001", AccountKind: "employer"}, 0},
	} {
		if got := len(security.finds(c.ask).GetAccounts()); got != c.want {
			t.Errorf("%s: %d accounts, want %d", name, got, c.want)
		}
	}
	found := security.finds(&identityv1.ListAccountsRequest{Find: "worker-7"}).GetAccounts()
	r, err := security.sessions().ShutOut(security.as(keeping), &identityv1.ShutOutRequest{AccountId: found[0].GetAccountId()})
	f.must(err)
	if r.GetEnded() != 1 {
		t.Errorf("%v", r)
	}
	_, err = worker.sessions().ListSessions(worker.as(own), &identityv1.ListSessionsRequest{})
	f.wants("the worker", err, "identity.session")
	_, err = f.system.enter().accounts().ProposeReset(f.system.as(keeping), &identityv1.ProposeResetRequest{AccountId: found[0].GetAccountId()})
	f.wants("a link for a worker", err, "identity.account_kind")
}

// Whose telephone was stolen has every sign-in ended at a counter, and the number opens
// nothing, with the PIN neither, until it is there again or another is given.
func TestAStolenTelephoneOpensNothing(t *testing.T) {
	f := settled(t)
	f.book.gives(phone, "worker-1", "web", f.clock.Now().AddDate(-1, 0, 0))
	worker := f.opens("worker-1")
	worker.pin("271828")
	helper := f.opens("worker-2")
	named := func() (id string) {
		r, err := worker.counter().NameHelper(worker.as("own_record"), &identityv1.NameHelperRequest{Worker: "worker-1", Helper: "worker-2", EndsOn: "2026-12-31", Paper: "written"})
		f.must(err)
		return r.GetDelegationId()
	}
	before := named()
	f.sql(`UPDATE delegation SET begins_on = '2026-11-01'`)
	for range 101 { // more than a list holds
		named()
	}
	left := f.printed("worker-1")
	visit, err := f.officer.counter().BeginVisit(f.officer.as(cases), &identityv1.BeginVisitRequest{Worker: "worker-1"})
	f.must(err)
	other := f.officer2("a002", clerk)
	_, err = other.counter().StopSignIns(other.as(cases), &identityv1.StopSignInsRequest{VisitId: visit.GetVisitId()})
	f.wants("another officer", err, "identity.no_visit")
	r, err := f.officer.counter().StopSignIns(f.officer.as(cases), &identityv1.StopSignInsRequest{VisitId: visit.GetVisitId()})
	f.must(err)
	if r.GetEnded() != 1 {
		t.Errorf("%v", r)
	}
	_, err = worker.sessions().ListSessions(worker.as(own), &identityv1.ListSessionsRequest{})
	f.wants("the thief's session", err, "identity.session")
	helped, err := helper.counter().ListHelped(helper.as("own_record"), &identityv1.ListHelpedRequest{})
	f.must(err)
	if all := helped.GetHelped(); len(all) != 1 || all[0].GetDelegationId() != before {
		t.Errorf("powers that the thief gave hold: %v", all)
	}
	_, err = f.signIn.EnterCode(f.console, &identityv1.EnterCodeRequest{Code: left, Device: "x", Address: "10.0.0.2"})
	f.wants("a code that was printed before", err, "identity.code")
	for _, pin := range []string{"", "271828"} {
		f.clock.Advance(2 * time.Minute)
		_, err = f.enters(f.asked(phone), f.book.last(), pin)
		f.wants("the stolen telephone", err, "identity.pin")
	}
	shown := func() bool {
		t.Helper()
		all, err := f.officer.counter().ListVisits(f.officer.as(cases), &identityv1.ListVisitsRequest{})
		f.must(err)
		return all.GetVisits()[0].GetPhoneStopped()
	}
	if !shown() {
		t.Error("the counter is not told")
	}
	f.opens("worker-1") // by a code that is printed now
	visit, err = f.officer.counter().BeginVisit(f.officer.as(cases), &identityv1.BeginVisitRequest{Worker: "worker-1"})
	f.must(err)
	_, err = f.officer.counter().ResumePhone(f.officer.as(cases), &identityv1.ResumePhoneRequest{VisitId: visit.GetVisitId()})
	f.must(err)
	if shown() {
		t.Error("the counter says that it is stopped still")
	}
	f.clock.Advance(2 * time.Minute)
	if _, err = f.enters(f.asked(phone), f.book.last(), ""); err != nil {
		t.Errorf("the number that is there again: %v", err)
	}
	_, err = f.officer.counter().StopSignIns(f.officer.as(cases), &identityv1.StopSignInsRequest{VisitId: visit.GetVisitId()})
	f.must(err)
	_, err = f.officer.counter().EndVisit(f.officer.as(cases), &identityv1.EndVisitRequest{VisitId: visit.GetVisitId()})
	f.must(err)
	_, err = f.officer.counter().ResumePhone(f.officer.as(cases), &identityv1.ResumePhoneRequest{VisitId: visit.GetVisitId()})
	f.wants("after the visit", err, "identity.no_visit")
}
