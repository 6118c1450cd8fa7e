package demo

import (
	"context"
	"errors"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/rpc"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
)

// The size of the job fair that is lived through.
const (
	fairPosts   = 8
	fairSeats   = 2
	fairWorkers = 40
	fairFigure  = "05 08 17 22 26 31 + 12"
)

// hrssStaff is one of the officers of whom a draw needs two.
func hrssStaff(ctx context.Context, number string) context.Context {
	return rpc.As(ctx, auth.Principal{Kind: auth.Officer, Subject: number, Department: "hrss", Division: auth.Everywhere, Purpose: "case_handling", LegalBasis: "PIPL 13(3)", Via: auth.ViaWeb})
}

// liveFairs lives through one job fair of a day, from the posts to acceptances
// and a hire, opens another one, and lets some start-up help be under way.
// Where there is a fair already, all this was done before.
func (w *world) liveFairs(ctx context.Context, today clock.Date) error {
	before, err := w.employment().ListFairs(hrssStaff(ctx, "hrss-101"), &employmentv1.ListFairsRequest{})
	if err != nil || len(before.GetFairs()) > 0 || len(w.vacancies) < 2*fairPosts {
		return err
	}
	people := w.lives[:min(len(w.lives), fairWorkers)]
	if len(people) == 0 {
		return nil
	}
	fair, err := w.fairWith(ctx, today, today, "spring_breeze", w.vacancies[:fairPosts])
	if err != nil {
		return err
	}
	if err := w.fairWishes(ctx, fair, people); err != nil {
		return err
	}
	if err := w.fairDraw(ctx, fair); err != nil {
		return err
	}
	if err := w.fairAnswers(ctx, fair, people, today); err != nil {
		return err
	}
	if _, err := w.fairWith(ctx, today.AddDays(6), today.AddDays(12), "private_firms_week", w.vacancies[fairPosts:2*fairPosts]); err != nil {
		return err
	}
	return w.startUps(ctx, people, today)
}

// fairWith plans a fair of the prefecture and brings vacancies.
func (w *world) fairWith(ctx context.Context, closes, match clock.Date, campaign string, posts []vacancy) (string, error) {
	plan, err := w.employment().PlanFair(hrssStaff(ctx, "hrss-101"), &employmentv1.PlanFairRequest{
		Campaign: campaign, Division: w.tables.Prefecture().Code, StartsOn: match.String(), EndsOn: match.AddDays(1).String(),
		ClosesOn: closes.String(), MatchOn: match.String(), Tie: "single", FigureName: "双色球" + match.String() + "开奖号码，中国福彩网公布",
		Venue: "市会展中心，金山路1号", Hours: "10:00-16:00",
	})
	if err != nil {
		return "", err
	}
	for _, v := range posts {
		if _, err := w.employment().EnterFairPost(boss(ctx, v.employer.id), &employmentv1.EnterFairPostRequest{FairId: plan.GetFairId(), VacancyId: v.id, Seats: fairSeats}); err != nil {
			return "", err
		}
	}
	return plan.GetFairId(), nil
}

