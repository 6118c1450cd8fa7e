package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"reflect"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/qiao-platform/qiao/pkg/allocate"
	"github.com/qiao-platform/qiao/pkg/answer"
	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/testkit"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	jobs "github.com/qiao-platform/qiao/services/employment/internal/app"
	app "github.com/qiao-platform/qiao/services/employment/internal/app/fair"
	"github.com/qiao-platform/qiao/services/employment/internal/domain/fair"
)

// fairInSteps draws a fair that is too large for one transaction. The draw breaks
// off in the middle, and somebody leaves meanwhile: nothing is shown or answered
// before all of it is there, and then each has what the draw gave, once.
func (s *suite) fairInSteps() {
	const workers, left, gone = 700, 699, 3
	uses := s.fairUses()
	officer := func(number string) context.Context {
		return auth.With(context.Background(), auth.Principal{Kind: auth.Officer, Subject: number, Department: "hrss", Division: auth.Everywhere})
	}
	one, two := officer("officer-1"), officer("officer-2")
	id := func(i int) string { return fmt.Sprintf("a%04d", i) }
	f := jobFair("fair-1")
	f.State, f.Root, f.Figure, f.First, f.Second, f.Seed, f.Pass, f.Entries = fair.Open, "", "", "", "", "", 0, 0
	s.atFair(f, workers/2)
	s.atFairs(func(ctx context.Context, tx app.Store) (err error) {
		for i := range workers {
			err = errors.Join(err, tx.SaveApplication(ctx, fairApplication(id(i), fmt.Sprintf("worker-%d", i), "vacancy-1")))
		}
		return err
	})
	manual, _ := uses.Clock.(*clock.Manual)
	as := func(ctx context.Context, days int, run func(st app.Store) error) {
		s.Helper()
		manual.Advance(time.Duration(days) * 24 * time.Hour)
		if err := s.db.Update(ctx, func(tx *sqldb.Tx) error { return run(s.fairs.In(tx)) }); err != nil {
			s.Fatal(err)
		}
	}
	as(one, 5, func(st app.Store) error { _, err := uses.Close(one, st, "fair-1", ""); return err })
	as(one, 3, func(st app.Store) error { return uses.EnterFigure(one, st, "fair-1", "42") })
	var first *app.Draw
	as(two, 0, func(st app.Store) (err error) {
		if _, err := uses.ReadLarge(one, st, "fair-1", "42"); !errors.Is(err, fair.ErrSameOfficer) {
			s.Errorf("one officer twice: %v", err)
		}
		first, err = uses.ReadLarge(two, st, "fair-1", "42")
		return err
	})
	if first == nil {
		s.Fatal("a large fair is drawn at once")
	}
	if err := uses.Draw(first); err != nil {
		s.Fatal(err)
	}
	seed, match := first.Match()
	if match.Proposed != workers/2 || match.Unplaced != workers/2 || seed == "" {
		s.Errorf("%d proposed, %d unplaced", match.Proposed, match.Unplaced)
	}
	as(two, 0, func(st app.Store) error { return uses.BeginDraw(two, st, "fair-1", "42") })

	// step draws, and writes so many steps of it, or all.
	step := func(steps int) {
		s.Helper()
		var d *app.Draw
		if err := s.db.View(one, func(tx *sqldb.Tx) (err error) {
			d, err = uses.ReadBegunDraw(s.fairs.In(tx), "fair-1")
			return err
		}); err != nil || d == nil {
			s.Fatalf("%v, %v", d, err)
		}
		if err := uses.Draw(d); err != nil {
			s.Fatal(err)
		}
		for at := (app.Step{}); steps > 0 && !at.Done; steps-- {
			as(one, 0, func(st app.Store) (err error) { at, err = uses.StepDraw(one, st, d, at); return err })
		}
	}
	step(2) // what is published, and the first entries
	var begun []fair.Proposal
	s.atFairs(func(ctx context.Context, tx app.Store) (err error) {
		begun, err = tx.Results("fair-1", "", workers)
		if len(begun) == 0 || len(begun) == workers/2 {
			return fmt.Errorf("%d proposals are written", len(begun))
		}
		x := begun[0]
		own := auth.With(context.Background(), auth.Principal{Kind: auth.Worker, Subject: x.Worker})
		seen, found, err2 := uses.SeeApplication(own, tx, x.Worker, "fair-1")
		if !found || len(seen.Proposals) != 0 || seen.Outcome.Pass != 0 {
			s.Errorf("%+v is shown of a draw that is being written", seen)
		}
		if _, _, err := uses.ListResults(one, tx, "fair-1", ""); !errors.Is(err, fair.ErrState) {
			s.Errorf("its results: %v", err)
		}
		f, err3 := tx.Fair("fair-1")
		if _, _, err := f.Cancel("law"); f.State != fair.Drawing || !errors.Is(err, fair.ErrResults) {
			s.Errorf("%s is cancelled: %v", f.State, err)
		}
		return errors.Join(err, err2, err3)
	})
	accept := func(x fair.Proposal) error {
		own := auth.With(context.Background(), auth.Principal{Kind: auth.Worker, Subject: x.Worker})
		return s.db.Update(own, func(tx *sqldb.Tx) error {
			_, err := uses.AcceptProposal(own, s.fairs.In(tx), x.ID, "job-"+x.ID, jobs.AgeQuestion{Age: 18}, true)
			return err
		})
	}
	if err := accept(begun[0]); !errors.Is(err, fair.ErrState) {
		s.Errorf("an answer to a draw that is being written: %v", err)
	}
	if err := try(s, s.fairs.In, func(_ context.Context, tx app.Store) error {
		_, _, err := uses.DrawAtOnce(two, tx, "fair-1", "42")
		return err
	}); !errors.Is(err, fair.ErrState) {
		s.Errorf("a second draw: %v", err)
	}
	before := begun[gone]
	for worker, number := range map[string]string{fmt.Sprintf("worker-%d", left): id(left), before.Worker: before.ApplicationID} {
		own := auth.With(context.Background(), auth.Principal{Kind: auth.Worker, Subject: worker})
		as(own, 0, func(st app.Store) error { return uses.Withdraw(own, st, number) })
	}

	step(workers)
	written := 0
	s.atFairs(func(_ context.Context, tx app.Store) error {
		f, err := tx.Peek("fair-1")
		again, err2 := uses.ReadBegunDraw(tx, "fair-1")
		if f.State != fair.Matched || f.Seed != seed || f.Second != "officer-2" || f.Pass != 1 || again != nil {
			s.Errorf("%+v", f)
		}
		all, err3 := tx.Results("fair-1", "", 2*workers)
		written = len(all)
		got := map[string]int{}
		for _, x := range all {
			got[x.ApplicationID]++
			if want := answer.Open; x.State != want && x.ID != before.ID {
				s.Errorf("%s is %s", x.ApplicationID, x.State)
			}
		}
		for i, o := range match.Outcomes { // in the order of tickets
			a, err := tx.PeekApplication(id(i))
			if err != nil {
				return err
			}
			want := o
			if i == left {
				want = fair.Outcome{}
			}
			if !reflect.DeepEqual(a.Outcome, want) || got[a.ID] != min(want.Got, 1) {
				return fmt.Errorf("%s got %+v and %d proposals, the draw gives %+v", a.ID, a.Outcome, got[a.ID], want)
			}
		}
		bundle, err4 := tx.WholeBundle("fair-1")
		if _, err := allocate.VerifyBundle(bytes.NewReader(bundle)); err != nil {
			s.Errorf("what is published: %v", err)
		}
		return errors.Join(err, err2, err3, err4)
	})
	var body []byte
	if err := s.db.View(one, func(tx *sqldb.Tx) error {
		return tx.QueryRow(`SELECT body FROM event WHERE type = 'employment.fair.matched.v1'`).Scan(&body)
	}); err != nil {
		s.Fatal(err)
	}
	e, err := event.Parse(body)
	var said employmentv1.FairMatched
	if err := errors.Join(err, proto.Unmarshal(e.Data, &said)); err != nil || int(said.GetProposed()) != written || said.GetProposed()+said.GetUnplaced() != workers-1 {
		s.Errorf("%d proposals, and %v is told, %v", written, &said, err)
	}
	told := map[string]int{}
	for _, e := range testkit.Events(s, s.db) {
		told[e]++
	}
	if told["employment.fair.matched.v1"] != 1 || told["employment.fair_proposal.made.v1"]+told["employment.fair_application.unplaced.v1"] != workers-1 {
		s.Errorf("%v", told)
	}
	if err := accept(begun[0]); err != nil {
		s.Errorf("an answer, once all is written: %v", err)
	}
}
