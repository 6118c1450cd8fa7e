package identity_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
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

// asks begins an export with names, of changes of contact in a county.
func (s *someone) asks(county, reason string) (string, error) {
	r, err := s.exports().BeginExport(s.as(cases), &identityv1.BeginExportRequest{
		FileKind: "xlsx", Named: true, ReasonCode: reason, List: &identityv1.ExportedList{Service: "registry", Matter: "contact", County: county},
	})
	return r.GetExportId(), err
}

func (s *someone) settles(id string, approve bool, why string) error {
	_, err := s.exports().DecideExport(s.as(cases), &identityv1.DecideExportRequest{ExportId: id, Approve: approve, RefusalReasonCode: why})
	return err
}

// names tries to have identity prove that names are read into a file.
func (s *someone) names() error {
	_, err := s.Prove(context.Background(), auth.Principal{Purpose: "list_export", LegalBasis: "law"}, "registry")
	return err
}

func (s *someone) waiting() int {
	s.f.t.Helper()
	r, err := s.exports().ListExports(s.as(cases), &identityv1.ListExportsRequest{})
	s.f.must(err)
	return len(r.GetWaiting())
}

// work is what the list of work has of a matter of identity's for somebody, with its county
// and whether another one decides; as many as are listed are counted.
func (s *someone) work(matter string) string {
	s.f.t.Helper()
	r, err := platformv1.WorkClient{Caller: s.caller(), Target: "identity"}.ListWork(s.as(cases), &platformv1.ListWorkRequest{Matter: matter, Counted: true})
	s.f.must(err)
	all, counted := []string{}, int64(0)
	for _, w := range r.GetItems() {
		line := strings.TrimSpace(matter + " " + w.GetCounty())
		if w.GetOwn() {
			line += " own"
		}
		all = append(all, line)
	}
	for _, c := range r.GetCounts() {
		if c.GetMatter() == matter {
			counted += c.GetCount()
		}
	}
	if counted != int64(len(all)) {
		s.f.t.Errorf("%v are listed, %d counted", all, counted)
	}
	return strings.Join(all, ", ")
}

// Names leave only by the word of a second officer, who reviews in the county and is not
// who asked; identity proves the purpose while the file is written, and at no other time.
func TestNamesLeaveByTwoOfficers(t *testing.T) {
	f := settled(t)
	officer := func(staff, role, department, county string) *someone {
		s := f.officer2(staff, &identityv1.RoleGrant{Role: role, Department: department, Covered: county}).enter()
		s.desk = department
		return s
	}
	asker, second := officer("a002", "reviewer", "hrss", "654301"), officer("r001", "reviewer", "hrss", "654300")
	clerk, far, other := officer("c001", "clerk", "hrss", "654301"), officer("r002", "reviewer", "hrss", "654321"), officer("r003", "reviewer", "hou", "654301")

	_, err := asker.asks("", "visits")
	f.wants("of no county", err, "identity.export_names")
	_, err = asker.asks("654321", "visits")
	f.wants("of another county", err, "identity.export_names")
	_, err = asker.asks("654301", "curiosity")
	f.wants("for nothing of the list", err, "identity.export_reason")
	id, err := asker.asks("654301", "visits")
	f.must(err)
	f.wants("before it is approved", asker.reports(id, "begun", 0), "identity.export_waits")
	f.wants("the purpose before", asker.names(), "identity.no_right")
	for name, c := range map[string]struct {
		who  *someone
		sees int
		want string
	}{"who asked": {asker, 0, "identity.act_own"}, "a reviewer of another county": {far, 0, "identity.export"}, "a reviewer of another department": {other, 0, "identity.export"}, "a clerk": {clerk, 0, "auth.denied"}} {
		want := ""
		if c.who == asker {
			want = "export 654301 own"
		}
		if got := c.who.work("export"); got != want {
			t.Errorf("%s has %q in the list of work, want %q", name, got, want)
		}
		if n := c.who.waiting(); n != c.sees {
			t.Errorf("%s sees %d that wait", name, n)
		}
		f.wants(name, c.who.settles(id, true, ""), c.want)
	}
	if n := second.waiting(); n != 1 {
		t.Errorf("the second officer sees %d that wait", n)
	}
	if got := second.work("export"); got != "export 654301" {
		t.Errorf("the second officer has %q in the list of work", got)
	}
	f.wants("refused without a reason", second.settles(id, false, ""), "identity.refusal")
	f.must(second.settles(id, true, ""))
	if got := second.work("export"); got != "" {
		t.Errorf("what was decided waits: %q", got)
	}
	f.wants("decided twice", second.settles(id, false, "other"), "identity.act_decided")
	f.wants("the purpose before the file is begun", asker.names(), "identity.no_right")
	f.must(asker.reports(id, "begun", 0))
	f.must(asker.names())
	f.wants("another's purpose meanwhile", second.names(), "identity.no_right")
	f.wants("more rows than the rule allows", asker.reports(id, "running", 201), "identity.export_most")
	f.must(asker.reports(id, "done", 200))
	f.wants("the purpose after", asker.names(), "identity.no_right")
	f.wants("a second file", asker.reports(id, "begun", 0), "identity.export_over")

	audit := f.audit.enter()
	r, err := audit.exports().ListExports(audit.as(keeping), &identityv1.ListExportsRequest{})
	f.must(err)
	if e := r.GetExports()[0]; !e.GetNamed() || e.GetStaffNumber() != "a002" || e.GetDecidedByStaff() != "r001" || e.GetReasonCode() != "visits" || e.GetState() != "done" || e.GetRows() != 200 {
		t.Errorf("the audit says %v", e)
	}
}

