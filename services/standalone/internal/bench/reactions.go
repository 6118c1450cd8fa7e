package bench

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"golang.org/x/sync/errgroup"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/proto/contract"
	educationv1 "github.com/qiao-platform/qiao/proto/gen/education/v1"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	housingv1 "github.com/qiao-platform/qiao/proto/gen/housing/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/standalone"
)

const (
	acceptances = 5000
	perSecond   = 500
	// reactIn bounds the wait for the last reaction.
	reactIn = 30 * time.Second
)

// reacted lists the events by which each department shows that it has acted.
func reacted() []string {
	return []string{"insurance.duty.opened.v1", "education.evidence.changed.v1", "housing.evidence.changed.v1", "training.safety_training.due.v1"}
}

// watch notes when the last department has reacted to each worker's acceptance.
type watch struct {
	mu      sync.Mutex
	open    map[string]map[string]bool // worker → what is still awaited
	done    map[string]time.Time
	awaited int // workers
	all     chan struct{}
}

func (w *watch) await(worker string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.open[worker] = map[string]bool{}
	for _, t := range reacted() {
		w.open[worker][t] = true
	}
}

func (w *watch) saw(m *nats.Msg) {
	now := time.Now()
	e, err := event.Parse(m.Data)
	if err != nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	awaited, ok := w.open[e.Worker]
	if !ok || !awaited[e.Type] {
		return
	}
	delete(awaited, e.Type)
	if len(awaited) == 0 {
		delete(w.open, e.Worker)
		w.done[e.Worker] = now
		if len(w.done) == w.awaited {
			close(w.all)
		}
	}
}

// reactions measures from a worker's acceptance of an offer until insurance,
// education, housing and training have each published what they did about it.
func reactions(ctx context.Context, b *bench) error {
	dir, err := b.dir("reactions")
	if err != nil {
		return err
	}
	return whole(ctx, dir, func(ctx context.Context, p *standalone.Platform, caller contract.Caller) error {
		took, err := react(ctx, p, caller, 0, acceptances, perSecond)
		if err != nil {
			return err
		}
		b.atMost("offer accepted → every department has reacted, 500/s, p50", quantile(took, 0.5), "ms", 20)
		b.atMost("offer accepted → every department has reacted, 500/s, p99", quantile(took, 0.99), "ms", 100)
		return nil
	})
}

