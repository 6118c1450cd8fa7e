package employment_test

import (
	"slices"
	"testing"

	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/testkit"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/employment"
)

func statement(worker string) *employmentv1.StateHireRequest {
	return &employmentv1.StateHireRequest{Worker: worker, Uscc: firm, Occupation: "6-29", County: "654323", StartOn: "2026-11-01", WageFen: 500_000}
}

func (f *fixture) stateHire(worker, employer string) string {
	f.T.Helper()
	r, err := f.client.StateHire(f.Employer(employer), statement(worker))
	return ok(f.T, r, err).GetHireId()
}

func (f *fixture) hire(worker string) *employmentv1.Hire {
	f.T.Helper()
	r, err := f.client.ListHires(f.Worker(worker), &employmentv1.ListHiresRequest{Worker: worker})
	return ok(f.T, r, err).GetHires()[0]
}

// grant lets housing ask for the worker's jobs.
func (f *fixture) grant(worker string) {
	f.registry.Publish(outbox.Subject{Aggregate: "grant-" + worker, Worker: worker}, &registryv1.ConsentGranted{GrantId: "grant-" + worker, Purpose: "public_rental", Kinds: []string{"job"}, Recipient: "housing", ValidFrom: "2026-11-01"})
	f.Settle()
}

func (f *fixture) facts(worker string) []*platformv1.Fact {
	f.T.Helper()
	r, err := platformv1.FactsClient{Caller: f.Client(), Target: employment.Name}.ListFacts(f.Service("housing"), &platformv1.ListFactsRequest{Worker: worker, GrantId: "grant-" + worker, CaseId: "case-1", Kinds: []string{"job"}})
	return ok(f.T, r, err).GetFacts()
}

// last gives the newest event of a type.
func last(t testing.TB, all []event.Event, eventType string) event.Event {
	t.Helper()
	for _, e := range slices.Backward(all) {
		if e.Type == eventType {
			return e
		}
	}
	t.Fatalf("no %s in %v", eventType, types(all))
	return event.Event{}
}

func TestStatedHireWaitsForTheWorker(t *testing.T) {
	f := start(t)
	employer := f.employer()
	f.grant("worker-1")
	id := f.stateHire("worker-1", employer)
	registered := last(t, f.happened(0), "employment.hire.registered.v1")
	testkit.Equal(t, decode(t, registered, &employmentv1.HireRegistered{}), &employmentv1.HireRegistered{
		HireId: id, EmployerId: employer, Occupation: "6-29", County: "654323", Hazardous: true, StartOn: "2026-11-01", Basis: "employer_says",
	})
	if registered.Worker != "worker-1" || registered.Division != "654323" || registered.Aggregate != id {
		t.Errorf("%+v", registered)
	}
	if h := f.hire("worker-1"); h.GetState() != "employer_says" {
		t.Fatal(h)
	}
	if got := f.facts("worker-1"); len(got) != 0 {
		t.Fatalf("the employer's word alone became a fact: %v", got)
	}
	_, err := f.client.StateHire(f.Employer(employer), statement("worker-1"))
	refused(t, err, "employment.hire.twice")
	_, err = f.client.ConfirmHire(f.Worker("worker-2"), &employmentv1.ConfirmHireRequest{HireId: id})
	refused(t, err, "employment.hire.unknown")
	r, err := f.client.ConfirmHire(f.Worker("worker-1"), &employmentv1.ConfirmHireRequest{HireId: id})
	ok(t, r, err)
	confirmed := last(t, f.happened(0), "employment.hire.confirmed.v1")
	want := &platformv1.Fact{Kind: "job", Source: "employment", SourceId: id, Worker: "worker-1", Since: "2026-11-01", Code: "6-29", Version: confirmed.Version}
	got := f.facts("worker-1")
	if len(got) != 1 {
		t.Fatal(got)
	}
	testkit.Equal(t, got[0], want)
	_, err = f.client.ConfirmHire(f.Worker("worker-1"), &employmentv1.ConfirmHireRequest{HireId: id})
	refused(t, err, "employment.hire.state")
}

func TestNotMe(t *testing.T) {
	f := start(t)
	employer := f.employer()
	f.grant("worker-1")
	id := f.stateHire("worker-1", employer)
	r, err := f.client.DisputeHire(f.Counter("hrss", "worker-1"), &employmentv1.DisputeHireRequest{HireId: id})
	ok(t, r, err)
	if m := decode(t, last(t, f.happened(0), "employment.hire.disputed.v1"), &employmentv1.HireDisputed{}); m.GetHireId() != id {
		t.Error(m)
	}
	if h := f.hire("worker-1"); h.GetState() != "disputed" || len(f.facts("worker-1")) != 0 {
		t.Error(h)
	}
	_, err = f.client.StateHire(f.Employer(employer), statement("worker-1"))
	refused(t, err, "employment.hire.twice")
	later := statement("worker-1") // the worker comes after all
	later.StartOn = "2026-12-01"
	another, err := f.client.StateHire(f.Employer(employer), later)
	ok(t, another, err)
	_, err = f.client.StateHire(f.Employer(employer), later)
	refused(t, err, "employment.hire.twice")
	_, err = f.client.EndHire(f.Employer(employer), &employmentv1.EndHireRequest{HireId: id, EndedOn: "2026-11-20", GroundCode: "dismissed"})
	refused(t, err, "employment.hire.state")
}

