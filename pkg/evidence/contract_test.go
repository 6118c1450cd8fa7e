package evidence_test

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/consume"
	"github.com/qiao-platform/qiao/pkg/evidence"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/task"
	"github.com/qiao-platform/qiao/pkg/testkit"
	"github.com/qiao-platform/qiao/proto/services"
)

// The table of facts names services that there are, and each department holds
// others' facts for one purpose.
func TestTheTableOfFacts(t *testing.T) {
	purposes := map[string]string{}
	var names []string
	for _, k := range evidence.Kinds() {
		names = append(names, k.Name)
		if !slices.Contains(services.Names(), k.Source) {
			t.Errorf("%s is recorded by %q", k.Name, k.Source)
		}
		for service, purpose := range k.Holders {
			if !slices.Contains(services.Names(), service) || service == k.Source || purpose == "" {
				t.Errorf("%s is held by %q for %q", k.Name, service, purpose)
			}
			if had := purposes[service]; had != "" && had != purpose {
				t.Errorf("%s holds facts for %s and for %s", service, had, purpose)
			}
			purposes[service] = purpose
		}
	}
	if want := []string{evidence.Job, evidence.InsuranceMonths, evidence.Lease, evidence.Certificate}; !slices.Equal(names, want) {
		t.Errorf("kinds are %v, want %v", names, want)
	}
	if evidence.KindOf("health").Source != "" || evidence.PurposeOf("registry") != "" {
		t.Error("what is not in the table was found")
	}
}

// A department hears of the kinds that it may hold, and of no other.
func TestWhoHearsOfWhat(t *testing.T) {
	db, err := sqldb.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "test.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	about := []string{"registry.consent.granted.v1", "registry.consent.withdrawn.v1", "registry.fact.corrected.v1"}
	hires := []string{"employment.hire.confirmed.v1", "employment.hire.disputed.v1", "employment.hire.ended.v1", "employment.hire.registered.v1", "employment.hire.undone.v1"}
	covers := []string{
		"insurance.cover.corrected.v1", "insurance.cover.ended.v1", "insurance.cover.resumed.v1", "insurance.cover.stopped.v1",
		"insurance.enrolment.completed.v1", "insurance.month.recorded.v1", "insurance.month.taken_back.v1",
	}
	for service, want := range map[string][]string{
		"education":  slices.Concat(about, hires, covers, []string{"housing.lease.ended.v1", "housing.lease.signed.v1"}),
		"housing":    slices.Concat(about, hires, covers),
		"employment": slices.Concat(about, []string{"training.certificate.issued.v1", "training.certificate.revoked.v1"}),
		"insurance":  about,
	} {
		r := consume.NewRouter()
		evidence.Listen(r, evidence.NewHolder(service, db, cases{}, task.New(db, clock.System(), testkit.Telemetry(t).For(service)), nil, clock.System()))
		got := r.Types()
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) || r.Err() != nil {
			t.Errorf("%s hears of %v, want %v", service, got, want)
		}
	}
}
