package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
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

// fairInSteps closes a fair that is too large for one transaction, draws it, and
// runs its second pass. Each breaks off in the middle, and somebody leaves
// meanwhile: nothing is shown or answered before all of it is there, and then each
// has what the draw gave, once.
func (s *suite) fairInSteps() {
	const workers, left, gone = 700, 699, 3
	uses := s.fairUses()
	officer := func(number string) context.Context {
		return auth.NewContext(context.Background(), auth.Principal{Kind: auth.Officer, Subject: number, Department: "hrss", Division: auth.Everywhere})
	}
	one, two := officer("officer-1"), officer("officer-2")
	id := func(i int) string { return fmt.Sprintf("a%04d", i) }
	f := jobFair("fair-1")
	f.State, f.Root, f.Figure, f.First, f.Second, f.Seed, f.Pass, f.Entries = fair.Open, "", "", "", "", "", 0, 0
	s.atFair(f, workers/2)
	s.atFairs(func(ctx context.Context, tx app.Store) (err error) {
		for i := range workers + 1 {
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
	manual.Advance(5 * 24 * time.Hour)
	s.closedInSteps(one, uses, id(workers), workers)
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
	step := func(steps int) (d *app.Draw) {
		s.Helper()
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
		return d
	}
	step(2) // what is published, and the first entries
	var begun []fair.Proposal
	s.atFairs(func(ctx context.Context, tx app.Store) (err error) {
		begun, err = tx.Results("fair-1", "", workers)
		if len(begun) == 0 || len(begun) == workers/2 {
			return fmt.Errorf("%d proposals are written", len(begun))
		}
		x := begun[0]
		own := auth.NewContext(context.Background(), auth.Principal{Kind: auth.Worker, Subject: x.Worker})
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
		own := auth.NewContext(context.Background(), auth.Principal{Kind: auth.Worker, Subject: x.Worker})
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
		own := auth.NewContext(context.Background(), auth.Principal{Kind: auth.Worker, Subject: worker})
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
		bundle, err4 := tx.WholeBundle(f)
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

	// A hundred decline, which costs them nothing; their seats, and that of who
	// left, are what the second pass gives.
	const declined = 100
	var open []fair.Proposal
	s.atFairs(func(_ context.Context, tx app.Store) (err error) {
		open, err = tx.Results("fair-1", "", workers)
		open = slices.DeleteFunc(open, func(x fair.Proposal) bool { return x.State != answer.Open })
		return err
	})
	for _, x := range open[:declined-1] {
		own := auth.NewContext(context.Background(), auth.Principal{Kind: auth.Worker, Subject: x.Worker})
		as(own, 0, func(st app.Store) error { return uses.DeclineProposal(own, st, x.ID) })
	}
	as(two, 60, func(st app.Store) error {
		m, err := uses.RunSecondPass(two, st, "fair-1")
		if m.Pass != 0 {
			s.Errorf("a large fair's second pass is at once: %+v", m)
		}
		return err
	})
	if err := try(s, s.fairs.In, func(_ context.Context, tx app.Store) error {
		_, err := uses.RunSecondPass(two, tx, "fair-1")
		return err
	}); !errors.Is(err, fair.ErrState) {
		s.Errorf("a second pass twice: %v", err)
	}
	s.atFairs(func(ctx context.Context, tx app.Store) error {
		return tx.SaveCorrection(ctx, fair.Correction{ID: "correction-1", FairID: "fair-1", Division: f.Division, Number: 1, Why: "seats", State: fair.CorrectionProposed, ProposedBy: "officer-1", ProposedAt: noon})
	})
	if err := try(s, s.fairs.In, func(_ context.Context, tx app.Store) error {
		_, err := uses.DecideCorrection(two, tx, "correction-1", fair.CorrectionTaken)
		return err
	}); !errors.Is(err, fair.ErrState) {
		s.Errorf("a correction beside a pass: %v", err)
	}
	again := step(4) // what is published, and three hundred entries
	_, match = again.Match()
	if match.Pass != 2 || match.Proposed != declined || match.Unplaced != workers/2-1+declined-1-declined {
		s.Errorf("the second pass gives %d, and %d nothing", match.Proposed, match.Unplaced)
	}
	var early, late string // of whom the pass gives a seat, one who has it and one who has not
	s.atFairs(func(_ context.Context, tx app.Store) error {
		if f, err := tx.Peek("fair-1"); f.State != fair.Drawing || f.Pass != 1 {
			s.Errorf("%+v, %v", f, err)
		}
		all, err := tx.Entries("fair-1", "", workers)
		for i, e := range all {
			switch {
			case match.Outcomes[i].Got == 0:
			case e.Pass == 2:
				early = e.ApplicationID
			default:
				late = e.ApplicationID
			}
		}
		return err
	})
	for _, number := range []string{early, late} {
		s.leaves(uses, number)
	}
	handler := s.fairs.DrawFair(uses)
	for range 2 { // the second finds nothing to do
		if err := handler(one, []byte("fair-1")); err != nil {
			s.Fatal(err)
		}
	}
	s.atFairs(func(_ context.Context, tx app.Store) error {
		f, err := tx.Peek("fair-1")
		if f.State != fair.Matched || f.Pass != 2 || f.Seed != seed {
			s.Errorf("%+v", f)
		}
		all, err2 := tx.Results("fair-1", "", 2*workers)
		got := map[string]int{}
		for _, x := range all {
			if x.Pass == 2 {
				got[x.ApplicationID]++
			}
		}
		for i, o := range match.Outcomes { // in the order of tickets
			a, err := tx.PeekApplication(id(i))
			if err != nil {
				return err
			}
			if o.Pass == 0 || a.ID == late {
				if a.Outcome.Pass == 2 || got[a.ID] != 0 {
					s.Errorf("%s took no part, and has %+v", a.ID, a.Outcome)
				}
			} else if !reflect.DeepEqual(a.Outcome, o) || got[a.ID] != min(o.Got, 1) {
				s.Errorf("%s got %+v and %d proposals, the pass gives %+v", a.ID, a.Outcome, got[a.ID], o)
			}
		}
		bundle, err3 := tx.WholeBundle(f)
		if v, err := allocate.VerifyBundle(bytes.NewReader(bundle)); err != nil || len(v.Passes) != 1 || v.Passes[0].N != 2 {
			s.Errorf("what is published: %v", err)
		}
		return errors.Join(err, err2, err3)
	})
	told = map[string]int{}
	for _, e := range testkit.Events(s, s.db) {
		told[e]++
	}
	if told["employment.fair.matched.v1"] != 2 || told["employment.fair.closed.v1"] != 1 || told["employment.fair_proposal.made.v1"] != written+declined-1 {
		s.Errorf("%v", told)
	}
}

// leaves takes a worker out of the fair.
func (s *suite) leaves(uses *app.App, number string) {
	s.Helper()
	s.atFairs(func(_ context.Context, tx app.Store) error {
		a, err := tx.PeekApplication(number)
		own := auth.NewContext(context.Background(), auth.Principal{Kind: auth.Worker, Subject: a.Worker})
		return errors.Join(err, uses.Withdraw(own, tx, number))
	})
}

// closedInSteps closes a large fair. Who leaves before the list is marked is not in
// it; nothing of it changes while it is being committed, and where the figure could
// be known by then, or nobody is left, the lists are open again.
func (s *suite) closedInSteps(officer context.Context, uses *app.App, leaves string, stay int) {
	s.Helper()
	s.atFairs(func(_ context.Context, tx app.Store) error {
		f, err := uses.Close(officer, tx, "fair-1", "")
		if f.State != fair.Closing || f.Root != "" {
			s.Errorf("a large fair is closed at once: %+v", f)
		}
		return err
	})
	for name, refused := range map[string]struct {
		with error
		do   func(tx app.Store) error
	}{
		"closed twice":   {fair.ErrTwice, func(tx app.Store) error { _, err := uses.Close(officer, tx, "fair-1", ""); return err }},
		"a figure":       {fair.ErrState, func(tx app.Store) error { return uses.EnterFigure(officer, tx, "fair-1", "42") }},
		"another's rank": {fair.ErrListsClosed, func(tx app.Store) error { f, err := tx.Peek("fair-1"); return errors.Join(err, f.TakesRanks()) }},
	} {
		if err := try(s, s.fairs.In, func(_ context.Context, tx app.Store) error { return refused.do(tx) }); !errors.Is(err, refused.with) {
			s.Errorf("%s: %v", name, err)
		}
	}
	s.leaves(uses, leaves)
	s.atFairs(func(_ context.Context, tx app.Store) error { // it breaks off after a step
		last, more, err := uses.MarkList(tx, "fair-1", "")
		if last == "" || !more {
			s.Errorf("%s, %v", last, more)
		}
		return err
	})
	tomorrow := *uses
	tomorrow.Clock = clock.NewManual(uses.Clock.Now().AddDate(0, 0, 30))
	for _, tried := range []struct {
		uses    *app.App
		entries int
	}{{&tomorrow, stay}, {uses, 0}} {
		undone := errors.New("undone")
		if err := try(s, s.fairs.In, func(ctx context.Context, tx app.Store) error {
			if err := tried.uses.CommitList(ctx, tx, "fair-1", allocate.Commitment{Entries: tried.entries}); err != nil {
				return err
			}
			if f, err := tx.Peek("fair-1"); f.State != fair.Open {
				s.Errorf("it is %s with %d entries, %v", f.State, tried.entries, err)
			}
			return undone
		}); !errors.Is(err, undone) {
			s.Error(err)
		}
	}
	handler := s.fairs.CloseFair(uses)
	for range 2 { // the second finds nothing to do
		if err := handler(officer, []byte("fair-1")); err != nil {
			s.Fatal(err)
		}
	}
	s.atFairs(func(_ context.Context, tx app.Store) error {
		f, err := tx.Peek("fair-1")
		all, err2 := tx.Entries("fair-1", "", stay+1)
		if f.State != fair.Closed || f.Entries != stay || f.Root == "" || len(all) != stay {
			s.Errorf("%+v, %d entries", f, len(all))
		}
		return errors.Join(err, err2)
	})
}
