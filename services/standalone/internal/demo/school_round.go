package demo

import (
	"context"
	"fmt"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/rpc"
	educationv1 "github.com/qiao-platform/qiao/proto/gen/education/v1"
)

// The county whose school rounds are lived through, how many families take part
// in one, and the seats that they compete for.
const (
	roundCounty   = "654301"
	roundFamilies = 14
	drawnFigure   = "03 11 17 21 28 30 + 09"
)

// eduStaff is one of the officers of whom a draw needs two.
func eduStaff(ctx context.Context, number string) context.Context {
	return rpc.As(ctx, auth.Principal{Kind: auth.Officer, Subject: number, Department: "edu", Division: auth.Everywhere, Purpose: "school_place", LegalBasis: "义务教育法 12", Via: auth.ViaWeb})
}

// family is one that takes part in a round.
type family struct{ worker, application string }

// liveSchoolRounds lives through one round of primary schools, from the choices
// to the last child, and opens one of kindergartens. Where a round is there
// already, it was lived through before.
func (w *world) liveSchoolRounds(ctx context.Context, today clock.Date) error {
	edu := w.education()
	before, err := edu.ListRounds(eduStaff(ctx, "edu-101"), &educationv1.ListRoundsRequest{County: roundCounty})
	if err != nil || len(before.GetRounds()) > 0 {
		return err
	}
	schools, err := w.roundSchools(ctx, "primary", "小学")
	if err != nil {
		return err
	}
	families, err := w.families(ctx, "primary")
	if err != nil || len(families) < len(schools) {
		return err // a prefecture of very few people has no round
	}
	round, err := w.openSchoolRound(ctx, "primary", schools, today, today, 2+len(families)/5)
	if err != nil {
		return err
	}
	if err := w.fileChoices(ctx, round, families, schools); err != nil {
		return err
	}
	if err := w.drawRound(ctx, round); err != nil {
		return err
	}
	if err := w.answerRound(ctx, round, families); err != nil {
		return err
	}
	return w.openKindergartens(ctx, today)
}

func (w *world) roundSchools(ctx context.Context, stage, kind string) (ids []string, err error) {
	for i, t := range w.tables.Townships(roundCounty)[:3] {
		reply, err := w.education().AddSchool(officer(ctx, "edu", ""), &educationv1.AddSchoolRequest{
			Name: t.NameZH + kind, Kind: "public", County: roundCounty, Township: t.Code, Stage: stage, Places: 30, Reference: fmt.Sprintf("demo-round-%d-%s-%d", w.cfg.Seed, stage, i),
		})
		if err != nil {
			return nil, err
		}
		ids = append(ids, reply.GetSchoolId())
	}
	return ids, nil
}

// families finds families whose application waits.
func (w *world) families(ctx context.Context, stage string) (all []family, err error) {
	for _, l := range w.lives {
		if len(all) == roundFamilies {
			break
		}
		if l.county != roundCounty || l.stage != stage {
			continue
		}
		reply, err := w.education().ListApplications(worker(ctx, l.ref), &educationv1.ListApplicationsRequest{Worker: l.ref})
		if err != nil {
			return nil, err
		}
		for _, a := range reply.GetApplications() {
			if a.GetStage() == stage && a.GetState() == "submitted" {
				all = append(all, family{l.ref, a.GetApplicationId()})
				break
			}
		}
	}
	return all, nil
}

func (w *world) openSchoolRound(ctx context.Context, stage string, schools []string, closes, draws clock.Date, seats int) (string, error) {
	edu, staff := w.education(), eduStaff(ctx, "edu-101")
	today := clock.Today(clock.System()).String()
	reply, err := edu.PlanRound(staff, &educationv1.PlanRoundRequest{
		County: roundCounty, Stage: stage, OpensOn: today, ClosesOn: closes.String(), DrawOn: draws.String(), Tie: "single",
		FigureSource: "双色球当日开奖号码，中国福彩网", FigureOn: draws.String(),
	})
	if err != nil {
		return "", err
	}
	for i, id := range schools {
		if _, err := edu.SetSeats(staff, &educationv1.SetSeatsRequest{RoundId: reply.GetRoundId(), SchoolId: id, Seats: int32(max(1, seats-i)), Reserved: int32(min(1, i))}); err != nil { //nolint:gosec // a few seats
			return "", err
		}
	}
	_, err = edu.OpenRound(staff, &educationv1.OpenRoundRequest{RoundId: reply.GetRoundId()})
	return reply.GetRoundId(), err
}

