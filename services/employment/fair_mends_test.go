package employment_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/allocate"
	"github.com/qiao-platform/qiao/pkg/run"
	"github.com/qiao-platform/qiao/pkg/testkit"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
)

// staff is an officer of the department with a number.
func (f *fixture) staff(number string) context.Context { return f.As(f.clerk(number)) }

// Page 10, 11 and 20: a fair says where and when, one fair is planned once, and
// it can be changed and cancelled with a reason that everybody is told.
func TestAFairIsChangedOrCancelledWithAReason(t *testing.T) {
	f := start(t)
	f.employer()
	vacancy := f.publish(post("one"))
	fair := f.fair()
	if again := f.fair(); again != fair {
		t.Error("the same fair was planned twice")
	}
	f.seat(fair, vacancy, 1, "")
	f.wish("worker-1", fair, "", vacancy)
	change := func(reason string, c func(*employmentv1.ChangeFairRequest)) error {
		req := &employmentv1.ChangeFairRequest{FairId: fair, ReasonCode: reason}
		c(req)
		_, err := f.client.ChangeFair(f.staff("hrss-1"), req)
		return err
	}
	refused(t, change("", func(r *employmentv1.ChangeFairRequest) { r.Venue = "体育馆，文化路" }), "employment.fair.reason")
	refused(t, change("dates", func(r *employmentv1.ChangeFairRequest) { r.StartsOn = "2020-01-01" }), "employment.fair.days")
	refused(t, change("venue", func(r *employmentv1.ChangeFairRequest) { r.Venue = "体育馆，文化路" }), "")
	shown, err := f.client.GetFair(f.Worker("worker-1"), &employmentv1.GetFairRequest{FairId: fair})
	if got := ok(t, shown, err).GetFair(); got.GetVenue() != "体育馆，文化路" || got.GetHours() != "10:00-16:00" || got.GetReasonCode() != "venue" {
		t.Errorf("%v", got)
	}
	_, err = f.client.CancelFair(f.staff("hrss-1"), &employmentv1.CancelFairRequest{FairId: fair})
	refused(t, err, "employment.fair.reason")
	_, err = f.client.CancelFair(f.staff("hrss-1"), &employmentv1.CancelFairRequest{FairId: fair, ReasonCode: "other"})
	refused(t, err, "")
	told := 0
	for _, e := range f.happened(0) {
		if e.Type == "employment.fair.noticed.v1" && e.Worker == "worker-1" {
			told++
		}
	}
	if told != 2 {
		t.Errorf("who applied was told %d times", told)
	}
	refused(t, change("venue", func(*employmentv1.ChangeFairRequest) {}), "employment.fair.state")
	f.wish("worker-2", fair, "employment.fair.lists_closed", vacancy)
	_, err = f.client.CloseFair(f.staff("hrss-1"), &employmentv1.CloseFairRequest{FairId: fair})
	if err == nil {
		t.Error("a cancelled fair goes on")
	}
	if again := f.fair(); again == fair {
		t.Error("a cancelled fair cannot be planned again")
	}
}

// Point 5 for offers of work: a corrected draw withdraws no proposal and no
// acceptance; who was wronged is proposed an interview beyond the seats.
func TestACorrectedFairTakesNoProposalBack(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { correctedFair(t, start(t)) })
	t.Run("postgres", func(t *testing.T) {
		address := testkit.Postgres(t)(t)
		correctedFair(t, startWith(t, func(d *run.Deps) { d.Database = address }))
	})
}

