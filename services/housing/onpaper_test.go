package housing_test

import (
	"context"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	housingv1 "github.com/qiao-platform/qiao/proto/gen/housing/v1"
)

// enters is an officer who enters a form that was received on paper from a worker.
func (f *fixture) enters(who, form string, received time.Time) context.Context {
	return f.As(auth.Principal{
		Kind: auth.Officer, Subject: "officer-1", Department: "hou", Via: auth.ViaCounter, ActsFor: who,
		Paper: auth.Paper{Form: form, ReceivedAt: received.UnixMicro(), ConfirmedBy: "officer-2"},
	})
}

// An application that is entered from paper counts from when that was received, once, and
// moves nobody in a list that was fixed meanwhile: an officer settles what it missed.
func TestWhatIsEnteredFromPaperCountsFromReceipt(t *testing.T) { onEach(t, enteredFromPaper) }

func enteredFromPaper(t *testing.T, f *fixture) {
	first := f.waits("worker-1", "paper", "2025-01-01")
	home := f.home("1", "public_rental")
	round, err := f.openRound(home)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := f.offerRound(round); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	received := f.clock.Now().Add(-72 * time.Hour)
	const form = "123456789018"
	by := f.enters("worker-2", form, received)
	req := application("public_rental")
	req.Worker, req.PaperForm = "worker-2", "999999999999"
	_, err = f.client.ApplyForHome(by, req)
	wantCode(t, "another form", err, "auth.paper")
	req.PaperForm = form
	_, err = f.client.ApplyForHome(f.Counter("hou", "worker-2"), req)
	wantCode(t, "a form of which nothing is proved", err, "auth.paper")
	_, err = f.client.ApplyForHome(f.Worker("worker-2"), req)
	wantCode(t, "the worker himself", err, "auth.paper")
	entered, err := f.client.ApplyForHome(by, req)
	if err != nil {
		t.Fatal(err)
	}
	id := entered.GetApplicationId()
	a := f.get2("worker-2", id)
	if a.GetSubmittedAt() != received.UnixMicro() || a.GetEnteredAt() != f.clock.Now().UnixMicro() || a.GetPaperForm() != form || a.GetConfirmedByStaff() != "officer-2" || a.GetLateRoundId() != round || a.GetLateState() != "open" {
		t.Errorf("%v", a)
	}
	req.Kind = "rent_subsidy"
	_, err = f.client.ApplyForHome(by, req)
	wantCode(t, "the same form once more", err, "housing.paper.entered")
	req.PaperForm = "" // and what is made beside it counts from now
	beside, err := f.client.ApplyForHome(by, req)
	if err != nil {
		t.Fatal(err)
	}
	if a := f.get2("worker-2", beside.GetApplicationId()); a.GetSubmittedAt() != f.clock.Now().UnixMicro() || a.GetPaperForm() != "" || a.GetLateState() != "" {
		t.Errorf("%v", a)
	}
	if n := f.count("housing.paper.entered.v1"); n != 1 {
		t.Errorf("%d forms were told of", n)
	}

	settle := func(outcome string) error {
		_, err := f.client.SettleLatePaper(f.officer(), &housingv1.SettleLatePaperRequest{ApplicationId: id, Outcome: outcome})
		return err
	}
	wantCode(t, "before a correction", settle("corrected"), "housing.late.not_corrected")
	wantCode(t, "a round that stands", settle("cancelled"), "housing.late.not_cancelled")
	proposed, err := f.client.CorrectRound(f.officerNo("officer-1"), &housingv1.CorrectRoundRequest{RoundId: round, ReasonCode: "entry", Levels: []*housingv1.LevelMend{{ApplicationId: id, OtherApplicationId: first}}})
	if err != nil {
		t.Fatal(err)
	}
	wantCode(t, "one that waits", settle("corrected"), "housing.late.not_corrected")
	if _, err := f.client.DecideCorrection(f.officerNo("officer-2"), &housingv1.DecideCorrectionRequest{CorrectionId: proposed.GetCorrectionId(), Outcome: "taken"}); err != nil {
		t.Fatal(err)
	}
	if err := settle("corrected"); err != nil {
		t.Fatal(err)
	}
	wantCode(t, "twice", settle("no_change"), "housing.late.none")
	if n := f.count("housing.paper.settled.v1"); n != 1 || f.get2("worker-2", id).GetLateState() != "corrected" {
		t.Errorf("%d were told of", n)
	}
}
