package demo

import (
	"context"
	"fmt"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/rpc"
	housingv1 "github.com/qiao-platform/qiao/proto/gen/housing/v1"
)

// Where the round of homes is lived through, and how many take part.
const (
	homesCounty = "654301"
	roundPeople = 12
)

// staff is an officer of the housing department with a number of his own: some
// decisions take two of them.
func staff(ctx context.Context, no string) context.Context {
	return rpc.As(ctx, auth.Principal{Kind: auth.Officer, Subject: no, Department: "hou", Division: auth.Everywhere, Purpose: "public_housing", LegalBasis: "PIPL 13(3)", Via: auth.ViaCounter})
}

// housingRound lives through one round of homes: a list by points, offers, a
// refusal that costs nothing, a second pass, a lease with its rent, a repair and
// a notice that a person withdraws; and a second list that waits for its draw.
// What was lived through before is left as it is.
func (w *world) housingRound(ctx context.Context, today clock.Date) error {
	before, err := w.housing().ListRounds(staff(ctx, "hou-101"), &housingv1.ListRoundsRequest{County: homesCounty})
	if err != nil || len(before.GetRounds()) > 0 || len(w.lives) < roundPeople {
		return err
	}
	people := w.lives[len(w.lives)-roundPeople:]
	cases := make([]string, roundPeople)
	for i, l := range people {
		form := []string{"paper", "witness"}[i%2]
		if cases[i], err = w.waits(ctx, l.ref, "public_rental", form, today.AddMonths(-(8 + i))); err != nil {
			return err
		}
	}
	round, err := w.housing().OpenRound(staff(ctx, "hou-101"), &housingv1.OpenRoundRequest{
		County: homesCounty, Kind: "public_rental", HomeIds: w.homes[homesCounty], // all that there are
		FigureName: "上证指数收盘价，上海证券交易所网站", FigureDue: today.AddDays(1).String(),
	})
	if err != nil {
		return err
	}
	pass := func() error {
		_, err := w.housing().OfferRound(staff(ctx, "hou-101"), &housingv1.OfferRoundRequest{RoundId: round.GetRoundId()})
		if errs.KindOf(err) == errs.Conflict { // equal points wait for the figure
			return nil
		}
		return err
	}
	if err := pass(); err != nil {
		return err
	}
	// The one with most points is first: the last of the people.
	first, second := people[roundPeople-1], people[roundPeople-2]
	if a, err := w.tenancy(ctx, second, "offered"); err == nil && a != nil {
		if _, err := w.housing().DeclineOffer(worker(ctx, second.ref), &housingv1.DeclineOfferRequest{OfferId: a.GetOfferId()}); err != nil {
			return err
		}
		if err := pass(); err != nil {
			return err
		}
	}
	if err := w.leaseLife(ctx, first, today); err != nil {
		return err
	}
	if err := w.drawToCome(ctx, people[:4], today); err != nil {
		return err
	}
	w.cfg.Tell(fmt.Sprintf("a round of homes was lived through: /housing; a place with its reasons: /workers/%s/home; a lease: /workers/%s/home", second.ref, first.ref))
	return nil
}

// waits takes a worker to a place in a list.
func (w *world) waits(ctx context.Context, ref, kind, form string, since clock.Date) (string, error) {
	all, err := w.housing().ListApplications(worker(ctx, ref), &housingv1.ListApplicationsRequest{Worker: ref})
	if err != nil {
		return "", err
	}
	id := ""
	for _, a := range all.GetApplications() {
		if a.GetKind() == kind && a.GetCounty() == homesCounty && a.GetState() == "submitted" {
			id = a.GetApplicationId()
		}
	}
	if id == "" {
		made, err := w.housing().ApplyForHome(worker(ctx, ref), &housingv1.ApplyForHomeRequest{
			Worker: ref, County: homesCounty, Kind: kind, HouseholdSize: 2, DeclaresNoHome: true, DeclaresIncomeBelow: true, DeclaredAreaDm2: 1800,
		})
		if err != nil {
			return "", err
		}
		id = made.GetApplicationId()
	}
	if _, err := w.housing().RecordPaper(staff(ctx, "hou-101"), &housingv1.RecordPaperRequest{ApplicationId: id, Kind: "job", Form: form, Since: since.String()}); err != nil {
		return "", err
	}
	_, err = w.housing().DecideEligibility(staff(ctx, "hou-101"), &housingv1.DecideEligibilityRequest{ApplicationId: id})
	return id, err
}