// fileChoices lets each family rank the schools, most of them the same one
// first. A few bring a witness of where they live.
func (w *world) fileChoices(ctx context.Context, round string, families []family, schools []string) error {
	townships := w.tables.Townships(roundCounty)
	for i, f := range families {
		list := []string{schools[0], schools[1], schools[2]}
		switch i % 5 {
		case 3:
			list = list[:1]
		case 4:
			list[0], list[1] = list[1], list[0]
		}
		home := townships[i%len(schools)].Code
		if i%3 == 0 {
			if _, err := w.education().RecordPaper(officer(ctx, "edu", ""), &educationv1.RecordPaperRequest{
				ApplicationId: f.application, Kind: "residence", Form: []string{"paper", "witness"}[i/3%2], Since: clock.Today(clock.System()).AddYears(-1).String(), Code: home,
			}); err != nil {
				return err
			}
		}
		if _, err := w.education().FileChoices(worker(ctx, f.worker), &educationv1.FileChoicesRequest{
			RoundId: round, ApplicationId: f.application, SchoolIds: list, Township: home, Word: fmt.Sprint("白桦", i),
		}); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) drawRound(ctx context.Context, round string) error {
	edu, first, second := w.education(), eduStaff(ctx, "edu-101"), eduStaff(ctx, "edu-102")
	if _, err := edu.CloseRound(first, &educationv1.CloseRoundRequest{RoundId: round}); err != nil {
		return err
	}
	if _, err := edu.CommitRound(first, &educationv1.CommitRoundRequest{RoundId: round, AcceptUndecided: true}); err != nil {
		return err
	}
	if _, err := edu.TypeFigure(first, &educationv1.TypeFigureRequest{RoundId: round, Figure: drawnFigure}); err != nil {
		return err
	}
	_, err := edu.ConfirmFigure(second, &educationv1.ConfirmFigureRequest{RoundId: round, Figure: drawnFigure})
	return err
}

// answerRound lets the families answer: most accept, one declines, one without a
// place appeals. What is left is given again, and the round ends: each child
// without a place opens a task, and one of them is offered a way out.
func (w *world) answerRound(ctx context.Context, round string, families []family) error {
	edu, staff := w.education(), eduStaff(ctx, "edu-101")
	declined, appealed := false, false
	for _, f := range families {
		me := worker(ctx, f.worker)
		reply, err := edu.GetApplication(me, &educationv1.GetApplicationRequest{ApplicationId: f.application})
		if err != nil {
			return err
		}
		entry, err := edu.GetEntry(me, &educationv1.GetEntryRequest{ApplicationId: f.application})
		if err != nil {
			return err
		}
		switch offer := reply.GetApplication().GetOfferId(); {
		case offer != "" && entry.GetEntry().GetChoice() == 1 && !declined:
			declined = true
			_, err = edu.DeclinePlace(me, &educationv1.DeclinePlaceRequest{OfferId: offer})
		case offer != "":
			_, err = edu.AcceptPlace(me, &educationv1.AcceptPlaceRequest{OfferId: offer})
		case !appealed:
			appealed = true
			_, err = edu.FileAppeal(me, &educationv1.FileAppealRequest{ApplicationId: f.application, SchoolId: entry.GetEntry().GetChoices()[0].GetSchoolId(), Ground: "class"})
		}
		if err != nil {
			return err
		}
	}
	if _, err := edu.RunSecondPass(staff, &educationv1.RunSecondPassRequest{RoundId: round}); err != nil {
		return err
	}
	if _, err := edu.EndRound(staff, &educationv1.EndRoundRequest{RoundId: round}); err != nil {
		return err
	}
	tasks, err := edu.ListTasks(staff, &educationv1.ListTasksRequest{County: roundCounty})
	if err != nil {
		return err
	}
	if all := tasks.GetTasks(); len(all) > 1 && len(all[0].GetWays()) > 0 { // the others wait, to be seen
		way := all[0].GetWays()[0]
		_, err = edu.OfferWayOut(staff, &educationv1.OfferWayOutRequest{TaskId: all[0].GetTaskId(), Way: way.GetWay(), SchoolId: way.GetSchoolId()})
	}
	return err
}

// openKindergartens opens a round in which families can rank schools now.
func (w *world) openKindergartens(ctx context.Context, today clock.Date) error {
	schools, err := w.roundSchools(ctx, "preschool", "幼儿园")
	if err != nil {
		return err
	}
	families, err := w.families(ctx, "preschool")
	if err != nil {
		return err
	}
	round, err := w.openSchoolRound(ctx, "preschool", schools, today.AddDays(14), today.AddDays(21), 5)
	if err != nil {
		return err
	}
	return w.fileChoices(ctx, round, families[:len(families)/2], schools)
}
