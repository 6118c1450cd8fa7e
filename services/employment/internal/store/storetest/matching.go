package storetest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/rule"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/testkit"
	"github.com/qiao-platform/qiao/services/employment/internal/app"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
	"github.com/qiao-platform/qiao/services/employment/internal/match"
)

func review(id, employerID string) domain.Review {
	t := vacancy("v", 2).Terms
	return domain.Review{
		ID: id, EmployerID: employerID, EmployerName: "福海县白桦·牧业", Terms: t, Digest: "digest", State: domain.ReviewWaiting, RuleID: "EM-02", PhraseID: "D-05",
		Words: []string{"限男性"}, AskedAt: noon,
		Reasons: []rule.Trace{{RuleID: "EM-02", Source: "就业促进法 27", DecidedOn: clock.NewDate(2026, 11, 2), Outcome: rule.Unclear,
			Facts: []rule.Fact{{Name: "phrase_id", Value: "D-05", From: "employment"}}}},
	}
}

func interview(id, applicationID string) domain.Interview {
	return domain.Interview{
		ID: id, ApplicationID: applicationID, VacancyID: "vacancy-1", EmployerID: "employer-1", Worker: "worker-1", County: "654323", State: domain.InterviewIsOpen,
		MeetAt: noon.AddDate(0, 0, 2), Way: "phone", InvitedAt: noon,
	}
}

func (s *suite) matching() {
	s.published("vacancy-1", 2)
	r, i := review("review-1", "employer-1"), interview("interview-1", "application-1")
	s.do(func(ctx context.Context, tx app.Store) error {
		return errors.Join(tx.SaveApplication(ctx, application("application-1", "worker-1")),
			tx.SaveReview(ctx, r, domain.ReviewAsked{ReviewID: r.ID}), tx.SaveInterview(ctx, i, domain.InterviewInvited{InterviewID: i.ID}))
	})
	r.Version, i.Version = 1, 1
	s.do(func(_ context.Context, tx app.Store) error {
		same(s, r, func() (domain.Review, error) { return tx.Review(r.ID) })
		same(s, r, func() (domain.Review, error) { return tx.PeekReview(r.ID) })
		same(s, i, func() (domain.Interview, error) { return tx.Interview(i.ID) })
		same(s, i, func() (domain.Interview, error) { return tx.InterviewOf("application-1") })
		same(s, domain.Interview{}, func() (domain.Interview, error) { return tx.InterviewOf("none") })
		same(s, map[string]domain.Interview{"application-1": i}, func() (map[string]domain.Interview, error) { return tx.InterviewsOf("worker-1") })
		same(s, map[string]domain.Interview{"application-1": i}, func() (map[string]domain.Interview, error) {
			return tx.InterviewsAt([]string{"none", "application-1"})
		})
		id, found, err := tx.WaitingReview("employer-1", "digest")
		if id != r.ID || !found {
			s.Errorf("waiting: %q, %v", id, found)
		}
		for _, q := range []struct {
			q    app.ReviewQuery
			want int
		}{
			{app.ReviewQuery{Limit: 5}, 1}, {app.ReviewQuery{Counties: "654323", Limit: 5}, 1}, {app.ReviewQuery{Counties: "654300", Limit: 5}, 1}, {app.ReviewQuery{Counties: "654301", Limit: 5}, 0},
			{app.ReviewQuery{EmployerID: "employer-1", State: domain.ReviewWaiting, Limit: 5}, 1}, {app.ReviewQuery{State: domain.ReviewUpheld, Limit: 5}, 0},
		} {
			all, err := tx.Reviews(q.q)
			if len(all) != q.want || err != nil {
				s.Errorf("%+v: %d reviews, %v", q.q, len(all), err)
			}
		}
		v, err2 := tx.PeekVacancies([]string{"vacancy-1", "none"})
		if len(v) != 1 || v["vacancy-1"].Title == "" {
			s.Errorf("by id: %v", v)
		}
		own, err3 := tx.VacanciesOf("employer-1")
		if len(own) != 1 {
			s.Errorf("own: %v", own)
		}
		_, err4 := tx.Review("none")
		_, err5 := tx.Interview("none")
		if !errors.Is(err4, domain.ErrReviewUnknown) || !errors.Is(err5, domain.ErrInterviewUnknown) {
			s.Errorf("unknown: %v, %v", err4, err5)
		}
		return errors.Join(err, err2, err3)
	})
	for name, save := range map[string]func(ctx context.Context, tx app.Store) error{
		"review": func(ctx context.Context, tx app.Store) error {
			return tx.SaveReview(ctx, review("review-1", "employer-1"))
		},
		"same text": func(ctx context.Context, tx app.Store) error {
			return tx.SaveReview(ctx, review("review-2", "employer-1"))
		},
		"interview": func(ctx context.Context, tx app.Store) error {
			return tx.SaveInterview(ctx, interview("interview-1", "application-1"))
		},
	} {
		if err := s.try(save); !errors.Is(err, outbox.ErrStale) {
			s.Errorf("stale %s: %v", name, err)
		}
	}
}