func TestStateHireRefusals(t *testing.T) {
	f := start(t)
	employer := f.employer()
	for _, c := range []struct {
		code   string
		change func(r *employmentv1.StateHireRequest)
	}{
		{"employer_unknown", func(r *employmentv1.StateHireRequest) { r.Uscc = "91654322AEFUW7RL6Y" }},
		{"employment.worker", func(r *employmentv1.StateHireRequest) { r.Worker = "" }},
		{"employment.occupation", func(r *employmentv1.StateHireRequest) { r.Occupation = "7-01" }},
		{"employment.county", func(r *employmentv1.StateHireRequest) { r.County = "" }},
		{"employment.term", func(r *employmentv1.StateHireRequest) { r.StartOn = "" }},
		{"employment.term", func(r *employmentv1.StateHireRequest) { r.EndOn = "2026-10-01" }},
		{"rpc.field", func(r *employmentv1.StateHireRequest) { r.WageFen = -1 }},
	} {
		req := statement("worker-1")
		c.change(req)
		_, err := f.client.StateHire(f.Employer(employer), req)
		refused(t, err, c.code)
	}
	_, err := f.client.StateHire(f.Employer("another"), statement("worker-1"))
	refused(t, err, "employer_unknown")
}

func TestAnEndThatTheEmployerStates(t *testing.T) {
	f := start(t)
	employer := f.employer()
	f.grant("worker-1")
	id := f.stateHire("worker-1", employer)
	confirmed, err := f.client.ConfirmHire(f.Worker("worker-1"), &employmentv1.ConfirmHireRequest{HireId: id})
	ok(t, confirmed, err)
	end := func() {
		t.Helper()
		r, err := f.client.EndHire(f.Employer(employer), &employmentv1.EndHireRequest{HireId: id, EndedOn: "2026-11-20", GroundCode: "dismissed"})
		if ok(t, r, err).GetState() != "end_stated" {
			t.Fatal(r)
		}
	}
	_, err = f.client.EndHire(f.Employer("another"), &employmentv1.EndHireRequest{HireId: id, EndedOn: "2026-11-20", GroundCode: "dismissed"})
	refused(t, err, "employment.hire.unknown")
	end()
	version := f.facts("worker-1")[0].GetVersion()
	if got := f.facts("worker-1")[0]; got.GetUntil() != "" || version != last(t, f.happened(0), "employment.hire.confirmed.v1").Version {
		t.Errorf("the employer's word changed the fact: %v", got)
	}
	d, err := f.client.DisputeEnd(f.Worker("worker-1"), &employmentv1.DisputeEndRequest{HireId: id})
	ok(t, d, err)
	if h := f.hire("worker-1"); h.GetState() != "registered" || h.GetEndedOn() != "" {
		t.Fatal(h)
	}
	last(t, f.happened(0), "employment.hire.end_disputed.v1")
	end()
	c, err := f.client.ConfirmEnd(f.Worker("worker-1"), &employmentv1.ConfirmEndRequest{HireId: id})
	ok(t, c, err)
	ended := last(t, f.happened(0), "employment.hire.ended.v1")
	testkit.Equal(t, decode(t, ended, &employmentv1.HireEnded{}), &employmentv1.HireEnded{
		HireId: id, EmployerId: employer, Occupation: "6-29", County: "654323", StartOn: "2026-11-01", EndedOn: "2026-11-20", GroundCode: "dismissed",
	})
	if got := f.facts("worker-1")[0]; got.GetUntil() != "2026-11-20" || got.GetVersion() != ended.Version {
		t.Error(got)
	}
	n, err := f.client.StateHire(f.Employer(employer), statement("worker-1")) // seasonal work comes again
	ok(t, n, err)
}

func TestTheWorkersEndNeedsNobody(t *testing.T) {
	f := start(t)
	employer := f.employer()
	id := f.stateHire("worker-1", employer)
	for _, c := range []struct{ on, ground, code string }{
		{"2026-10-31", "resigned", "employment.hire.ended_on"}, {"", "resigned", "employment.hire.ended_on"}, {"2026-13-01", "resigned", "employment.hire.ended_on"},
		{"2026-11-30", "bored", "employment.hire.ground"},
	} {
		_, err := f.client.EndHire(f.Worker("worker-1"), &employmentv1.EndHireRequest{HireId: id, EndedOn: c.on, GroundCode: c.ground})
		refused(t, err, c.code)
	}
	_, err := f.client.EndHire(f.Worker("worker-2"), &employmentv1.EndHireRequest{HireId: id, EndedOn: "2026-11-30", GroundCode: "resigned"})
	refused(t, err, "employment.hire.unknown")
	r, err := f.client.EndHire(f.Worker("worker-1"), &employmentv1.EndHireRequest{HireId: id, EndedOn: "2026-11-30", GroundCode: "resigned"})
	if ok(t, r, err).GetState() != "ended" {
		t.Fatal(r)
	}
	if h := f.hire("worker-1"); h.GetState() != "ended" || h.GetEndedOn() != "2026-11-30" {
		t.Error(h)
	}
}