// leaseLife accepts, signs, pays, reports a repair, and answers a notice that
// another officer then withdraws.
func (w *world) leaseLife(ctx context.Context, l *life, today clock.Date) error {
	a, err := w.tenancy(ctx, l, "offered")
	if err != nil || a == nil {
		return err
	}
	me, h := worker(ctx, l.ref), w.housing()
	if _, err := h.AcceptOffer(me, &housingv1.AcceptOfferRequest{OfferId: a.GetOfferId()}); err != nil {
		return err
	}
	lease, err := h.SignLease(me, &housingv1.SignLeaseRequest{OfferId: a.GetOfferId(), StartsOn: today.String(), EndsOn: today.AddYears(3).AddDays(-1).String()})
	if err != nil {
		return err
	}
	id := lease.GetLeaseId()
	file, err := h.GetLease(me, &housingv1.GetLeaseRequest{LeaseId: id})
	if err != nil {
		return err
	}
	if _, err := h.RecordRent(staff(ctx, "hou-102"), &housingv1.RecordRentRequest{LeaseId: id, Month: today.String()[:len("2006-01")], AmountFen: file.GetFile().GetRentFen(), PaidOn: today.String(), Reference: "demo-rent-1"}); err != nil {
		return err
	}
	repair, err := h.ReportRepair(me, &housingv1.ReportRepairRequest{LeaseId: id, What: "heating"})
	if err != nil {
		return err
	}
	if _, err := h.PlanRepair(staff(ctx, "hou-102"), &housingv1.PlanRepairRequest{RepairId: repair.GetRepairId(), PlannedOn: today.AddDays(1).String()}); err != nil {
		return err
	}
	notice, err := h.GiveNotice(staff(ctx, "hou-101"), &housingv1.GiveNoticeRequest{LeaseId: id, Ground: "change_of_use"})
	if err != nil {
		return err
	}
	if _, err := h.AnswerNotice(me, &housingv1.AnswerNoticeRequest{ExitId: notice.GetExitId(), AnswerCode: "disputes"}); err != nil {
		return err
	}
	_, err = h.DecideExit(staff(ctx, "hou-102"), &housingv1.DecideExitRequest{ExitId: notice.GetExitId()})
	return err
}

// drawToCome opens a round of affordable homes among equals: its list is
// committed and waits for tomorrow's figure. It also lets a list of the subsidy
// and an employer's request be there.
func (w *world) drawToCome(ctx context.Context, people []*life, today clock.Date) error {
	var ids []string
	for i := range 2 {
		reply, err := w.housing().AddHome(staff(ctx, "hou-101"), &housingv1.AddHomeRequest{
			Estate: "阿勒泰市青年公寓", Number: fmt.Sprintf("2-%d01", i+1), Layout: "单间", AreaDm2: 3200, RentFen: 52_000, County: homesCounty, Kind: "affordable_rental", Reference: fmt.Sprintf("demo-%d-affordable-%d", w.cfg.Seed, i),
		})
		if err != nil {
			return err
		}
		ids = append(ids, reply.GetHomeId())
	}
	for i, l := range people {
		if _, err := w.waits(ctx, l.ref, "affordable_rental", "paper", today.AddMonths(-10)); err != nil {
			return err
		}
		if i < 2 {
			if _, err := w.waits(ctx, l.ref, "rent_subsidy", "witness", today.AddMonths(-10-i)); err != nil {
				return err
			}
		}
	}
	if _, err := w.housing().OpenRound(staff(ctx, "hou-101"), &housingv1.OpenRoundRequest{
		County: homesCounty, Kind: "affordable_rental", HomeIds: ids, FigureName: "上证指数收盘价，上海证券交易所网站", FigureDue: today.AddDays(1).String(),
	}); err != nil {
		return err
	}
	asked, err := w.housing().AskPlaces(boss(ctx, w.employers[0].id), &housingv1.AskPlacesRequest{EmployerId: w.employers[0].id, County: homesCounty, Places: 12})
	if err != nil {
		return err
	}
	_, err = w.housing().GrantPlaces(staff(ctx, "hou-102"), &housingv1.GrantPlacesRequest{RequestId: asked.GetRequestId(), Places: 8})
	return err
}
