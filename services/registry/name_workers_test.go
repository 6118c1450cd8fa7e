package registry_test

import (
	"slices"
	"testing"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/errs"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
)

// A name that is read into a list stands in its worker's log, with who, what for and the
// export's number; of another county's worker, and of nobody, there is neither.
func TestNamesOfAListAreLogged(t *testing.T) {
	f := start(t)
	one, two := f.register(t, 1), f.register(t, 2)
	named := func(division, purpose string, ids ...string) ([]*registryv1.NamedWorker, error) {
		who := f.As(auth.Principal{Kind: auth.Officer, Subject: "a001", Department: "hrss", Division: division, Role: "clerk", Purpose: purpose, LegalBasis: "PIPL 13(3), 6"})
		got, err := f.client.NameWorkers(who, &registryv1.NameWorkersRequest{WorkerIds: ids, CaseId: "0198c0de-0000-7000-8000-00000000000e"})
		return got.GetWorkers(), err
	}
	got, err := named("654300", "list_export", one, "nobody", two)
	if err != nil || len(got) != 2 || got[0].GetWorker() != one || got[0].GetName() == "" || got[1].GetWorker() != two {
		t.Fatalf("%v, %v", got, err)
	}
	reads := func() (all []*registryv1.AccessEntry) {
		for _, l := range f.accesses(t, one) { // beside what registering the second compared
			if l.GetReader() == "a001" {
				all = append(all, l)
			}
		}
		return all
	}
	lines := reads()
	if len(lines) != 1 {
		t.Fatalf("%d lines: %v", len(lines), f.accesses(t, one))
	}
	if l := lines[0]; l.GetReader() != "a001" || l.GetPurpose() != "list_export" || !slices.Equal(l.GetKinds(), []string{"name"}) || l.GetCaseId() != "0198c0de-0000-7000-8000-00000000000e" || l.GetLegalBasis() != "PIPL 13(3), 6" {
		t.Errorf("the log says %v", l)
	}
	if got, err := named("659000", "list_export", one); err != nil || len(got) != 0 {
		t.Errorf("an officer of elsewhere: %v, %v", got, err)
	}
	if _, err := named("654300", "case_handling", one); errs.KindOf(err) != errs.Denied {
		t.Errorf("for another purpose: %v", err)
	}
	if got := reads(); len(got) != 1 {
		t.Errorf("what was refused is in the log: %v", got)
	}
}
