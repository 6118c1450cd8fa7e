package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/qiao-platform/qiao/pkg/allocate"
	"github.com/qiao-platform/qiao/pkg/answer"
	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/testkit"
	jobs "github.com/qiao-platform/qiao/services/employment/internal/app"
	app "github.com/qiao-platform/qiao/services/employment/internal/app/fair"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
	"github.com/qiao-platform/qiao/services/employment/internal/domain/fair"
)

// atFairs runs f in a transaction of job fairs that must succeed.
func (s *suite) atFairs(f func(ctx context.Context, tx app.Store) error) {
	s.Helper()
	if err := try(s, s.fairs.In, f); err != nil {
		s.Error(err)
	}
}

func (s *suite) fairUses() *app.App {
	jobs := s.uses()
	return &app.App{Jobs: jobs, Clock: jobs.Clock, Rules: jobs.Rules, Codes: jobs.Codes, NewID: jobs.NewID}
}

func jobFair(id string) fair.Fair {
	return fair.Fair{
		Plan: fair.Plan{
			Campaign: "spring_breeze", Division: "654323", StartsOn: clock.NewDate(2026, 11, 20), EndsOn: clock.NewDate(2026, 11, 21),
			ClosesOn: clock.NewDate(2026, 11, 4), MatchOn: clock.NewDate(2026, 11, 10), Tie: allocate.MultipleTie, FigureName: "双色球 é",
		},
		ID: id, State: fair.Matched, Root: "root", Entries: 7, ClosedAt: noon, Figure: "42", First: "officer-1", Second: "officer-2", Seed: "seed", Pass: 1,
	}
}

func fairPost(id, vacancyID string, seats int) fair.Post {
	return fair.Post{ID: id, FairID: "fair-1", VacancyID: vacancyID, EmployerID: "employer-1", County: "654323", Seats: seats}
}

func fairApplication(id, worker string, wishes ...string) fair.Application {
	return fair.Application{
		ID: id, FairID: "fair-1", Worker: worker, Division: "654323", Ticket: "TICKET" + id, Word: allocate.NewWord("w", "n"), Wishes: wishes, SubmittedAt: noon,
	}
}

func proposal(id, applicationID, worker string) fair.Proposal {
	return fair.Proposal{
		ID: id, ApplicationID: applicationID, FairID: "fair-1", PostID: "post-1", VacancyID: "vacancy-1", EmployerID: "employer-1", Worker: worker,
		County: "654323", Wish: 2, Pass: 1, Clock: answer.Make(3, noon.Add(-time.Hour)),
	}
}

// atFair writes a fair with one post.
func (s *suite) atFair(f fair.Fair, seats int) {
	s.Helper()
	s.published("vacancy-1", max(seats, 1))
	s.atFairs(func(ctx context.Context, tx app.Store) error {
		return errors.Join(tx.Save(ctx, f), tx.SavePost(ctx, fairPost("post-1", "vacancy-1", seats)))
	})
}