func correctedFair(t *testing.T, f *fixture) {
	f.employer()
	vacancy := f.publish(post("one"))
	fair := f.fair()
	f.seat(fair, vacancy, 1, "")
	workers := []string{"worker-1", "worker-2", "worker-3"}
	numbers := map[string]string{}
	for _, w := range workers {
		numbers[w] = f.wish(w, fair, "", vacancy).GetApplicationId()
	}
	f.clock.Advance(7 * 24 * time.Hour)
	_, err := f.client.CloseFair(f.staff("hrss-1"), &employmentv1.CloseFairRequest{FairId: fair, MatchOn: "2026-11-10"})
	refused(t, err, "")
	f.clock.Advance(24 * time.Hour)
	_, err = f.client.EnterFairFigure(f.staff("A001"), &employmentv1.EnterFairFigureRequest{FairId: fair, Figure: "1 2 3"})
	refused(t, err, "")
	_, err = f.client.DrawFair(f.staff("a001"), &employmentv1.DrawFairRequest{FairId: fair, Figure: "1 2 3"})
	refused(t, err, "employment.fair.same_officer")
	_, err = f.client.DrawFair(f.staff("hrss-2"), &employmentv1.DrawFairRequest{FairId: fair, Figure: "1 2 3"})
	refused(t, err, "")
	winner := workers[slices.IndexFunc(workers, func(w string) bool { return f.entry(w, fair).GetProposal() != nil })]
	wronged := workers[slices.IndexFunc(workers, func(w string) bool { return w != winner })]
	accepted, err := f.client.AcceptProposal(f.Worker(winner), &employmentv1.AcceptProposalRequest{ProposalId: f.entry(winner, fair).GetProposal().GetProposalId()})
	ok(t, accepted, err)

	_, err = f.client.CorrectFair(f.staff("hrss-1"), &employmentv1.CorrectFairRequest{FairId: fair, ReasonCode: "rank"})
	refused(t, err, "employment.fair_correction.nothing")
	proposed, err := f.client.CorrectFair(f.staff("hrss-1"), &employmentv1.CorrectFairRequest{
		FairId: fair, ReasonCode: "rank", Ranks: []*employmentv1.FairRankMend{{ApplicationId: numbers[wronged], VacancyId: vacancy, Rank: 1}},
	})
	if got := ok(t, proposed, err); got.GetWronged() != 1 {
		t.Fatalf("%v", got)
	}
	decide := func(who, outcome string) error {
		_, err := f.client.DecideFairCorrection(f.staff(who), &employmentv1.DecideFairCorrectionRequest{CorrectionId: proposed.GetCorrectionId(), Outcome: outcome})
		return err
	}
	refused(t, decide("HRSS-1", "taken"), "employment.fair_correction.same_officer")
	refused(t, decide("hrss-2", "taken"), "")
	refused(t, decide("hrss-2", "taken"), "employment.fair_correction.state")
	if p := f.entry(winner, fair).GetProposal(); p.GetState() != "accepted" {
		t.Errorf("an accepted proposal was taken back: %v", p)
	}
	p := f.entry(wronged, fair).GetProposal()
	if p.GetState() != "open" || p.GetVacancyId() != vacancy {
		t.Fatalf("who was wronged is proposed nothing: %v", p)
	}
	second, err := f.client.AcceptProposal(f.Worker(wronged), &employmentv1.AcceptProposalRequest{ProposalId: p.GetProposalId()})
	ok(t, second, err)
	if _, err := f.client.RunSecondPass(f.staff("hrss-1"), &employmentv1.RunSecondPassRequest{FairId: fair}); err != nil {
		t.Fatal(err)
	}
	var bundle []byte
	for offset := int64(0); ; {
		part, err := f.client.GetFairBundle(f.Worker(winner), &employmentv1.GetFairBundleRequest{FairId: fair, Offset: offset})
		bundle = append(bundle, ok(t, part, err).GetData()...)
		if offset = part.GetNextOffset(); offset == 0 {
			break
		}
	}
	v, err := allocate.VerifyBundle(bytes.NewReader(bundle))
	if err != nil || len(v.Corrections) != 1 || len(v.Corrections[0].Wronged) != 1 || len(v.Passes) != 1 || fmt.Sprint(v.Corrections[0].Witnesses) != "[hrss-1 hrss-2]" {
		t.Fatalf("%v\n%s", err, bundle)
	}
	shown, err := f.client.GetFair(f.Worker(winner), &employmentv1.GetFairRequest{FairId: fair})
	if c := ok(t, shown, err).GetFair().GetCorrections(); len(c) != 1 || c[0].GetState() != "taken" {
		t.Errorf("%v", c)
	}
	_, err = f.client.CancelFair(f.staff("hrss-1"), &employmentv1.CancelFairRequest{FairId: fair, ReasonCode: "other"})
	refused(t, err, "employment.fair.results")
}
