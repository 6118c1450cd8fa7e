package identity_test

import (
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/sqldb"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
)

func (s *someone) exports() identityv1.ExportsClient {
	return identityv1.ExportsClient{Caller: s.caller(), Target: "identity"}
}

func (s *someone) begins(kind string, list *identityv1.ExportedList) string {
	s.f.t.Helper()
	r, err := s.exports().BeginExport(s.as(cases), &identityv1.BeginExportRequest{FileKind: kind, List: list})
	s.f.must(err)
	return r.GetExportId()
}

func (s *someone) reports(id, outcome string, rows int64) error {
	_, err := s.exports().ReportExport(s.as(cases), &identityv1.ReportExportRequest{ExportId: id, Outcome: outcome, Rows: rows})
	return err
}

// Of an export stands who took it, when, what of and how many rows; its officer and the
// audit administrator read that, and nobody else.
func TestWhoExportedWhatIsKept(t *testing.T) {
	f := settled(t)
	other := f.officer2("a002", &identityv1.RoleGrant{Role: "clerk", Department: "hrss", Covered: "654321"})
	other.enter()
	list := &identityv1.ExportedList{Service: "housing", Matter: "application", County: "654301", State: "submitted", CaseEnd: "beef", Who: "me", Overdue: true}
	id := f.officer.begins("xlsx", list)
	asked := f.clock.Now().UnixMicro()
	f.must(f.officer.reports(id, "begun", 0))
	f.clock.Advance(time.Second)
	f.must(f.officer.reports(id, "running", 2000))
	f.must(f.officer.reports(id, "done", 2345))
	changed := f.clock.Now().UnixMicro()

	audit := f.audit.enter()
	for name, s := range map[string]struct {
		who     *someone
		purpose string
		want    int
	}{"the officer": {f.officer, cases, 1}, "the audit administrator": {audit, keeping, 1}, "another officer": {other, cases, 0}} {
		r, err := s.who.exports().ListExports(s.who.as(s.purpose), &identityv1.ListExportsRequest{})
		f.must(err)
		if len(r.GetExports()) != s.want {
			t.Errorf("%s sees %v", name, r.GetExports())
			continue
		}
		for _, e := range r.GetExports() {
			l := e.GetList()
			if e.GetExportId() != id || e.GetStaffNumber() != "a001" || e.GetFileKind() != "xlsx" || e.GetState() != "done" || e.GetRows() != 2345 || e.GetAskedAt() != asked || e.GetChangedAt() != changed {
				t.Errorf("%s sees %v", name, e)
			}
			if l.GetService() != "housing" || l.GetMatter() != "application" || l.GetCounty() != "654301" || l.GetState() != "submitted" || l.GetCaseEnd() != "beef" || l.GetWho() != "me" || !l.GetOverdue() {
				t.Errorf("%s sees of the list %v", name, l)
			}
		}
	}
	_, err := other.exports().ReadExport(other.as(cases), &identityv1.ReadExportRequest{ExportId: id})
	f.wants("another officer reads it", err, "identity.export")
	f.wants("another officer reports", other.reports(id, "broken", 1), "identity.export")
	_, err = other.exports().CancelExport(other.as(cases), &identityv1.CancelExportRequest{ExportId: id})
	f.wants("another officer cancels", err, "identity.export")
	_, err = f.security.enter().exports().ListExports(f.security.as(keeping), &identityv1.ListExportsRequest{})
	f.wants("the security administrator", err, "auth.denied")
}

// A file is written once, and not after its officer cancelled.
func TestAnExportIsWrittenOnce(t *testing.T) {
	f := settled(t)
	_, err := f.officer.exports().BeginExport(f.officer.as(cases), &identityv1.BeginExportRequest{FileKind: "pdf"})
	f.wants("another kind", err, "identity.export_kind")
	id := f.officer.begins("csv", nil)
	f.wants("it runs before it begins", f.officer.reports(id, "running", 1), "identity.export_over")
	f.wants("it is done before it begins", f.officer.reports(id, "done", 1), "identity.export_over")
	f.must(f.officer.reports(id, "begun", 0))
	f.wants("twice", f.officer.reports(id, "begun", 0), "identity.export_over")
	f.wants("what is no outcome", f.officer.reports(id, "ready", 0), "identity.export_outcome")
	cancel := func() error {
		_, err := f.officer.exports().CancelExport(f.officer.as(cases), &identityv1.CancelExportRequest{ExportId: id})
		return err
	}
	f.must(cancel())
	f.wants("after it was cancelled", f.officer.reports(id, "running", 2000), "identity.export_over")
	f.wants("it was cancelled already", cancel(), "identity.export_over")

	whole := f.officer.begins("csv", nil)
	f.must(f.officer.reports(whole, "begun", 0))
	f.must(f.officer.reports(whole, "done", 1))
	id = whole
	f.wants("what is whole is cancelled", cancel(), "identity.export_over")
	f.wants("what is whole breaks", f.officer.reports(whole, "broken", 0), "identity.export_over")
}

// Exports are listed page by page, newest first.
func TestExportsAreListedByPages(t *testing.T) {
	f := settled(t)
	var all []string
	for range 120 {
		all = append(all, f.officer.begins("csv", nil))
	}
	f.tx(func(tx *sqldb.Tx) error { // another's, which no page of his shows
		_, err := tx.Exec(`INSERT INTO export (id, account, staff, kind, list, asked_at, state, written, changed_at) SELECT 'ffff', 'another', 'x', kind, list, asked_at, state, written, changed_at FROM export WHERE id = $1`, all[0])
		return err
	})
	before, pages := "", 0
	for {
		r, err := f.officer.exports().ListExports(f.officer.as(cases), &identityv1.ListExportsRequest{BeforeId: before})
		f.must(err)
		for _, e := range r.GetExports() {
			if e.GetExportId() != all[len(all)-1] {
				t.Fatalf("%s is listed, want %s", e.GetExportId(), all[len(all)-1])
			}
			all = all[:len(all)-1]
		}
		pages++
		if before = r.GetNextBeforeId(); before == "" {
			break
		}
	}
	if len(all) != 0 || pages != 3 {
		t.Errorf("%d exports are missing after %d pages", len(all), pages)
	}
}