func (s *suite) fairRoundTrips() {
	f := jobFair("fair-1")
	s.atFair(f, 3)
	s.published("vacancy-2", 1)
	a := fairApplication("a1", "worker-1", "vacancy-1", "vacancy-2")
	x := proposal("proposal-1", "a1", "worker-1")
	x.State, x.AcceptedAt, x.InPerson, x.JobID, x.ReasonCode, x.AnswerBy, x.EndedAt = answer.Accepted, noon, true, "job-1", "no_interview", noon.Add(time.Hour), noon
	s.atFairs(func(ctx context.Context, tx app.Store) error {
		return errors.Join(tx.SavePost(ctx, fairPost("post-2", "vacancy-2", 1)), tx.SaveApplication(ctx, a), tx.SaveProposal(ctx, x))
	})
	f.Version, a.Version, x.Version = 1, 1, 1
	p := fairPost("post-1", "vacancy-1", 3)
	p.Version = 1
	s.atFairs(func(_ context.Context, tx app.Store) error {
		same(s, f, func() (fair.Fair, error) { return tx.Fair("fair-1") })
		same(s, f, func() (fair.Fair, error) { return tx.Share("fair-1") })
		same(s, []fair.Fair{f}, func() ([]fair.Fair, error) { return tx.List("") })
		same(s, []fair.Fair(nil), func() ([]fair.Fair, error) { return tx.List("654301") })
		same(s, p, func() (fair.Post, error) { return tx.Post("post-1") })
		same(s, p, func() (fair.Post, error) { return tx.PeekPostOf("fair-1", "vacancy-1") })
		same(s, a, func() (fair.Application, error) { return tx.PeekApplication("a1") })
		same(s, x, func() (fair.Proposal, error) { return tx.Proposal("proposal-1") })
		same(s, []fair.Proposal{x}, func() ([]fair.Proposal, error) { return tx.ProposalsOf("a1") })
		same(s, []fair.Proposal{x}, func() ([]fair.Proposal, error) { return tx.Results("fair-1", "", 5) })
		byJob, found, err := tx.PeekProposalOfJob("job-1")
		if !found || byJob.ID != "proposal-1" {
			s.Error("no proposal of the job")
		}
		_, none, err2 := tx.PeekProposalOfJob("")
		if none {
			s.Error("a proposal of no job")
		}
		page, err3 := tx.PostPage("fair-1", "vacancy-1", 10)
		if len(page) != 1 || page[0].Applied != 1 || page[0].Vacancy.Title == "" {
			s.Errorf("%+v", page)
		}
		return errors.Join(err, err2, err3)
	})
	for name, save := range map[string]func(ctx context.Context, tx app.Store) error{
		"fair": func(ctx context.Context, tx app.Store) error { return tx.Save(ctx, jobFair("fair-1")) },
		"post": func(ctx context.Context, tx app.Store) error {
			return tx.SavePost(ctx, fairPost("post-1", "vacancy-1", 1))
		},
		"twin": func(ctx context.Context, tx app.Store) error {
			return tx.SavePost(ctx, fairPost("post-9", "vacancy-1", 1))
		},
		"application": func(ctx context.Context, tx app.Store) error {
			return tx.SaveApplication(ctx, fairApplication("a1", "worker-1", "vacancy-1"))
		},
		"again": func(ctx context.Context, tx app.Store) error {
			return tx.SaveApplication(ctx, fairApplication("a9", "worker-1", "vacancy-1"))
		},
		"proposal": func(ctx context.Context, tx app.Store) error {
			return tx.SaveProposal(ctx, proposal("proposal-1", "a1", "worker-1"))
		},
	} {
		if err := try(s, s.fairs.In, save); !errors.Is(err, outbox.ErrStale) {
			s.Errorf("%s: %v", name, err)
		}
	}
}

