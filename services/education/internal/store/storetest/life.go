package storetest

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/answer"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

// lives reads what stands around a guardian's applications: each with its own, but
// for appeals none with what is over, another guardian's not at all.
func lives(t *testing.T, fresh opener) {
	db, s := fresh(t)
	add(t, db, s, school("school-1", 9))
	better := school("school-2", 9)
	better.Name = "阿勒泰市第2小学"
	add(t, db, s, better)
	application := func(id string, state domain.ApplicationState, offerID string) domain.Application {
		a := submitted(id)
		a.State, a.OfferID = state, offerID
		return a
	}
	save(t, db, s, application("waits", domain.Submitted, ""), offer("lapsed", "waits", answer.Lapsed))
	save(t, db, s, application("has", domain.Accepted, "accepted"), offer("accepted", "has", answer.Accepted))
	save(t, db, s, application("gone", domain.Withdrawn, ""), offer("withdrawn", "gone", answer.Withdrawn))
	others := application("others", domain.Submitted, "")
	others.Worker = "worker-2"
	save(t, db, s, others, domain.Offer{})
	over, runs, elsewhere := planned("over"), planned("runs"), planned("elsewhere")
	over.State, elsewhere.County = domain.RoundIsEnded, "654321"
	update(t, db, func(tx *sqldb.Tx) error {
		in := s.In(tx)
		for _, r := range []domain.Round{over, runs, elsewhere} {
			if err := in.SaveRound(ctx, r); err != nil {
				return err
			}
		}
		for i, r := range []domain.Round{over, runs} {
			for _, id := range []string{"waits", "others"} {
				e := entry(r, id, fmt.Sprint(id, i))
				if e.FiledAt = e.FiledAt.Add(time.Duration(i) * time.Hour); r.ID == "runs" && id == "waits" {
					e.Outcome = domain.EntryDropped
				}
				if err := in.SaveEntry(ctx, e); err != nil {
					return err
				}
			}
		}
		beside := offer("beside", "has", answer.Better)
		beside.SchoolID = better.ID
		if err := in.SaveOffer(ctx, beside); err != nil {
			return err
		}
		for _, b := range []domain.Task{
			{ID: "task", ApplicationID: "waits", Worker: "worker-1", County: "654301", Stage: domain.Primary, State: domain.TaskIsOpen, DueOn: today, OpenedAt: now, Reasons: reason()},
			{ID: "done", ApplicationID: "has", Worker: "worker-1", County: "654301", Stage: domain.Primary, State: domain.TaskIsDone, DueOn: today, OpenedAt: now, Reasons: reason()},
		} {
			if err := in.SaveTask(ctx, b); err != nil {
				return err
			}
		}
		for i, state := range []string{domain.AppealIsFiled, domain.AppealIsRejected} {
			p := domain.Appeal{ID: state, RoundID: []string{"over", "runs"}[i], ApplicationID: "waits", Worker: "worker-1", County: "654301", SchoolID: "school-1", Ground: domain.GroundClass, State: state, DueOn: today, FiledAt: now}
			if err := in.SaveAppeal(ctx, p); err != nil {
				return err
			}
		}
		for _, state := range []string{domain.MatterOpen, domain.MatterDecided} {
			d := domain.Disagreement{ID: state, Kind: domain.MatterDisagree, ApplicationID: "has", ChildID: "child", County: "654301", Stage: domain.Primary, Worker: "worker-2", State: state, DueOn: today, FiledAt: now}
			if err := in.SaveDisagreement(ctx, d); err != nil {
				return err
			}
		}
		return nil
	})
	view(t, db, func(tx *sqldb.Tx) error {
		all, err := s.In(tx).Living("worker-1")
		if err != nil {
			return err
		}
		r, err := s.In(tx).Around(all)
		if err != nil {
			return err
		}
		got := map[string][]string{}
		for _, a := range all {
			got["applications"] = append(got["applications"], a.ID)
		}
		for _, p := range r.Appeals {
			got["appeals"] = append(got["appeals"], p.ID)
		}
		for _, d := range r.Matters {
			got["matters"] = append(got["matters"], d.ID)
		}
		for _, one := range r.Running {
			got["running"] = append(got["running"], one.ID)
		}
		for id, o := range r.Offers {
			got["offers"] = append(got["offers"], id+"="+o.ID)
		}
		for id, o := range r.Better {
			got["better"] = append(got["better"], id+"="+o.ID)
		}
		for id, e := range r.Entries {
			got["entries"] = append(got["entries"], id+"="+e.RoundID)
		}
		for id, b := range r.Tasks {
			got["tasks"] = append(got["tasks"], id+"="+b.ID)
		}
		got["rounds"] = slices.Sorted(maps.Keys(r.Rounds))
		for id, name := range r.Schools {
			got["schools"] = append(got["schools"], id+"="+name)
		}
		slices.Sort(got["schools"])
		slices.Sort(got["applications"])
		for what, want := range map[string][]string{
			"applications": {"has", "waits"}, "appeals": {"filed", "rejected"}, "matters": {"open"}, "running": {"runs"}, "offers": {"has=accepted"}, "better": {"has=beside"},
			"entries": {"waits=over"}, "tasks": {"waits=task"}, "rounds": {"over"}, "schools": {"school-1=阿勒泰市第1小学", "school-2=阿勒泰市第2小学"},
		} {
			if !slices.Equal(got[what], want) {
				t.Errorf("%s: %v, want %v", what, got[what], want)
			}
		}
		none, err := s.In(tx).Around(nil)
		if len(none.Running)+len(none.Schools) != 0 {
			t.Errorf("around nothing: %+v", none)
		}
		return err
	})
}
