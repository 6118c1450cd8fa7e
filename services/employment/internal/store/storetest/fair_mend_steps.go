package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
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
	app "github.com/qiao-platform/qiao/services/employment/internal/app/fair"
	"github.com/qiao-platform/qiao/services/employment/internal/domain/fair"
)

func fairOfficer(number string) context.Context {
	return auth.NewContext(context.Background(), auth.Principal{Kind: auth.Officer, Subject: number, Department: "hrss", Division: auth.Everywhere})
}

// noticedInSteps changes and cancels a fair of many: each step tells some, whoever
// applied before is told once of what became of it last, and nobody else is.
func (s *suite) noticedInSteps() {
	const workers = 620
	uses, officer := s.fairUses(), fairOfficer("officer-1")
	manual, _ := uses.Clock.(*clock.Manual)
	f := jobFair("fair-1")
	f.State, f.Pass, f.FigureName = fair.Open, 0, "双色球第2026131期，中国福利彩票网"
	s.atFair(f, 3)
	s.atFairs(func(ctx context.Context, tx app.Store) (err error) {
		for i := range workers {
			err = errors.Join(err, tx.SaveApplication(ctx, fairApplication(fmt.Sprintf("a%04d", i), fmt.Sprintf("worker-%d", i), "vacancy-1")))
		}
		return err
	})
	change := func(why string) {
		s.Helper()
		s.atFairs(func(_ context.Context, tx app.Store) error {
			return uses.Change(officer, tx, "fair-1", fair.Plan{Venue: "体育馆，" + why, Hours: "10:00-16:00"}, app.Days{}, why)
		})
	}
	told := func() map[string][]string { // what each was told, in turn
		var bodies [][]byte
		if err := s.db.View(officer, func(tx *sqldb.Tx) (err error) {
			bodies, err = sqldb.Collect(tx, func(s sqldb.Scanner) (b []byte, err error) { return b, s.Scan(&b) }, `SELECT body FROM event WHERE type = 'employment.fair.noticed.v1' ORDER BY ord`)
			return err
		}); err != nil {
			s.Fatal(err)
		}
		all := map[string][]string{}
		for _, body := range bodies {
			var n employmentv1.FairNoticed
			e, err := event.Parse(body)
			if err := errors.Join(err, proto.Unmarshal(e.Data, &n)); err != nil {
				s.Fatal(err)
			}
			all[n.GetApplicationId()] = append(all[n.GetApplicationId()], n.GetWhat()+" "+n.GetReasonCode())
		}
		return all
	}
	change("venue")
	if n := len(told()); n != 0 {
		s.Errorf("%d are told in the transaction of the change", n)
	}
	step := func() (more bool) {
		s.Helper()
		s.atFairs(func(ctx context.Context, tx app.Store) (err error) {
			more, err = uses.Notice(ctx, tx, "fair-1")
			return err
		})
		return more
	}
	if first := step(); !first || len(told()) != 100 {
		s.Errorf("a step tells %d, and more: %v", len(told()), first)
	}
	manual.Advance(time.Hour)
	change("dates") // while the first change is being told
	s.leaves(uses, "a0300")
	manual.Advance(time.Hour)
	s.atFairs(func(ctx context.Context, tx app.Store) error {
		late := fairApplication("a9999", "worker-late", "vacancy-1")
		late.SubmittedAt = uses.Clock.Now()
		return tx.SaveApplication(ctx, late)
	})
	step()
	handler := s.fairs.NoticeFair(uses)
	for range 3 { // those of both changes, and one that is done again
		if err := handler(officer, []byte("fair-1")); err != nil {
			s.Fatal(err)
		}
	}
	for i := range workers {
		id, want := fmt.Sprintf("a%04d", i), []string{"changed dates"}
		switch {
		case i < 100:
			want = []string{"changed venue", "changed dates"}
		case i == 300:
			want = nil
		}
		if got := told()[id]; !slices.Equal(got, want) {
			s.Fatalf("%s is told %q, not %q", id, got, want)
		}
	}
	if got := told()["a9999"]; got != nil {
		s.Errorf("who applied after it is told %q", got)
	}
	s.atFairs(func(ctx context.Context, tx app.Store) error {
		a, err := tx.PeekApplication("a0001")
		if len(a.Wishes) != 1 {
			s.Errorf("a notice takes the wishes: %+v", a)
		}
		return errors.Join(err, uses.Cancel(officer, tx, "fair-1", "law"))
	})
	if err := handler(officer, []byte("fair-1")); err != nil {
		s.Fatal(err)
	}
	if got := told(); !slices.Equal(got["a9999"], []string{"cancelled law"}) || len(got) != workers {
		s.Errorf("%q, and %d in all", got["a9999"], len(got))
	}
}