// What is refused, taken back, not decided in three days, or not written in 24 hours after
// its approval (ID-EXPORT) brings no names.
func TestNamesThatDoNotLeave(t *testing.T) {
	f := settled(t)
	second := f.officer2("r001", &identityv1.RoleGrant{Role: "reviewer", Department: "hrss", Covered: "*"})
	asker := f.officer
	asker.desk = "hrss"
	ask := func() string {
		id, err := asker.enter().asks("654301", "notices")
		f.must(err)
		return id
	}
	state := func(id string) *identityv1.Export {
		r, err := asker.enter().exports().ReadExport(asker.as(cases), &identityv1.ReadExportRequest{ExportId: id})
		f.must(err)
		return r.GetExport()
	}
	refused := ask()
	f.must(second.enter().settles(refused, false, "too_much"))
	if e := state(refused); e.GetState() != "refused" || e.GetRefusalReasonCode() != "too_much" || e.GetDecidedByStaff() != "r001" {
		t.Errorf("it is %v", e)
	}
	f.wants("what was refused", asker.reports(refused, "begun", 0), "identity.export_over")

	back := ask()
	_, err := asker.exports().CancelExport(asker.as(cases), &identityv1.CancelExportRequest{ExportId: back})
	f.must(err)
	f.wants("what was taken back is approved", second.settles(back, true, ""), "identity.act_decided")

	late := ask()
	f.clock.Advance(73 * time.Hour)
	if n := second.enter().waiting(); n != 0 {
		t.Errorf("%d wait after three days", n)
	}
	if got := second.work("export"); got != "" {
		t.Errorf("what nobody decided in three days waits: %q", got)
	}
	f.wants("decided too late", second.settles(late, true, ""), "identity.act_decided")
	if e := state(late); e.GetState() != "expired" {
		t.Errorf("it is %s", e.GetState())
	}

	unused := ask()
	f.must(second.enter().settles(unused, true, ""))
	f.clock.Advance(25 * time.Hour)
	if e := state(unused); e.GetState() != "expired" {
		t.Errorf("it is %s", e.GetState())
	}
	f.wants("written too late", asker.reports(unused, "begun", 0), "identity.export_waits")
}