// fairWishes has an employer's ranks survive other wishes of the worker, and
// only the committed list be drawn from.
func (s *suite) fairWishes() {
	s.atFair(jobFair("fair-1"), 3)
	s.published("vacancy-2", 1)
	s.atFairs(func(ctx context.Context, tx app.Store) error {
		return errors.Join(tx.SavePost(ctx, fairPost("post-2", "vacancy-2", 1)),
			tx.SaveApplication(ctx, fairApplication("a1", "worker-1", "vacancy-1")), tx.SaveApplication(ctx, fairApplication("a2", "worker-2", "vacancy-2", "vacancy-1")),
			tx.Jobs().SaveProfile(ctx, domain.Profile{Worker: "worker-1", Wishes: domain.Wishes{Occupation: "6-30"}}), tx.Jobs().SaveProfile(ctx, domain.Profile{Worker: "worker-3", Wishes: domain.Wishes{Occupation: "6-30"}}),
			tx.Jobs().SaveProfile(ctx, domain.Profile{Worker: "worker-2", Wishes: domain.Wishes{Occupation: "6-29", AvailableFrom: clock.NewDate(2026, 12, 1)}}))
	})
	s.atFairs(func(ctx context.Context, tx app.Store) error {
		applied, err := tx.Applied("fair-1", "vacancy-1")
		if slices.Sort(applied); !slices.Equal(applied, []string{"a1", "a2"}) {
			s.Errorf("%v", applied)
		}
		return errors.Join(err, tx.Rank("fair-1", "vacancy-1", []string{"a1"}), tx.Rank("fair-1", "vacancy-1", []string{"a2", "a1"}))
	})
	s.atFairs(func(ctx context.Context, tx app.Store) error {
		a, _, err := tx.ApplicationOf("worker-2", "fair-1")
		a.Wishes = []string{"vacancy-1"}
		return errors.Join(err, tx.SaveApplication(ctx, a))
	})
	s.atFairs(func(ctx context.Context, tx app.Store) error {
		none, err := tx.Entries("fair-1", "", 10)
		if len(none) != 0 {
			s.Error("entries before there is a list")
		}
		last, more, err2 := tx.Commit("fair-1", "", 1)
		if last != "TICKETa1" || !more {
			s.Errorf("%s, %v", last, more)
		}
		last, more, err3 := tx.Commit("fair-1", last, 2)
		if last != "TICKETa2" || more {
			s.Errorf("%s, %v", last, more)
		}
		return errors.Join(err, err2, err3, tx.SaveApplication(ctx, fairApplication("a3", "worker-3", "vacancy-1")),
			tx.SaveProposal(ctx, proposal("proposal-1", "a1", "worker-1")))
	})
	s.atFairs(func(_ context.Context, tx app.Store) error {
		first, err := tx.Entries("fair-1", "", 1)
		next, err2 := tx.Entries("fair-1", "TICKETa1", 10)
		if len(first) != 1 || !first[0].Settled || len(next) != 1 || next[0].Settled || next[0].Ticket != "TICKETa2" {
			s.Fatalf("%+v, %+v", first, next)
		}
		if w := next[0].Wishes; !slices.Equal(w, []fair.Wish{{VacancyID: "vacancy-1", Class: 1}}) {
			s.Errorf("%+v", w)
		}
		return errors.Join(err, err2)
	})
	ctx := auth.NewContext(context.Background(), auth.Principal{Kind: auth.Employer, Subject: "employer-1", Purpose: "recruit", LegalBasis: "consent"})
	for range 2 { // the second look is no news
		if err := s.db.Update(ctx, func(tx *sqldb.Tx) error {
			all, err := s.fairUses().SeeApplicants(ctx, s.fairs.In(tx), "fair-1", "vacancy-1")
			if len(all) != 3 || all[0].Number != "a2" || all[0].Occupation != "6-29" || all[0].AvailableFrom.String() != "2026-12-01" || all[0].Rank != 1 || all[1].Number != "a1" || all[1].ProposalID != "" || all[2].Rank != 0 {
				s.Errorf("%+v", all)
			}
			return err
		}); err != nil {
			s.Error(err)
		}
	}
	if n := s.reads(); n != 3 {
		s.Errorf("%d reads", n)
	}
}

// reads counts the lines of access logs.
func (s *suite) reads() int {
	return len(slices.DeleteFunc(testkit.Events(s, s.db), func(name string) bool { return name != "employment.record.read.v1" }))
}