// looks has many at one employer look at the same applicants at once, and again:
// each worker's access log has one line a day.
func (s *suite) looks() {
	s.published("vacancy-1", 2)
	one := app.Look{ApplicationID: "application-1", Worker: "worker-1", EmployerID: "employer-1", County: "654323", Kinds: []string{"skills"}}
	other := app.Look{ApplicationID: "application-2", Worker: "worker-2", EmployerID: "employer-1", County: "654323", Kinds: []string{"certificate"}}
	boss := auth.NewContext(context.Background(), auth.Principal{Kind: auth.Employer, Subject: "91654323UK8F0HLA1P", Purpose: "recruit"})
	look := func(day int) {
		s.Helper()
		got := together(8, func(int) error {
			return s.db.Update(boss, func(tx *sqldb.Tx) error {
				return s.store.In(tx).Looked(boss, clock.NewDate(2026, 11, day), "vacancy-1", []app.Look{one, other})
			})
		})
		if err := errors.Join(got...); err != nil {
			s.Error(err)
		}
	}
	look(2)
	look(2)
	if n := len(testkit.Events(s, s.db)); n != 2 {
		s.Errorf("%d lines", n)
	}
	look(3)
	if n := len(testkit.Events(s, s.db)); n != 4 {
		s.Errorf("%d lines on two days", n)
	}
}

// household keeps a person's name and phone sealed, and off every vacancy.
func (s *suite) household() {
	e := employer("employer-2", "")
	e.Kind, e.Name, e.IndustrySection, e.ManualCheck = domain.Household, "阿依古丽·某某", "O", false
	s.do(func(ctx context.Context, tx app.Store) error {
		v := vacancy("vacancy-9", 1)
		v.EmployerID = e.ID
		return errors.Join(tx.SaveEmployer(ctx, e), tx.SaveVacancy(ctx, v))
	})
	e.Version = 1
	s.do(func(ctx context.Context, tx app.Store) error {
		same(s, e, func() (domain.Employer, error) { return tx.Employer(e.ID) })
		v, err := tx.PeekVacancy("vacancy-9")
		if v.EmployerName != "" || v.EmployerKind != domain.Household {
			s.Errorf("the vacancy says %q, %s", v.EmployerName, v.EmployerKind)
		}
		h := hire("hire-9", "worker-9")
		h.EmployerID = e.ID
		err2 := tx.SaveHire(ctx, h)
		same(s, map[string]string{e.ID: e.Name}, func() (map[string]string, error) { return tx.EmployersOf("worker-9") })
		_, found, err3 := tx.EmployerByUSCC("")
		if found {
			s.Error("found by no code")
		}
		twin := employer("employer-3", "")
		twin.Kind = domain.Household
		return errors.Join(err, err2, err3, tx.SaveEmployer(ctx, twin))
	})
	err := s.db.View(context.Background(), func(tx *sqldb.Tx) error {
		var name string
		var sealed []byte
		err := tx.QueryRow(`SELECT name, name_sealed FROM employer WHERE id = 'employer-2'`).Scan(&name, &sealed)
		if name != "" || strings.Contains(string(sealed), "阿依古丽") {
			s.Error("the name stands open")
		}
		return err
	})
	if err != nil {
		s.Error(err)
	}
}