// fairWishes has people rank four posts each, most of them the same popular
// ones, and the first employers rank some of who applied, by number.
func (w *world) fairWishes(ctx context.Context, fair string, people []*life) error {
	for i, l := range people {
		r := w.random(uint64(30_000_000 + i))
		var wishes []string
		for _, p := range r.Perm(fairPosts)[:4] {
			wishes = append(wishes, w.vacancies[p].id)
		}
		if first := w.vacancies[r.IntN(2)].id; wishes[1] != first && wishes[2] != first && wishes[3] != first {
			wishes[0] = first
		}
		_, err := w.employment().ApplyToFair(worker(ctx, l.ref), &employmentv1.ApplyToFairRequest{Worker: l.ref, FairId: fair, VacancyIds: wishes, Word: "桦树"})
		if err != nil && errs.KindOf(err) != errs.Conflict { // too young for hazards
			return err
		}
	}
	for _, v := range w.vacancies[:3] {
		reply, err := w.employment().ListFairApplicants(boss(ctx, v.employer.id), &employmentv1.ListFairApplicantsRequest{FairId: fair, VacancyId: v.id})
		if err != nil {
			return err
		}
		var order []string
		for _, a := range reply.GetApplicants() {
			if len(order) < 3 && a.GetOccupation() != "" {
				order = append(order, a.GetNumber())
			}
		}
		if _, err := w.employment().RankFairApplicants(boss(ctx, v.employer.id), &employmentv1.RankFairApplicantsRequest{FairId: fair, VacancyId: v.id, ApplicationIds: order}); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) fairDraw(ctx context.Context, fair string) error {
	first, second := hrssStaff(ctx, "hrss-101"), hrssStaff(ctx, "hrss-102")
	if _, err := w.employment().CloseFair(first, &employmentv1.CloseFairRequest{FairId: fair}); err != nil {
		return err
	}
	if _, err := w.employment().EnterFairFigure(first, &employmentv1.EnterFairFigureRequest{FairId: fair, Figure: fairFigure}); err != nil {
		return err
	}
	_, err := w.employment().DrawFair(second, &employmentv1.DrawFairRequest{FairId: fair, Figure: fairFigure})
	return err
}

// fairAnswers has some accept, one decline and others still think; the first
// who accepted is hired, and one employer says no.
func (w *world) fairAnswers(ctx context.Context, fair string, people []*life, today clock.Date) error {
	accepted := 0
	for i, l := range people {
		me := worker(ctx, l.ref)
		reply, err := w.employment().GetFairApplication(me, &employmentv1.GetFairApplicationRequest{Worker: l.ref, FairId: fair})
		if err != nil {
			return err
		}
		x := reply.GetApplication().GetProposal()
		if x == nil || i%4 == 3 {
			continue
		}
		if i%4 == 2 {
			_, err = w.employment().DeclineProposal(me, &employmentv1.DeclineProposalRequest{ProposalId: x.GetProposalId()})
		} else {
			err = w.fairAccept(ctx, l, x, accepted, today)
			accepted++
		}
		if err != nil && errs.KindOf(err) != errs.Conflict {
			return err
		}
	}
	return nil
}

func (w *world) fairAccept(ctx context.Context, l *life, x *employmentv1.FairProposal, nth int, today clock.Date) error {
	job, err := w.employment().AcceptProposal(worker(ctx, l.ref), &employmentv1.AcceptProposalRequest{ProposalId: x.GetProposalId()})
	if err != nil {
		return err
	}
	for _, v := range w.vacancies[:fairPosts] {
		if v.id != x.GetVacancyId() {
			continue
		}
		switch nth {
		case 0:
			offer, err := w.employment().MakeOffer(boss(ctx, v.employer.id), &employmentv1.MakeOfferRequest{ApplicationId: job.GetApplicationId(), WageFen: v.wageFen, StartOn: today.AddDays(3).String(), EndOn: today.AddMonths(12).String()})
			if err != nil {
				return err
			}
			_, err = w.employment().AcceptOffer(worker(ctx, l.ref), &employmentv1.AcceptOfferRequest{OfferId: offer.GetOfferId()})
			return err
		case 1:
			_, err := w.employment().PassOverProposal(boss(ctx, v.employer.id), &employmentv1.PassOverProposalRequest{ProposalId: x.GetProposalId(), ReasonCode: "agreed_otherwise"})
			return err
		}
	}
	return nil
}

// startUps opens advisers' times and premises in each county; some workers book
// and ask.
func (w *world) startUps(ctx context.Context, people []*life, today clock.Date) error {
	desk := hrssStaff(ctx, "hrss-103")
	for _, c := range w.tables.Counties() {
		for i := range int32(3) {
			if _, err := w.employment().OpenAdviserSlot(desk, &employmentv1.OpenAdviserSlotRequest{County: c.Code, Day: today.AddDays(1 + int(i)).String(), Minute: 600 + 60*i, Minutes: 30, Adviser: "adviser-" + c.Code}); err != nil {
				return err
			}
		}
		for kind, title := range map[string]string{"startup_park": "创业园孵化间", "return_street": "返乡创业一条街门面"} {
			if _, err := w.employment().AddPremises(desk, &employmentv1.AddPremisesRequest{County: c.Code, Kind: kind, Title: c.NameZH + title, AreaDm2: 3600, RentFen: map[string]int64{"return_street": 60_000}[kind]}); err != nil {
				return err
			}
		}
	}
	l := people[0]
	me := worker(ctx, l.ref)
	slots, err := w.employment().ListAdviserSlots(me, &employmentv1.ListAdviserSlotsRequest{County: l.county})
	if err != nil {
		return err
	}
	places, err := w.employment().ListPremises(me, &employmentv1.ListPremisesRequest{County: l.county})
	if err != nil {
		return err
	}
	_, err = w.employment().ApplyForAdviser(me, &employmentv1.ApplyForAdviserRequest{Worker: l.ref, SlotId: slots.GetSlots()[0].GetSlotId(), Topic: "farm_stay"})
	_, err2 := w.employment().ApplyForPremises(me, &employmentv1.ApplyForPremisesRequest{Worker: l.ref, SiteId: places.GetPremises()[0].GetSiteId()})
	_, err3 := w.employment().HandOffLoan(me, &employmentv1.HandOffLoanRequest{Worker: l.ref, County: l.county, BankCode: "psbc", AmountFen: 8_000_000, Years: 2, NoticeVersion: "贷款告知书2026-1"})
	return errors.Join(err, err2, err3)
}
