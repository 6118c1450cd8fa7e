package employment_test

import (
	"context"
	"testing"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/testkit"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	trainingv1 "github.com/qiao-platform/qiao/proto/gen/training/v1"
)

func (f *fixture) setProfile(ctx context.Context, worker, occupation string) string {
	f.T.Helper()
	r, err := f.client.SetProfile(ctx, &employmentv1.SetProfileRequest{Worker: worker, Occupation: occupation, Education: "70", AvailableFrom: "2026-12-01", NeedsHousing: true})
	return ok(f.T, r, err).GetOutcome()
}

func (f *fixture) profile(worker string) *employmentv1.Profile {
	f.T.Helper()
	r, err := f.client.GetProfile(f.Worker(worker), &employmentv1.GetProfileRequest{Worker: worker})
	return ok(f.T, r, err).GetProfile()
}

func (f *fixture) share() {
	f.registry.Publish(outbox.Subject{Aggregate: "grant-1", Worker: "worker-1"}, &registryv1.ConsentGranted{GrantId: "grant-1", Purpose: "job_search", Kinds: []string{"certificate"}, Recipient: "employment", ValidFrom: "2026-11-01"})
	f.Settle()
}

func (f *fixture) issue() {
	f.issuer.states(&platformv1.Fact{Kind: "certificate", Source: "training", SourceId: "certificate-1", Worker: "worker-1", Since: "2026-10-01", Code: "6-29", Version: 1})
	f.training.Publish(outbox.Subject{Aggregate: "certificate-1", Worker: "worker-1"}, &trainingv1.CertificateIssued{CertificateId: "certificate-1", Kind: "skill_level", Occupation: "6-29", IssuedOn: "2026-10-01"})
	f.Settle()
}

var qualification = &employmentv1.Qualification{CertificateId: "certificate-1", Occupation: "6-29", Since: "2026-10-01"}

func TestWishesAreTheWorkersOwn(t *testing.T) {
	f := start(t)
	import1 := f.Counter("hrss", "worker-1")
	for i, want := range []string{"created", "unchanged", "updated"} {
		if got := f.setProfile(import1, "worker-1", []string{"6-29", "6-29", "4-03"}[i]); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	testkit.Equal(t, f.profile("worker-1"), &employmentv1.Profile{Worker: "worker-1", Occupation: "4-03", Education: "70", AvailableFrom: "2026-12-01", NeedsHousing: true})
	if got := f.happened(0); len(got) != 0 {
		t.Errorf("wishes were told to others: %v", types(got))
	}
	for _, c := range []struct {
		code string
		req  *employmentv1.SetProfileRequest
	}{
		{"employment.occupation", &employmentv1.SetProfileRequest{Occupation: "1-01"}},
		{"rpc.field", &employmentv1.SetProfileRequest{WageMinFen: -1}},
		{"employment.profile", &employmentv1.SetProfileRequest{Education: "01"}},
		{"rpc.field", &employmentv1.SetProfileRequest{AvailableFrom: "soon"}},
	} {
		c.req.Worker = "worker-1"
		_, err := f.client.SetProfile(f.Worker("worker-1"), c.req)
		refused(t, err, c.code)
	}
	_, err := f.client.GetProfile(f.Worker("worker-2"), &employmentv1.GetProfileRequest{Worker: "worker-2"})
	refused(t, err, "employment.profile.unknown")
	_, err = f.client.GetProfile(f.Employer("employer-1"), &employmentv1.GetProfileRequest{Worker: "worker-1"})
	refused(t, err, "auth.denied")
}

// The certificate, the grant and the profile come in any order; the end is the same.
func TestSharedCertificatesInEveryOrder(t *testing.T) {
	steps := map[string]func(*fixture){
		"certificate": (*fixture).issue, "grant": (*fixture).share,
		"profile": func(f *fixture) { f.setProfile(f.Worker("worker-1"), "worker-1", "6-29") },
	}
	for _, order := range [][]string{
		{"certificate", "grant", "profile"}, {"certificate", "profile", "grant"}, {"grant", "certificate", "profile"},
		{"grant", "profile", "certificate"}, {"profile", "certificate", "grant"}, {"profile", "grant", "certificate"},
	} {
		f := start(t)
		for _, step := range order {
			steps[step](f)
		}
		f.Settle()
		got := f.profile("worker-1").GetQualifications()
		if len(got) != 1 {
			t.Errorf("%v: %v", order, got)
			continue
		}
		testkit.Equal(t, got[0], qualification)
	}
}

func TestCertificatesStayOnlyWhileShared(t *testing.T) {
	f := start(t)
	f.setProfile(f.Worker("worker-1"), "worker-1", "6-29")
	f.issue()
	if got := f.profile("worker-1").GetQualifications(); len(got) != 0 {
		t.Fatalf("shown without consent: %v", got)
	}
	f.share()
	f.registry.Publish(outbox.Subject{Aggregate: "correction-1", Worker: "worker-1"}, &registryv1.FactCorrected{CorrectionId: "correction-1", Source: "training", SourceId: "certificate-1", Kind: "certificate", ReasonCode: "wrong"})
	f.Settle()
	if got := f.profile("worker-1").GetQualifications(); len(got) != 1 || !got[0].GetFlagged() {
		t.Fatal(got)
	}
	f.registry.Publish(outbox.Subject{Aggregate: "grant-1", Version: 1, Worker: "worker-1"}, &registryv1.ConsentWithdrawn{GrantId: "grant-1"})
	f.Settle()
	if got := f.profile("worker-1").GetQualifications(); len(got) != 0 {
		t.Fatalf("shown after the withdrawal: %v", got)
	}
}

func TestClosedAccountEndsWhatWasOpen(t *testing.T) {
	f := start(t)
	employer := f.employer()
	vacancy, other := f.publish(post("1")), f.publish(post("2"))
	f.setProfile(f.Worker("worker-1"), "worker-1", "6-29")
	f.share()
	f.issue()
	f.apply("worker-1", other)
	offer := f.offer("worker-1", vacancy, employer)
	before := len(f.happened(0))
	f.registry.Publish(outbox.Subject{Aggregate: "worker-1", Worker: "worker-1"}, &registryv1.AccountClosed{ClosedOn: "2026-11-02"})
	f.Settle()
	r, err := f.client.ListApplications(f.Worker("worker-1"), &employmentv1.ListApplicationsRequest{Worker: "worker-1"})
	for _, a := range ok(t, r, err).GetApplications() {
		if a.GetState() != "withdrawn" {
			t.Error(a)
		}
	}
	_, err = f.client.AcceptOffer(f.Worker("worker-1"), &employmentv1.AcceptOfferRequest{OfferId: offer})
	refused(t, err, "account.closed")
	_, err = f.client.GetProfile(f.Worker("worker-1"), &employmentv1.GetProfileRequest{Worker: "worker-1"})
	refused(t, err, "employment.profile.unknown")
	if got := f.happened(before); len(got) != 0 {
		t.Errorf("told to others: %v", types(got))
	}
}