func (s *suite) needs() {
	s.published("vacancy-1", 1)
	line := func(id, employerID, month, county string, count int) domain.Need {
		return domain.Need{ID: id, EmployerID: employerID, Month: month, Occupation: "5-01", County: county, Count: count, ReportedAt: noon}
	}
	s.do(func(ctx context.Context, tx app.Store) error {
		return errors.Join(tx.SaveEmployer(ctx, employer("employer-2", "91350100M0001TGQXM")),
			tx.SaveNeed(ctx, line("n1", "employer-1", "2027-05", "654323", 30), domain.SeasonalNeedReported{}), tx.SaveNeed(ctx, line("n2", "employer-2", "2027-05", "654323", 12)),
			tx.SaveNeed(ctx, line("n3", "employer-1", "2027-06", "654301", 5)), tx.SaveNeed(ctx, line("n4", "employer-1", "2027-07", "654301", 0)))
	})
	s.do(func(_ context.Context, tx app.Store) error {
		n := line("n1", "employer-1", "2027-05", "654323", 30)
		n.Version = 1
		same(s, n, func() (domain.Need, error) { return tx.Need("employer-1", "2027-05", "5-01", "654323") })
		fresh, err := tx.Need("employer-1", "2027-05", "6-29", "654323")
		if fresh.Version != 0 || fresh.EmployerID != "employer-1" {
			s.Errorf("a new line is %+v", fresh)
		}
		may, june := domain.NeedSum{Month: "2027-05", Occupation: "5-01", County: "654323", Count: 42, Employers: 2}, domain.NeedSum{Month: "2027-06", Occupation: "5-01", County: "654301", Count: 5, Employers: 1}
		for _, c := range []struct {
			q    app.NeedQuery
			want []domain.NeedSum
		}{
			{app.NeedQuery{}, []domain.NeedSum{may, june}}, {app.NeedQuery{County: "654301"}, []domain.NeedSum{june}}, {app.NeedQuery{ToMonth: "2027-05"}, []domain.NeedSum{may}},
			{app.NeedQuery{FromMonth: "2027-07"}, nil}, {app.NeedQuery{EmployerID: "employer-2"}, []domain.NeedSum{{Month: "2027-05", Occupation: "5-01", County: "654323", Count: 12, Employers: 1}}},
		} {
			if got, err := tx.NeedSums(c.q); err != nil || !reflect.DeepEqual(got, c.want) {
				s.Errorf("%+v: %+v, %v", c.q, got, err)
			}
		}
		return err
	})
}

// oneOfMany has 64 clerks decide one text, 64 invitations come to one
// application, and 64 reports to one line.
func (s *suite) oneOfMany() {
	uses := s.uses()
	s.published("vacancy-1", 1)
	s.do(func(ctx context.Context, tx app.Store) error {
		return errors.Join(tx.SaveReview(ctx, review("review-1", "employer-1")), tx.SaveApplication(ctx, application("application-1", "worker-1")))
	})
	clerk := auth.NewContext(context.Background(), auth.Principal{Kind: auth.Officer, Subject: "clerk", Department: "hrss", Division: "654323"})
	got := together(contenders, func(i int) error {
		return s.db.Update(clerk, func(tx *sqldb.Tx) error {
			v := domain.Verdict{Outcome: domain.ReviewOverruled, ReasonCode: "legal_limit", Reason: "矿山井下"}
			if i%2 == 0 {
				v = domain.Verdict{Outcome: domain.ReviewUpheld, ReasonCode: "shuts_out", Reason: "请改写"}
			}
			_, err := uses.DecideReview(clerk, s.store.In(tx), "review-1", v)
			return err
		})
	})
	if n := count(got, domain.ErrReviewState); n != contenders-1 {
		s.Errorf("%d of %d clerks came too late", n, contenders)
	}
	boss := auth.NewContext(context.Background(), auth.Principal{Kind: auth.Employer, Subject: "employer-1"})
	got = together(contenders, func(int) error {
		return s.db.Update(boss, func(tx *sqldb.Tx) error {
			_, err := uses.InviteToInterview(boss, s.store.In(tx), "application-1", noon.Add(48*time.Hour), "phone", domain.Meeting{Contact: "人事部", Phone: "13900010001"})
			return err
		})
	})
	if n := count(got, domain.ErrInterviewOpen); n != contenders-1 {
		s.Errorf("%d of %d invitations came too late", n, contenders)
	}
	got = together(contenders, func(i int) error {
		for {
			err := s.db.Update(boss, func(tx *sqldb.Tx) error {
				_, err := uses.ReportSeasonalNeed(boss, s.store.In(tx), "employer-1", []domain.Need{{Month: "2027-05", Occupation: "5-01", County: "654323", Count: 1 + i}})
				return err
			})
			if !errors.Is(err, outbox.ErrStale) {
				return err
			}
		}
	})
	if err := errors.Join(got...); err != nil {
		s.Error(err)
	}
	s.do(func(_ context.Context, tx app.Store) error {
		sums, err := tx.NeedSums(app.NeedQuery{})
		if len(sums) != 1 || sums[0].Employers != 1 {
			s.Errorf("sums %+v", sums)
		}
		return err
	})
}