// correctedInSteps corrects a large fair's draw and breaks off in the middle: who was
// wronged is proposed what is owed once, the corrected draw counts once all of it is
// there, and no pass runs beside it.
func (s *suite) correctedInSteps() {
	const workers, seats, more = 700, 350, 70
	uses, one, two := s.fairUses(), fairOfficer("officer-1"), fairOfficer("officer-2")
	manual, _ := uses.Clock.(*clock.Manual)
	f := jobFair("fair-1")
	f.State, f.Root, f.Figure, f.First, f.Second, f.Seed, f.Pass, f.Entries = fair.Open, "", "", "", "", "", 0, 0
	s.atFair(f, seats)
	s.atFairs(func(ctx context.Context, tx app.Store) (err error) {
		for i := range workers {
			err = errors.Join(err, tx.SaveApplication(ctx, fairApplication(fmt.Sprintf("a%04d", i), fmt.Sprintf("worker-%d", i), "vacancy-1")))
		}
		return err
	})
	manual.Advance(5 * 24 * time.Hour)
	s.atFairs(func(_ context.Context, tx app.Store) error { _, err := uses.Close(one, tx, "fair-1", ""); return err })
	if err := s.fairs.CloseFair(uses)(one, []byte("fair-1")); err != nil {
		s.Fatal(err)
	}
	manual.Advance(3 * 24 * time.Hour)
	s.atFairs(func(_ context.Context, tx app.Store) error {
		return errors.Join(uses.EnterFigure(one, tx, "fair-1", "42"), uses.BeginDraw(two, tx, "fair-1", "42"))
	})
	if err := s.fairs.DrawFair(uses)(one, []byte("fair-1")); err != nil {
		s.Fatal(err)
	}
	mend := fair.Correction{FairID: "fair-1", Why: "seats", Mends: fair.Mends{Seats: []fair.SeatsMend{{VacancyID: "vacancy-1", Seats: seats + more}}}}
	read := func() (k *app.Correcting, err error) {
		err = try(s, s.fairs.In, func(_ context.Context, tx app.Store) (err error) {
			k, err = uses.ReadCorrected(one, tx, mend)
			return err
		})
		return k, err
	}
	propose := func(k *app.Correcting) (c fair.Correction) {
		s.atFairs(func(_ context.Context, tx app.Store) (err error) { c, err = uses.Correct(one, tx, k); return err })
		return c
	}
	k, err := read()
	stale, err2 := read()
	if err := errors.Join(err, err2, uses.Propose(k), uses.Propose(stale)); err != nil {
		s.Fatal(err)
	}
	c := propose(k)
	if c.Wronged != more {
		s.Errorf("%d are said to be wronged", c.Wronged)
	}
	if err := try(s, s.fairs.In, func(_ context.Context, tx app.Store) error { _, err := uses.Correct(one, tx, stale); return err }); !errors.Is(err, fair.ErrState) {
		s.Errorf("a correction that was read before another: %v", err)
	}
	var published []byte
	s.atFairs(func(_ context.Context, tx app.Store) error {
		f, err := tx.Peek("fair-1")
		published, err2 = tx.WholeBundle(f)
		taken, err3 := uses.DecideCorrection(two, tx, c.ID, fair.CorrectionTaken)
		if taken.State != fair.CorrectionTaking {
			s.Errorf("a large fair is corrected at once: %+v", taken)
		}
		return errors.Join(err, err2, err3)
	})
	results := func() (all []fair.Proposal) {
		s.Helper()
		s.atFairs(func(_ context.Context, tx app.Store) (err error) {
			all, err = tx.Results("fair-1", "", workers)
			return err
		})
		return all
	}
	if n := len(results()); n != seats {
		s.Errorf("%d have a proposal in the transaction that takes it", n)
	}
	if _, err := read(); !errors.Is(err, fair.ErrState) {
		s.Errorf("a correction beside another: %v", err)
	}

	var begun *app.Correcting
	s.atFairs(func(_ context.Context, tx app.Store) (err error) { begun, err = uses.ReadTaking(tx, c.ID); return err })
	if err := uses.Take(begun); err != nil {
		s.Fatal(err)
	}
	at := app.Taken{}
	for range 3 { // two of those who are owed, and one of the bundle
		s.atFairs(func(ctx context.Context, tx app.Store) (err error) {
			at, err = uses.StepCorrection(ctx, tx, begun, at)
			return err
		})
	}
	if n := len(results()); n != seats+more {
		s.Errorf("%d have a proposal when all are looked at", n)
	}
	owed := slices.DeleteFunc(results(), func(x fair.Proposal) bool { return !x.MadeAt.Equal(uses.Clock.Now()) })
	silent := owed[len(owed)-1].ID // hears of it, and lets the time pass
	s.atFairs(func(ctx context.Context, tx app.Store) error {
		return uses.StartProposalClock(ctx, tx, silent, uses.Clock.Now())
	})
	shown := func(f fair.Fair, tx app.Store) (all []byte) {
		for offset, more := int64(0), true; more; more = offset > 0 {
			part, next, err := uses.SeeBundle(tx, f.ID, offset)
			if err != nil {
				s.Error(err)
			}
			all, offset = append(all, part...), next
		}
		return all
	}
	s.atFairs(func(_ context.Context, tx app.Store) error {
		f, err := tx.Peek("fair-1")
		if got := shown(f, tx); !bytes.Equal(got, published) {
			s.Errorf("%d bytes are shown of %d while a correction is written", len(got), len(published))
		}
		return err
	})
	manual.Advance(60 * 24 * time.Hour)
	if err := try(s, s.fairs.In, func(_ context.Context, tx app.Store) error {
		_, err := uses.RunSecondPass(two, tx, "fair-1")
		return err
	}); !errors.Is(err, fair.ErrState) {
		s.Errorf("a pass beside a correction: %v", err)
	}
	s.atFairs(func(ctx context.Context, tx app.Store) error {
		err := uses.LapseProposal(ctx, tx, silent)
		x, err2 := tx.PeekProposal(silent)
		if x.State != answer.Lapsed {
			s.Errorf("who was silent: %s", x.State)
		}
		return errors.Join(err, err2)
	})
	handler := s.fairs.CorrectFair(uses)
	for range 2 { // the second finds nothing to do
		if err := handler(one, []byte(c.ID)); err != nil {
			s.Fatal(err)
		}
	}
	s.atFairs(func(_ context.Context, tx app.Store) error {
		f, err := tx.Peek("fair-1")
		v, err2 := allocate.VerifyBundle(bytes.NewReader(shown(f, tx)))
		if err2 == nil && (len(v.Corrections) != 1 || len(v.Corrections[0].Wronged) != more || v.Corrections[0].On != clock.DateOf(c.ProposedAt)) {
			s.Errorf("%+v is published", v.Corrections)
		}
		end, err3 := tx.Correction(c.ID)
		if end.State != fair.CorrectionTaken || end.Wronged != more || end.DecidedBy != "officer-2" {
			s.Errorf("%+v", end)
		}
		p, err4 := tx.PeekPostOf("fair-1", "vacancy-1")
		if p.Seats != seats+more {
			s.Errorf("the post has %d seats", p.Seats)
		}
		_, err5 := uses.RunSecondPass(two, tx, "fair-1")
		return errors.Join(err, err2, err3, err4, err5)
	})
	if n := len(results()); n != seats+more {
		s.Errorf("%d proposals", n)
	}
	n := 0
	for _, e := range testkit.Events(s, s.db) {
		if e == "employment.fair.corrected.v1" {
			n++
		}
	}
	if n != 1 {
		s.Errorf("it is told %d times", n)
	}
	if err := s.fairs.DrawFair(uses)(one, []byte("fair-1")); err != nil {
		s.Errorf("the pass after a correction: %v", err)
	}
}

