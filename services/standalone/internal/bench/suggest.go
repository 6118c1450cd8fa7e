package bench

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/proto/contract"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/standalone"
)

const (
	openVacancies = 100_000
	seekers       = 50
	asks          = 2_000
)

// suggestions measures the best twenty of many open vacancies as a worker's page
// asks for them: over the bus, with principal, access rules and reasons; and how
// soon a vacancy that was just published is among them.
func suggestions(ctx context.Context, b *bench) error {
	dir, err := b.dir("suggestions")
	if err != nil {
		return err
	}
	return whole(ctx, dir, func(ctx context.Context, _ *standalone.Platform, caller contract.Caller) error {
		client := employmentv1.EmploymentClient{Caller: caller, Target: "employment"}
		s, err := newSearch(ctx, caller)
		if err != nil {
			return fmt.Errorf("prepare: %w", err)
		}
		if err := settle(ctx, caller); err != nil {
			return err
		}
		took := make([]time.Duration, asks)
		for i := range took {
			who := s.workers[i%seekers]
			start := time.Now()
			reply, err := client.SuggestVacancies(himself(ctx, who), &employmentv1.SuggestVacanciesRequest{Worker: who, Limit: 20})
			took[i] = time.Since(start)
			if err != nil {
				return err
			}
			if n := len(reply.GetSuggestions()); n != 20 {
				return fmt.Errorf("%d suggestions", n)
			}
		}
		b.raw("top 20 of 100,000 vacancies with reasons, over RPC, p50", quantile(slices.Clone(took), 0.5), "ms")
		b.atMost("top 20 of 100,000 vacancies with reasons, over RPC, p99", quantile(took, 0.99), "ms", 5)
		return s.fresh(ctx, b, client)
	})
}

// search is many vacancies and a few who look for one.
type search struct {
	tables  *ident.Tables
	today   clock.Date
	workers []string
}

const searchUSCC = "91654399MA0000015J" // a synthetic code

func newSearch(ctx context.Context, caller contract.Caller) (*search, error) {
	client := employmentv1.EmploymentClient{Caller: caller, Target: "employment"}
	tables, err := ident.LoadTables()
	if err != nil {
		return nil, err
	}
	s := &search{tables: tables, today: clock.Today(clock.System())}
	if _, err := client.RegisterEmployer(officer(ctx, "hrss"), &employmentv1.RegisterEmployerRequest{Uscc: searchUSCC, Name: "测试单位", IndustrySection: "E", County: "654301"}); err != nil {
		return nil, err
	}
	var g errgroup.Group
	g.SetLimit(64)
	for i := range openVacancies {
		g.Go(func() error {
			_, err := client.PublishVacancy(officer(ctx, "hrss"), s.vacancy(i))
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	for i := range seekers {
		reply, err := registryv1.RegistryClient{Caller: caller, Target: "registry"}.RegisterWorker(officer(ctx, "hrss"), &registryv1.RegisterWorkerRequest{
			DocumentNumber: number(i, s.today), Name: "测试", County: "654301", Languages: []string{"zh-Hans"}, RegisteredOn: s.today.String(), NoticeVersion: "1", Signed: true,
		})
		if err != nil {
			return nil, err
		}
		v, w := s.vacancy(i), reply.GetWorker()
		s.workers = append(s.workers, w)
		if _, err := client.SetProfile(himself(ctx, w), &employmentv1.SetProfileRequest{Worker: w, Occupation: v.GetOccupation(), WageMinFen: 450_000, County: v.GetCounty(), AvailableFrom: s.today.String(), NeedsHousing: i%2 == 0}); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// vacancy invents the i-th vacancy.
func (s *search) vacancy(i int) *employmentv1.PublishVacancyRequest {
	random := rand.New(rand.NewPCG(7, uint64(i))) //nolint:gosec // invented data; i counts up from 0
	occupations, counties := s.tables.Occupations(), s.tables.Counties()
	wage := int64(300_000 + 10_000*random.IntN(40))
	from := s.today.AddDays(random.IntN(60))
	return &employmentv1.PublishVacancyRequest{
		Uscc: searchUSCC, Title: "测试岗位", Occupation: occupations[random.IntN(len(occupations))].Code, Headcount: int32(1 + random.IntN(5)), //nolint:gosec // one to five
		WageMinFen: wage, WageMaxFen: wage + 100_000, County: counties[random.IntN(len(counties))].Code,
		SeasonFrom: from.String(), SeasonTo: from.AddMonths(6).String(), Housing: random.IntN(2) == 0, Meals: random.IntN(2) == 0, Reference: fmt.Sprint("bench-", i),
	}
}

// fresh publishes what suits one worker better than all else, and asks until it
// is suggested.
func (s *search) fresh(ctx context.Context, b *bench, client employmentv1.EmploymentClient) error {
	var worst time.Duration
	who := s.workers[0]
	for i := range 20 {
		v := s.vacancy(0)
		v.WageMaxFen, v.Housing, v.Meals, v.SeasonFrom, v.SeasonTo, v.Reference = 2_000_000, true, true, s.today.String(), s.today.AddMonths(12).String(), fmt.Sprint("fresh-", i)
		reply, err := client.PublishVacancy(officer(ctx, "hrss"), v)
		if err != nil {
			return err
		}
		published := time.Now()
		for {
			found, err := client.SuggestVacancies(himself(ctx, who), &employmentv1.SuggestVacanciesRequest{Worker: who, Limit: 20})
			if err != nil {
				return err
			}
			if slices.ContainsFunc(found.GetSuggestions(), func(g *employmentv1.Suggestion) bool {
				return g.GetVacancy().GetVacancyId() == reply.GetVacancyId()
			}) {
				break
			}
			if time.Since(published) > 10*time.Second {
				return fmt.Errorf("vacancy %d is not suggested", i)
			}
		}
		worst = max(worst, time.Since(published))
	}
	b.atMost("a vacancy published → suggested, the slowest of 20", float64(worst.Microseconds())/1000, "ms", 100)
	return nil
}
