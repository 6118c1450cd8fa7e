package housing_test

import (
	"testing"

	"github.com/qiao-platform/qiao/pkg/errs"
	housingv1 "github.com/qiao-platform/qiao/proto/gen/housing/v1"
)

// Promise 7: a paper, or a witness's word, decides as the digital fact does.
func TestPaperCountsAsMuchAsTheDigitalFact(t *testing.T) {
	f := start(t)
	id := f.apply()
	decide := &housingv1.DecideEligibilityRequest{ApplicationId: id}
	got, err := f.client.DecideEligibility(f.Officer("hou"), decide)
	if err != nil || got.GetOutcome() != "more_needed" {
		t.Fatalf("without anything: %v, %v", got.GetOutcome(), err)
	}
	for name, bad := range map[string]*housingv1.RecordPaperRequest{
		"a future job":      {ApplicationId: id, Kind: "job", Form: "paper", Since: "2099-01-01"},
		"an unknown form":   {ApplicationId: id, Kind: "job", Form: "rumour", Since: "2025-01-01"},
		"an unknown kind":   {ApplicationId: id, Kind: "origin", Form: "paper", Since: "2025-01-01"},
		"ends before start": {ApplicationId: id, Kind: "job", Form: "paper", Since: "2025-02-01", Until: "2025-01-01"},
	} {
		if _, err := f.client.RecordPaper(f.Officer("hou"), bad); errs.CodeOf(err) != "housing.paper" {
			t.Errorf("%s: %v", name, err)
		}
	}
	paper := &housingv1.RecordPaperRequest{ApplicationId: id, Kind: "job", Form: "witness", Since: "2025-01-01"}
	if _, err := f.client.RecordPaper(f.Officer("edu"), paper); errs.KindOf(err) != errs.Denied {
		t.Errorf("another department recorded it: %v", err)
	}
	if _, err := f.client.RecordPaper(f.Officer("hou"), paper); err != nil {
		t.Fatal(err)
	}
	if got, err = f.client.DecideEligibility(f.Officer("hou"), decide); err != nil || got.GetOutcome() != "eligible" {
		t.Errorf("with a witness: %v, %v", got, err)
	}
}
