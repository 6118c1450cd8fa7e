package registry_test

import (
	"slices"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/testkit"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/registry"
)

func grant(worker string) *registryv1.GrantConsentRequest {
	return &registryv1.GrantConsentRequest{Worker: worker, Purpose: "public_rental", Kinds: []string{"job", "insurance_months"}, Recipient: "housing",
		NoticeVersion: "告知书2026-1", Language: "kk-Arab"}
}

func TestConsentIsGivenAndWithdrawnByTheWorker(t *testing.T) {
	f := start(t)
	w := f.register(t, 1)
	if _, err := f.client.GrantConsent(f.Officer("hou"), grant(w)); errs.CodeOf(err) != "auth.not_yours" {
		t.Fatalf("an officer of his own: %v", err)
	}
	g, err := f.client.GrantConsent(f.Worker(w), grant(w))
	if err != nil {
		t.Fatal(err)
	}
	if again, err := f.client.GrantConsent(f.Counter("hou", w), grant(w)); err != nil || again.GetGrantId() != g.GetGrantId() {
		t.Fatalf("the same again: %v, %v", again, err)
	}
	list, err := f.client.ListConsents(f.Worker(w), &registryv1.ListConsentsRequest{Worker: w})
	if c := list.GetConsents(); err != nil || len(c) != 1 || c[0].GetValidFrom() != "2026-11-02" || c[0].GetRecipient() != "housing" {
		t.Fatalf("%v, %v", list, err)
	}
	withdraw := &registryv1.WithdrawConsentRequest{GrantId: g.GetGrantId()}
	if _, err := f.client.WithdrawConsent(f.Worker("other"), withdraw); errs.CodeOf(err) != "registry.consent.unknown" {
		t.Fatal(err)
	}
	if _, err := f.client.WithdrawConsent(f.Worker(w), withdraw); err != nil {
		t.Fatal(err)
	}
	if _, err := f.client.WithdrawConsent(f.Worker(w), withdraw); errs.CodeOf(err) != "registry.consent.withdrawn" {
		t.Fatalf("twice: %v", err)
	}
	if again, err := f.client.GrantConsent(f.Worker(w), grant(w)); err != nil || again.GetGrantId() == g.GetGrantId() {
		t.Fatalf("a new grant after the withdrawal: %v, %v", again, err)
	}
	f.Settle()
	var types []string
	for _, e := range f.timeline(t, w, 0) {
		types = append(types, e.GetType())
	}
	if len(types) != 4 || types[1] != "registry.consent.withdrawn.v1" && types[0] != "registry.consent.withdrawn.v1" {
		t.Errorf("%v", types)
	}
	if _, err := f.client.GrantConsent(f.Worker("nobody"), grant("nobody")); errs.CodeOf(err) != "registry.worker.unknown" {
		t.Errorf("nobody: %v", err)
	}
}

// The overview counts a consent from its first day to its last.
func TestTheCountOfConsentsIsOfToday(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { consentsCounted(t, "") })
	t.Run("postgres", func(t *testing.T) { consentsCounted(t, testkit.Postgres(t)(t)) })
}

func consentsCounted(t *testing.T, database string) {
	f := startOn(t, database)
	w := f.register(t, 1)
	g := grant(w)
	g.ValidFrom, g.ValidTo = "2026-11-03", "2026-11-04"
	if _, err := f.client.GrantConsent(f.Worker(w), g); err != nil {
		t.Fatal(err)
	}
	var got []int64
	for range 4 {
		s, err := platformv1.OpsClient{Caller: f.Client(), Target: registry.Name}.GetStatus(f.Officer("ops"), &platformv1.GetStatusRequest{})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range s.GetCounts() {
			if c.GetThing() == "grants_active" {
				got = append(got, c.GetCount())
			}
		}
		f.clock.Advance(24 * time.Hour)
	}
	if want := []int64{0, 1, 1, 0}; !slices.Equal(got, want) {
		t.Errorf("counted day by day: %v, want %v", got, want)
	}
}

func TestCorrections(t *testing.T) {
	f := start(t)
	w := f.register(t, 1)
	ask := func(source, kind, id, reason string) *registryv1.CorrectFactRequest {
		return &registryv1.CorrectFactRequest{Worker: w, Source: source, SourceId: id, Kind: kind, ReasonCode: reason}
	}
	for name, r := range map[string]*registryv1.CorrectFactRequest{
		"another holder": ask("housing", "job", "hire-1", "not_mine"),
		"no such kind":   ask("employment", "health", "hire-1", "not_mine"),
		"no such reason": ask("employment", "job", "hire-1", "I never was there"),
		"no record":      ask("employment", "job", "", "not_mine"),
		"a sentence":     ask("employment", "job", "the one of last May", "not_mine"),
	} {
		if _, err := f.client.CorrectFact(f.Worker(w), r); errs.KindOf(err) != errs.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := f.client.CorrectFact(f.Officer("hrss"), ask("employment", "job", "hire-1", "not_mine")); errs.CodeOf(err) != "auth.not_yours" {
		t.Errorf("an officer of his own: %v", err)
	}
	got, err := f.client.CorrectFact(f.Counter("hrss", w), ask("employment", "job", "hire-1", "not_mine"))
	if err != nil || got.GetCorrectionId() == "" {
		t.Fatal(err)
	}
	f.Settle()
	if e := f.timeline(t, w, 1)[0]; e.GetType() != "registry.fact.corrected.v1" || e.GetFacts()["source_id"] != "hire-1" || e.GetVia() != "counter" {
		t.Errorf("%v", e)
	}
}
