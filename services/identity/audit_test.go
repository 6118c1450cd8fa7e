package identity_test

import (
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/testkit"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
	"github.com/qiao-platform/qiao/services/identity"
)

func (f *fixture) denials(audit *someone) []*identityv1.Denial {
	f.t.Helper()
	r, err := audit.accounts().ListDenials(audit.as(keeping), &identityv1.ListDenialsRequest{})
	f.must(err)
	if !r.GetWhole() {
		f.t.Error("the audit is not whole")
	}
	return r.GetDenials()
}

// Nobody fills the audit: what the same is refused again within a minute is counted, and is
// one line of the chain when the minute is over.
func TestRepeatedDenialsAreOneLine(t *testing.T) {
	f := start(t)
	system, _, audit := f.three()
	before := len(f.denials(audit))
	for range 9 {
		_, err := f.exchange.Exchange(f.console, &identityv1.ExchangeRequest{SessionSecret: system.session, Audience: "housing", StatedPurpose: own, LegalBasis: "law", ActsFor: "worker-1"})
		f.wants("for a worker", err, "identity.no_right")
	}
	all := f.denials(audit)
	if len(all) != before+1 || all[0].GetAgain() != 0 || all[0].GetSubject() != "s001" {
		t.Fatalf("%d lines, newest %v", len(all)-before, all[0])
	}
	f.must(f.identity.Fold(t.Context()))
	if n := len(f.denials(audit)); n != before+1 {
		t.Errorf("while the minute lasts: %d lines", n-before)
	}
	f.clock.Advance(time.Minute)
	f.must(f.identity.Fold(t.Context()))
	f.must(f.identity.Fold(t.Context()))
	all = f.denials(audit)
	if len(all) != before+2 || all[0].GetAgain() != 8 || all[0].GetSubject() != "s001" || all[0].GetMethod() != "Exchange" {
		t.Errorf("%d lines, newest %v", len(all)-before, all[0])
	}
}

// A service that was stolen tells of nobody whom there is not, however much it tells.
func TestAServiceInventsNobodyInTheAudit(t *testing.T) {
	f := start(t)
	_, _, audit := f.three()
	before := len(f.denials(audit))
	report := func(kind, subject string, session int64, n int) error {
		var all []*identityv1.Denial
		for range n {
			all = append(all, &identityv1.Denial{AccountKind: kind, Subject: subject, SessionNumber: session, Method: "X", DeniedCode: "auth.denied"})
		}
		_, err := f.exchange.ReportDenials(f.As(auth.Principal{Kind: auth.Service, Subject: "housing", Purpose: "platform_operation"}), &identityv1.ReportDenialsRequest{Denials: all})
		return err
	}
	f.must(report("officer", "z999", 1, 200))
	f.must(report("officer", "s001", 1, 1))         // an administrator's session
	f.must(report("administrator", "z001", 999, 1)) // nobody's
	all := f.denials(audit)
	if len(all) != before+1 || all[0].GetAccountKind() != "service" || all[0].GetSubject() != "housing" {
		t.Fatalf("%d lines, newest %v", len(all)-before, all[0])
	}
	f.must(report("administrator", "s001", 1, 1))
	f.clock.Advance(time.Minute)
	f.must(report("administrator", "audit-1", 999, 1)) // whose session has another number by now
	testkit.Eventually(t, "real ones are there", func() bool { return len(f.denials(audit)) == before+3 })
	f.wants("more than fits", report("officer", "s001", 1, 300), "rpc.field")
}

// Whoever owns the database cuts the audit's end off, or with the platform's key writes all
// of it anew, and is found: by its page, by the operator's and by qiao verify, since how far
// it reached stands in an event whose hash others keep.
func TestTheAuditsEndIsNotCutOff(t *testing.T) {
	f := start(t)
	_, _, audit := f.three()
	refuse := func(method string) {
		_, err := f.exchange.ReportDenials(f.As(auth.Principal{Kind: auth.Service, Subject: "housing", Purpose: "platform_operation"}), &identityv1.ReportDenialsRequest{Denials: []*identityv1.Denial{
			{AccountKind: "administrator", Subject: "s001", SessionNumber: 999, Method: method, DeniedCode: "auth.denied"},
		}})
		f.must(err)
	}
	holds := func(what, code string) {
		t.Helper()
		r, err := audit.accounts().ListDenials(audit.as(keeping), &identityv1.ListDenialsRequest{})
		f.must(err)
		if r.GetWhole() != (code == "") {
			t.Errorf("%s: the page says whole: %v", what, r.GetWhole())
		}
		trouble, err := f.identity.Seal(t.Context())
		f.wants(what, err, code)
		if trouble != code {
			t.Errorf("%s: the operator's page says %q", what, trouble)
		}
		db, err := sqldb.Open(t.Context(), f.Deps(identity.Name).Database)
		f.must(err)
		defer func() { f.must(db.Close()) }()
		f.wants(what+", verified", identity.AuditHolds(t.Context(), db, f.Deps(identity.Name).Master), code)
	}
	holds("nothing yet", "")
	for _, m := range []string{"A", "B", "C"} {
		refuse(m)
	}
	holds("three lines", "")
	refuse("D")
	holds("another one", "")
	for _, trigger := range []string{"denial_stays", "denial_remains"} {
		f.sql(`DROP TRIGGER ` + trigger)
	}
	f.sql(`CREATE TABLE kept AS SELECT * FROM denial`)
	f.sql(`CREATE TABLE head_kept AS SELECT * FROM head`)
	restore := func() {
		f.sql(`DELETE FROM denial`)
		f.sql(`INSERT INTO denial SELECT * FROM kept`)
		f.sql(`UPDATE head SET number = (SELECT k.number FROM head_kept k WHERE k.name = head.name), link = (SELECT k.link FROM head_kept k WHERE k.name = head.name) WHERE name = 'denial'`)
	}
	f.sql(`DELETE FROM denial WHERE seq = (SELECT max(seq) FROM denial)`)
	f.sql(`UPDATE head SET number = (SELECT max(seq) FROM denial), link = (SELECT link FROM denial ORDER BY seq DESC LIMIT 1) WHERE name = 'denial'`)
	holds("the newest line is gone, and the head says so too", "identity.audit")
	refuse("E")
	holds("another one in its place", "identity.audit")
	restore()
	holds("put back", "")
	f.sql(`DELETE FROM denial`)
	f.sql(`UPDATE head SET number = 0, link = x'' WHERE name = 'denial'`)
	f.sql(`DELETE FROM denial_again`)
	for _, m := range []string{"A", "B", "X", "D", "E", "F", "G"} {
		refuse(m)
	}
	holds("written anew by the platform's key", "identity.audit")
	restore()
	holds("put back again", "")
}