// bundleInParts keeps a text of several parts: nothing counts before its end, what was
// written beyond it goes, and another's part is found out.
func (s *suite) bundleInParts() {
	f := jobFair("fair-1")
	s.atFair(f, 3)
	text := bytes.Repeat([]byte("0123456789abcde\n"), 3*app.BundlePart/16)
	uses := s.fairUses()
	s.atFairs(func(ctx context.Context, tx app.Store) error {
		f, err := tx.Fair("fair-1")
		f.Bundled = app.BundlePart + 5
		return errors.Join(err, tx.SaveBundle("fair-1", 0, text), tx.Save(ctx, f))
	})
	s.atFairs(func(_ context.Context, tx app.Store) error {
		f, err := tx.Peek("fair-1")
		all, err2 := tx.WholeBundle(f)
		if len(all) != f.Bundled {
			s.Errorf("%d bytes count, of %d", len(all), f.Bundled)
		}
		for _, want := range []struct {
			offset, next int64
			bytes        int
		}{{0, app.BundlePart, app.BundlePart}, {app.BundlePart, 0, 5}, {2 * app.BundlePart, 0, 0}, {1 << 62, 0, 0}} {
			part, next, err := uses.SeeBundle(tx, "fair-1", want.offset)
			if len(part) != want.bytes || next != want.next || err != nil {
				s.Errorf("at %d: %d bytes, then %d, %v", want.offset, len(part), next, err)
			}
		}
		same, err3 := tx.EndBundle("fair-1", 1, text[app.BundlePart:2*app.BundlePart+1])
		gone, err4 := tx.Bundle("fair-1", 3)
		if same || gone != nil { // its third part is another's, and longer
			s.Errorf("%v, %d bytes are left", same, len(gone))
		}
		same, err5 := tx.EndBundle("fair-1", 1, text[app.BundlePart:])
		if !same {
			s.Error("what is kept is not what was written")
		}
		return errors.Join(err, err2, err3, err4, err5)
	})
}