// fairLooks tells of what an employer was shown and of nothing else: not of who left
// the fair, not of who shows nothing, and again of what is shared since.
func (s *suite) fairLooks() {
	s.atFair(jobFair("fair-1"), 3)
	left := fairApplication("a2", "worker-2", "vacancy-1")
	s.atFairs(func(ctx context.Context, tx app.Store) error {
		return errors.Join(tx.SaveApplication(ctx, fairApplication("a1", "worker-1", "vacancy-1")), tx.SaveApplication(ctx, left),
			tx.Jobs().SaveProfile(ctx, domain.Profile{Worker: "worker-2", Wishes: domain.Wishes{Occupation: "6-29"}}))
	})
	s.atFairs(func(ctx context.Context, tx app.Store) error {
		left.Version, left.Withdrawn = 1, true
		return tx.SaveApplication(ctx, left)
	})
	ctx := auth.NewContext(context.Background(), auth.Principal{Kind: auth.Employer, Subject: "employer-1", Purpose: "recruit", LegalBasis: "consent"})
	look := func(lines int) {
		s.Helper()
		if err := s.db.Update(ctx, func(tx *sqldb.Tx) error {
			_, err := s.fairUses().SeeApplicants(ctx, s.fairs.In(tx), "fair-1", "vacancy-1")
			return err
		}); err != nil {
			s.Error(err)
		}
		if n := s.reads(); n != lines {
			s.Errorf("%d lines, want %d", n, lines)
		}
	}
	look(0)
	s.shares("worker-1", "certificate-1", "6-29", 0, "2026-11-02", "2026-11-09")
	look(1)
	look(1)
	s.do(func(ctx context.Context, tx jobs.Store) error {
		return tx.SaveProfile(ctx, domain.Profile{Worker: "worker-1", Wishes: domain.Wishes{AvailableFrom: clock.NewDate(2026, 12, 1)}})
	})
	look(2)
}

// fairCertificates shows an employer the certificates of a worker while the worker
// shares them, to the last day.
func (s *suite) fairCertificates() {
	s.atFair(jobFair("fair-1"), 3)
	s.atFairs(func(ctx context.Context, tx app.Store) error {
		return errors.Join(tx.Jobs().SaveProfile(ctx, domain.Profile{Worker: "worker-1"}), tx.SaveApplication(ctx, fairApplication("a1", "worker-1", "vacancy-1")))
	})
	s.shares("worker-1", "certificate-1", "6-29", 0, "2026-11-02", "2026-11-03")
	s.shares("worker-1", "certificate-2", "6-30", 1, "2026-11-02", "2026-11-03") // its issuer corrected it
	ctx := auth.NewContext(context.Background(), auth.Principal{Kind: auth.Employer, Subject: "employer-1", Purpose: "recruit", LegalBasis: "consent"})
	uses := s.fairUses()
	manual, _ := uses.Clock.(*clock.Manual)
	for _, want := range [][]string{{"6-29"}, {"6-29"}, nil} {
		if err := s.db.Update(ctx, func(tx *sqldb.Tx) error {
			all, err := uses.SeeApplicants(ctx, s.fairs.In(tx), "fair-1", "vacancy-1")
			if len(all) != 1 || !slices.Equal(all[0].Certificates, want) {
				s.Errorf("%s: %+v, want %v", clock.Today(manual), all, want)
			}
			return err
		}); err != nil {
			s.Error(err)
		}
		manual.Advance(24 * time.Hour)
	}
}

// lastSeats has 64 workers accept proposals of a post with five seats at once.
func (s *suite) lastSeats() {
	uses := s.fairUses()
	f := jobFair("fair-1")
	s.atFair(f, places)
	for i := range contenders {
		worker, id := fmt.Sprintf("worker-%d", i), fmt.Sprintf("a%d", i)
		s.atFairs(func(ctx context.Context, tx app.Store) error {
			return errors.Join(tx.SaveApplication(ctx, fairApplication(id, worker, "vacancy-1")), tx.SaveProposal(ctx, proposal("p"+id, id, worker)))
		})
	}
	got := together(contenders, func(i int) error {
		ctx := as(fmt.Sprintf("worker-%d", i))
		return s.db.Update(ctx, func(tx *sqldb.Tx) error {
			_, err := uses.AcceptProposal(ctx, s.fairs.In(tx), fmt.Sprintf("pa%d", i), fmt.Sprintf("job-%d", i), jobs.AgeQuestion{Age: 18}, true)
			return err
		})
	})
	won := 0
	for _, err := range got {
		switch {
		case err == nil:
			won++
		case !errors.Is(err, fair.ErrPostFull):
			s.Errorf("a contender got %v", err)
		}
	}
	s.atFairs(func(_ context.Context, tx app.Store) error {
		p, err := tx.Post("post-1")
		jobs, err2 := tx.Jobs().Applicants("vacancy-1")
		if won != places || p.Taken != places || len(jobs) != places {
			s.Errorf("%d accepted, %d taken, %d applications of %d seats", won, p.Taken, len(jobs), places)
		}
		return errors.Join(err, err2)
	})
}