// react has many new workers, the first of them invented as the first-th, accept
// an offer each, so many a second, and gives how long the departments took to react.
func react(ctx context.Context, p *standalone.Platform, caller contract.Caller, first, many, aSecond int) ([]time.Duration, error) {
	offers, err := prepare(ctx, caller, first, many)
	if err != nil {
		return nil, fmt.Errorf("prepare: %w", err)
	}
	if err := settle(ctx, caller); err != nil {
		return nil, err
	}
	bus, err := p.Bus()
	if err != nil {
		return nil, err
	}
	w := &watch{open: map[string]map[string]bool{}, done: map[string]time.Time{}, awaited: many, all: make(chan struct{})}
	if _, err := bus.Subscribe("ev.>", w.saw); err != nil {
		return nil, err
	}
	if err := bus.Flush(); err != nil {
		return nil, err
	}
	begun := make([]time.Time, len(offers))
	var g errgroup.Group
	tick := time.NewTicker(time.Second / time.Duration(aSecond))
	defer tick.Stop()
	for i, o := range offers {
		<-tick.C
		w.await(o.worker)
		begun[i] = time.Now()
		g.Go(func() error {
			_, err := employmentv1.EmploymentClient{Caller: caller, Target: "employment"}.AcceptOffer(himself(ctx, o.worker), &employmentv1.AcceptOfferRequest{OfferId: o.offer})
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	select {
	case <-w.all:
	case <-time.After(reactIn):
		return nil, fmt.Errorf("not all of %d acceptances were reacted to", many)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	took := make([]time.Duration, len(offers))
	for i, o := range offers {
		took[i] = w.done[o.worker].Sub(begun[i])
	}
	return took, nil
}

type offer struct{ worker, offer string }

func himself(ctx context.Context, worker string) context.Context {
	return rpc.As(ctx, auth.Principal{Kind: auth.Worker, Subject: worker, Purpose: "own_record", LegalBasis: "worker's own act", Via: auth.ViaWeb})
}

func officer(ctx context.Context, department string) context.Context {
	who := auth.Principal{Kind: auth.Officer, Subject: "bench", Department: department, Division: auth.Everywhere, LegalBasis: "PIPL 13(3)", Via: auth.ViaCounter}
	who.Purpose = who.Main()
	return rpc.As(ctx, who)
}

// prepare brings workers to the point of an offer, each with a child's and a
// home's application that wait for evidence.
func prepare(ctx context.Context, caller contract.Caller, first, many int) ([]offer, error) {
	employment := employmentv1.EmploymentClient{Caller: caller, Target: "employment"}
	today := clock.Today(clock.System())
	const uscc = "91654399MA0000015J" // a synthetic code
	e, err := employment.RegisterEmployer(officer(ctx, "hrss"), &employmentv1.RegisterEmployerRequest{Uscc: uscc, Name: "测试单位", IndustrySection: "E", County: "654301"})
	if err != nil {
		return nil, err
	}
	v, err := employment.PublishVacancy(officer(ctx, "hrss"), &employmentv1.PublishVacancyRequest{
		Uscc: uscc, Title: "建筑施工人员", Occupation: "6-29", Headcount: int32(many), WageMinFen: 400_000, WageMaxFen: 600_000, County: "654301",
		SeasonFrom: today.String(), SeasonTo: today.AddMonths(6).String(), Requirements: "高处作业", Reference: "bench",
	})
	if err != nil {
		return nil, err
	}
	offers := make([]offer, many)
	var g errgroup.Group
	g.SetLimit(64)
	for i := range offers {
		g.Go(func() error {
			var err error
			offers[i], err = one(ctx, caller, e.GetEmployerId(), v.GetVacancyId(), first+i, today)
			return err
		})
	}
	return offers, g.Wait()
}

func one(ctx context.Context, caller contract.Caller, employer, vacancy string, i int, today clock.Date) (offer, error) {
	registry := registryv1.RegistryClient{Caller: caller, Target: "registry"}
	employment := employmentv1.EmploymentClient{Caller: caller, Target: "employment"}
	reply, err := registry.RegisterWorker(officer(ctx, "hrss"), &registryv1.RegisterWorkerRequest{
		DocumentNumber: number(i, today), Name: "测试", County: "654301", Languages: []string{"zh-Hans"}, RegisteredOn: today.String(), NoticeVersion: "1", Signed: true,
	})
	if err != nil {
		return offer{}, err
	}
	w := reply.GetWorker()
	me := himself(ctx, w)
	var errs []error
	for recipient, purpose := range map[string]string{"education": "school_place", "housing": "public_rental"} {
		_, err := registry.GrantConsent(me, &registryv1.GrantConsentRequest{Worker: w, Purpose: purpose, Kinds: []string{"job"}, Recipient: recipient, ValidFrom: today.String(), NoticeVersion: "1", Language: "zh-Hans"})
		errs = append(errs, err)
	}
	child, err := registry.RegisterChild(me, &registryv1.RegisterChildRequest{Worker: w, Name: "测试", BirthDate: today.AddYears(-8).String(), County: "654301"})
	errs = append(errs, err)
	_, err = educationv1.EducationClient{Caller: caller, Target: "education"}.ApplyForPlace(me, &educationv1.ApplyForPlaceRequest{Worker: w, ChildId: child.GetChildId(), Stage: "primary", County: "654301"})
	errs = append(errs, err)
	_, err = housingv1.HousingClient{Caller: caller, Target: "housing"}.ApplyForHome(me, &housingv1.ApplyForHomeRequest{Worker: w, County: "654301", Kind: "public_rental", HouseholdSize: 3, DeclaresNoHome: true, DeclaresIncomeBelow: true})
	errs = append(errs, err)
	a, err := employment.Apply(me, &employmentv1.ApplyRequest{Worker: w, VacancyId: vacancy})
	errs = append(errs, err)
	o, err := employment.MakeOffer(rpc.As(ctx, auth.Principal{Kind: auth.Employer, Subject: employer, Purpose: "recruit", LegalBasis: "PIPL 13(2)", Via: auth.ViaWeb}),
		&employmentv1.MakeOfferRequest{ApplicationId: a.GetApplicationId(), WageFen: 500_000, StartOn: today.AddDays(1).String(), EndOn: today.AddMonths(12).String()})
	return offer{w, o.GetOfferId()}, errors.Join(append(errs, err)...)
}

// number makes the i-th well-formed number of the unassigned address code
// 654399, of somebody between 20 and 60.
func number(i int, today clock.Date) string {
	return ident.Invented(today.AddYears(-20).AddDays(-(i/999)%(40*365)), i%999)
}