func count(all []error, what error) (n int) {
	for _, err := range all {
		if errors.Is(err, what) {
			n++
		}
	}
	return n
}

// changes has one instance change vacancies and another follow: by numbered
// events, by those without a number yet, and from a mark in between.
func (s *suite) changes() {
	ctx := context.Background()
	open := func(title string) (v domain.Vacancy) {
		v = vacancy(title, 1)
		s.do(func(ctx context.Context, tx app.Store) error {
			if _, err := tx.Employer("employer-1"); errors.Is(err, domain.ErrEmployerUnknown) {
				if err := tx.SaveEmployer(ctx, employer("employer-1", "91654323UK8F0HLA1P")); err != nil {
					return err
				}
			}
			return tx.SaveVacancy(ctx, v, domain.VacancyPublished{VacancyID: v.ID})
		})
		return v
	}
	open("v1")
	follower, err := s.store.Follow(ctx)
	if err != nil {
		s.Fatal(err)
	}
	x := match.New()
	open("v2") // between the mark and the load: told by both
	if err := s.store.EachOpen(ctx, x.PutAll); err != nil || x.Len() != 2 {
		s.Fatalf("%d are open, %v", x.Len(), err)
	}
	next := func() {
		s.Helper()
		if _, err := follower.Look(ctx, func(tx *sqldb.Tx, all []outbox.Appended) error {
			changed, err := s.store.Changed(tx, all)
			x.PutAll(changed)
			return err
		}); err != nil {
			s.Error(err)
		}
	}
	number := func() { // what a relay does
		err := s.db.Update(ctx, func(tx *sqldb.Tx) error {
			_, err := tx.Exec(`UPDATE event SET epoch = 1, seq = ord WHERE seq IS NULL AND audience = 'shared'`)
			return err
		})
		if err != nil {
			s.Error(err)
		}
	}
	open("v3")
	next()
	if x.Len() != 3 {
		s.Errorf("%d are open before the relay has numbered", x.Len())
	}
	number()
	open("v4")
	next()
	number()
	next()
	if x.Len() != 4 {
		s.Errorf("%d are open", x.Len())
	}
	// Closing takes one out; so does an acceptance, whose event is the offer's.
	s.do(func(ctx context.Context, tx app.Store) error {
		v, err := tx.Vacancy("v1")
		if err != nil {
			return err
		}
		v, events, err := v.Close()
		return errors.Join(err, tx.SaveVacancy(ctx, v, events...))
	})
	s.do(func(ctx context.Context, tx app.Store) error {
		v, err := tx.Vacancy("v2")
		if err != nil {
			return err
		}
		v, err = v.Take()
		a, o := application("application-2", "worker-2"), offer("offer-2", "application-2", "worker-2")
		a.VacancyID, o.VacancyID = v.ID, v.ID
		return errors.Join(err, tx.SaveVacancy(ctx, v), tx.SaveApplication(ctx, a), tx.SaveOffer(ctx, o, domain.OfferAccepted{OfferID: o.ID}))
	})
	next()
	number()
	next()
	hits := x.Top(match.Query{Today: clock.NewDate(2026, 11, 2), OfAge: true, Limit: 10, Seeker: domain.Seeker{Certificates: []string{"6-16", "6-30"}}})
	var ids []string
	for _, h := range hits {
		ids = append(ids, h.ID)
	}
	slices.Sort(ids)
	if fmt.Sprint(ids) != "[v3 v4]" {
		s.Errorf("open are %v", ids)
	}
}