// oneFairAnswer has one proposal accepted, declined, and left with the fair at
// once: it is answered exactly once, and a seat is taken by who holds one.
func (s *suite) oneFairAnswer() {
	uses := s.fairUses()
	s.atFair(jobFair("fair-1"), contenders)
	for round := range 6 {
		worker, id := fmt.Sprintf("worker-%d", round), fmt.Sprintf("a%d", round)
		s.atFairs(func(ctx context.Context, tx app.Store) error {
			return errors.Join(tx.SaveApplication(ctx, fairApplication(id, worker, "vacancy-1")), tx.SaveProposal(ctx, proposal("p"+id, id, worker)))
		})
		ctx := as(worker)
		got := together(9, func(i int) error {
			return s.db.Update(ctx, func(tx *sqldb.Tx) error {
				st := s.fairs.In(tx)
				switch i % 3 {
				case 0:
					_, err := uses.AcceptProposal(ctx, st, "p"+id, fmt.Sprintf("job-%d-%d", round, i), jobs.AgeQuestion{Age: 18}, true)
					return err
				case 1:
					return uses.DeclineProposal(ctx, st, "p"+id)
				}
				return uses.Withdraw(ctx, st, id)
			})
		})
		answered := 0
		for i, err := range got {
			if err == nil && i%3 != 2 {
				answered++
			}
			if err != nil && !errors.Is(err, fair.ErrProposalState) && !errors.Is(err, fair.ErrApplicationState) {
				s.Errorf("an answer got %v", err)
			}
		}
		s.atFairs(func(_ context.Context, tx app.Store) error {
			x, err := tx.Proposal("p" + id)
			if x.State == answer.Open || answered > 1 || (x.State == answer.Withdrawn) != (answered == 0) {
				s.Errorf("%s after %d answers", x.State, answered)
			}
			return err
		})
	}
	s.atFairs(func(_ context.Context, tx app.Store) error {
		p, err := tx.Post("post-1")
		accepted, err2 := tx.Results("fair-1", "", 100)
		n := 0
		for _, x := range accepted {
			if x.State == answer.Accepted {
				n++
			}
		}
		if p.Taken != n {
			s.Errorf("%d seats for %d acceptances", p.Taken, n)
		}
		return errors.Join(err, err2)
	})
}

// proposedTheJobOneHas has the fair propose a post whose job the worker has accepted
// beside it: no seat is taken for an application that is never sent.
func (s *suite) proposedTheJobOneHas() {
	s.atFair(jobFair("fair-1"), 1)
	s.atFairs(func(ctx context.Context, tx app.Store) error {
		a := application("application-1", "worker-1")
		a.State, a.OfferID = domain.ApplicationIsAccepted, "offer-1"
		return errors.Join(tx.Jobs().SaveApplication(ctx, a),
			tx.SaveApplication(ctx, fairApplication("a1", "worker-1", "vacancy-1")), tx.SaveProposal(ctx, proposal("pa1", "a1", "worker-1")))
	})
	err := s.db.Update(as("worker-1"), func(tx *sqldb.Tx) error {
		_, err := s.fairUses().AcceptProposal(as("worker-1"), s.fairs.In(tx), "pa1", "job-1", jobs.AgeQuestion{Age: 18}, true)
		return err
	})
	if !errors.Is(err, domain.ErrApplicationTwice) {
		s.Errorf("got %v", err)
	}
	s.atFairs(func(_ context.Context, tx app.Store) error {
		x, err := tx.Proposal("pa1")
		p, err2 := tx.Post("post-1")
		if x.State != answer.Open || x.JobID != "" || p.Taken != 0 {
			s.Errorf("%s, for %q; %d seats taken", x.State, x.JobID, p.Taken)
		}
		return errors.Join(err, err2)
	})
}

// fairLastPost draws a fair in which 64 want each of three posts with one seat:
// exactly three proposals, and after the second pass with all silent still three.
func (s *suite) fairLastPost() {
	uses := s.fairUses()
	f := jobFair("fair-1")
	f.State, f.Root, f.Figure, f.First, f.Second, f.Seed, f.Pass, f.Entries = fair.Open, "", "", "", "", "", 0, 0
	s.atFair(f, 1)
	s.published("vacancy-2", 1)
	s.published("vacancy-3", 1)
	s.atFairs(func(ctx context.Context, tx app.Store) error {
		return errors.Join(tx.SavePost(ctx, fairPost("post-2", "vacancy-2", 1)), tx.SavePost(ctx, fairPost("post-3", "vacancy-3", 1)))
	})
	apply := together(contenders, func(i int) error {
		worker := fmt.Sprintf("worker-%d", i)
		ctx := as(worker)
		return s.db.Update(ctx, func(tx *sqldb.Tx) error {
			_, err := uses.Apply(ctx, s.fairs.In(tx), fmt.Sprintf("a%d", i), worker, "fair-1", []string{"vacancy-1", "vacancy-2", "vacancy-3"}, "", jobs.AgeQuestion{}, false)
			return err
		})
	})
	if err := errors.Join(apply...); err != nil {
		s.Fatal(err)
	}
	manual, _ := uses.Clock.(*clock.Manual)
	officer := func(number string) context.Context {
		return auth.NewContext(context.Background(), auth.Principal{Kind: auth.Officer, Subject: number, Department: "hrss", Division: auth.Everywhere})
	}
	step := func(ctx context.Context, days int, f func(st app.Store) error) {
		s.Helper()
		manual.Advance(time.Duration(days) * 24 * time.Hour)
		if err := s.db.Update(ctx, func(tx *sqldb.Tx) error { return f(s.fairs.In(tx)) }); err != nil {
			s.Fatal(err)
		}
	}
	one, two := officer("officer-1"), officer("officer-2")
	// Closed eight times at once, it is closed once.
	manual.Advance(5 * 24 * time.Hour)
	closed := 0
	for _, err := range together(8, func(int) error {
		return s.db.Update(one, func(tx *sqldb.Tx) error { _, err := uses.Close(one, s.fairs.In(tx), "fair-1", ""); return err })
	}) {
		switch {
		case err == nil:
			closed++
		case !errors.Is(err, fair.ErrTwice):
			s.Error(err)
		}
	}
	if closed != 1 {
		s.Errorf("closed %d times", closed)
	}
	step(one, 3, func(st app.Store) error { return uses.EnterFigure(one, st, "fair-1", "42") })
	step(two, 0, func(st app.Store) error {
		_, m, err := uses.DrawAtOnce(two, st, "fair-1", "42")
		if m.Proposed != 3 || m.Unplaced != contenders-3 {
			s.Errorf("%d proposed, %d unplaced", m.Proposed, m.Unplaced)
		}
		return err
	})
	s.atFairs(func(_ context.Context, tx app.Store) error {
		all, err := tx.Results("fair-1", "", 100)
		taken := map[string]int{}
		for _, x := range all {
			taken[x.VacancyID]++
		}
		if len(taken) != 3 || len(all) != 3 {
			s.Errorf("%v", taken)
		}
		part, err2 := tx.Bundle("fair-1", 0)
		end, err3 := tx.Bundle("fair-1", 1)
		if len(part) == 0 || end != nil {
			s.Error("no bundle")
		}
		return errors.Join(err, err2, err3)
	})
	step(two, 0, func(st app.Store) error {
		m, err := uses.RunSecondPass(two, st, "fair-1")
		if m.Proposed != 0 {
			s.Errorf("%d proposed of no seats", m.Proposed)
		}
		return err
	})
}
