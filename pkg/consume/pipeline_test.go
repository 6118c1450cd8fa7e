package consume_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/qiao-platform/qiao/pkg/consume"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/ops"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/run"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/testkit"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
)

var ctx = context.Background()

// reader is whom the probe stands in for: the contract names it for hires that
// were registered, and for no vacancy.
const reader = "training"

// probe is a service that writes down each hire that it hears of.
type probe struct {
	db     *sqldb.DB
	client platformv1.OpsClient
	refuse atomic.Pointer[string] // the hire that it cannot apply
}

var errRefused = errs.New(errs.Invalid, "probe.refused", "The probe cannot apply this.")

func startProbe(t *testing.T, p *testkit.Platform) *probe {
	t.Helper()
	d := p.Deps(reader)
	k, err := run.Open(ctx, reader, nil, d)
	if err != nil {
		t.Fatal(err)
	}
	pr := &probe{db: k.Outbox.DB(), client: platformv1.OpsClient{Caller: p.Client(), Target: reader}}
	if err := pr.db.Update(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(`CREATE TABLE heard (n INTEGER PRIMARY KEY, hire TEXT NOT NULL)`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	r := consume.NewRouter()
	consume.On(r, "employment", func(_ context.Context, tx *sqldb.Tx, _ event.Event, m *employmentv1.HireRegistered) error {
		if _, err := tx.Exec(`INSERT INTO heard (hire) VALUES ($1)`, m.GetHireId()); err != nil {
			return err
		}
		if bad := pr.refuse.Load(); bad != nil && *bad == m.GetHireId() {
			return errRefused
		}
		return nil
	})
	s, err := k.Assemble(ctx, run.Parts{Router: r})
	if err != nil {
		t.Fatal(err)
	}
	p.Start(s)
	return pr
}

func (p *probe) heard(t *testing.T) (all []string) {
	t.Helper()
	err := p.db.View(ctx, func(tx *sqldb.Tx) (err error) {
		all, err = sqldb.Collect(tx, func(s sqldb.Scanner) (h string, err error) { return h, s.Scan(&h) }, `SELECT hire FROM heard ORDER BY n`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func hires(pub *testkit.Publisher, worker string, from, to int) (names []string) {
	for i := from; i <= to; i++ {
		id := fmt.Sprintf("hire-%s-%d", worker, i)
		pub.Publish(outbox.Subject{Aggregate: id, Worker: worker, Division: "654301"}, &employmentv1.HireRegistered{HireId: id})
		names = append(names, id)
	}
	return names
}

func TestEveryEventOnceInOrder(t *testing.T) {
	p := testkit.NewPlatform(t, nil)
	pub := p.Publisher("employment")
	pr := startProbe(t, p)
	want := hires(pub, "w", 1, 300)
	pub.Publish(outbox.Subject{Aggregate: "v-1"}, &employmentv1.VacancyClosed{VacancyId: "v-1"}) // a type that the probe does not use
	p.Settle()
	if got := pr.heard(t); !slices.Equal(got, want) {
		t.Errorf("heard %d events, not %d in order", len(got), len(want))
	}
	s, err := pr.client.GetStatus(p.Officer("ops"), &platformv1.GetStatusRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if c := s.GetCursors()[0]; c.GetSeq() != 301 || c.GetApplied() != 300 || c.GetSkipped() != 1 {
		t.Errorf("cursor %v", c)
	}
}

func TestWhatCannotBeAppliedIsParkedWithWhatFollows(t *testing.T) {
	p := testkit.NewPlatform(t, nil)
	pub := p.Publisher("employment")
	pr := startProbe(t, p)
	bad := "hire-a-2"
	pr.refuse.Store(&bad)
	a := hires(pub, "a", 1, 3) // the second is refused, the third is of the same worker
	b := hires(pub, "b", 1, 2)
	p.Settle()
	if got, want := pr.heard(t), []string{a[0], b[0], b[1]}; !slices.Equal(got, want) {
		t.Fatalf("heard %v, want %v: a refused event must leave nothing behind", got, want)
	}
	parked, err := pr.client.ListParked(p.Officer("ops"), &platformv1.ListParkedRequest{Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	var codes []string
	for _, e := range parked.GetEvents() {
		codes = append(codes, e.GetCode())
	}
	if !slices.Equal(codes, []string{"probe.refused", "event.behind_parked"}) {
		t.Fatalf("parked %v", codes)
	}
	if r, err := pr.client.RetryParked(p.Officer("ops"), &platformv1.RetryParkedRequest{Channel: "employment-0"}); err != nil || r.GetApplied() != 0 || r.GetStillParked() != 2 {
		t.Fatalf("%v, %v", r, err)
	}
	pr.refuse.Store(nil)
	if r, err := pr.client.RetryParked(p.Officer("ops"), &platformv1.RetryParkedRequest{Channel: "employment-0"}); err != nil || r.GetApplied() != 2 {
		t.Fatalf("%v, %v", r, err)
	}
	if got, want := pr.heard(t), []string{a[0], b[0], b[1], a[1], a[2]}; !slices.Equal(got, want) {
		t.Errorf("heard %v, want %v", got, want)
	}
	more := hires(pub, "a", 4, 4)
	p.Settle()
	if got := pr.heard(t); got[len(got)-1] != more[0] {
		t.Error("the worker's events are still held back")
	}
}

func TestLostMessagesAreFilledFromTheEventTable(t *testing.T) {
	for name, lose := range map[string]func(t *testing.T, js jetstream.JetStream, s jetstream.Stream){
		"a deleted message": func(t *testing.T, _ jetstream.JetStream, s jetstream.Stream) {
			if err := errors.Join(s.DeleteMsg(ctx, 3), s.DeleteMsg(ctx, 4)); err != nil {
				t.Fatal(err)
			}
		},
		"a purged stream": func(t *testing.T, _ jetstream.JetStream, s jetstream.Stream) {
			if err := s.Purge(ctx); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := testkit.NewPlatform(t, nil)
			pub := p.Publisher("employment")
			want := hires(pub, "w", 1, 10)
			js, err := jetstream.New(p.Conn)
			if err != nil {
				t.Fatal(err)
			}
			s, err := js.Stream(ctx, event.Stream("employment-0"))
			if err != nil {
				t.Fatal(err)
			}
			testkit.Eventually(t, "everything is published", func() bool {
				info, err := s.Info(ctx)
				return err == nil && info.State.LastSeq == 10
			})
			lose(t, js, s)
			pr := startProbe(t, p)
			p.Settle()
			if got := pr.heard(t); !slices.Equal(got, want) {
				t.Errorf("heard %v", got)
			}
		})
	}
}

func TestMalformedEventIsParkedAndShown(t *testing.T) {
	p := testkit.NewPlatform(t, nil)
	pub := p.Publisher("employment")
	pr := startProbe(t, p)
	pub.PublishRaw("employment.hire.registered.v1", []byte{0xff, 0xff, 0xff})
	pub.PublishRaw("employment.hire.registered.v9", nil)
	after := hires(pub, "w", 1, 1)
	p.Settle()
	if got := pr.heard(t); !slices.Equal(got, after) {
		t.Errorf("heard %v", got)
	}
	parked, err := consume.ListParked(ctx, pr.db, 10)
	if err != nil || len(parked) != 2 || parked[0].Code != "event.malformed" || parked[1].Code != "event.version_unknown" {
		t.Errorf("%+v, %v", parked, err)
	}
	ok, _, err := ops.Settled(p.Officer("ops"), p.Client(), []string{"employment", reader})
	if err != nil || !ok {
		t.Errorf("settled %v, %v", ok, err)
	}
}

// TestAFillTellsNobodyMoreThanItsPart: whoever asks for a channel gets the
// bytes of what the contract names it for; the chain holds over the rest.
func TestAFillTellsNobodyMoreThanItsPart(t *testing.T) {
	p := testkit.NewPlatform(t, nil)
	pub := p.Publisher("employment")
	hires(pub, "w", 1, 2)
	pub.Publish(outbox.Subject{Aggregate: "i-1", Worker: "w", Division: "654301"}, &employmentv1.InterviewInvited{InterviewId: "i-1"})
	pub.Publish(outbox.Subject{Aggregate: "v-1"}, &employmentv1.VacancyClosed{VacancyId: "v-1"})
	hires(pub, "w", 3, 3)
	client := platformv1.OpsClient{Caller: p.Client(), Target: "employment"}
	req := &platformv1.ReadChannelRequest{Channel: "employment-0", Epoch: 1, FromSeq: 1, Limit: 100}
	p.Settle()
	for who, c := range map[string]struct {
		as   context.Context
		want []bool // which bodies it gets; nil: it is refused
	}{
		"a consumer of hires":            {p.Service(reader), []bool{true, true, false, false, true}},
		"who keeps the worker's own log": {p.Service(event.Keeper), []bool{true, true, true, false, true}},
		"operations":                     {p.Officer("ops"), []bool{false, false, false, false, false}},
		"no consumer":                    {p.Service("console"), nil},
	} {
		got, err := client.ReadChannel(c.as, req)
		if c.want == nil {
			if errs.KindOf(err) != errs.Denied {
				t.Errorf("%s: %v, %v", who, got, err)
			}
			continue
		}
		if err != nil || len(got.GetEvents()) != len(c.want) {
			t.Errorf("%s: %v, %v", who, got, err)
			continue
		}
		for i, e := range got.GetEvents() {
			if (len(e.GetBody()) > 0) != c.want[i] || e.GetWithheld() == c.want[i] || len(e.GetChain()) == 0 || e.GetId() == "" {
				t.Errorf("%s, event %d: %v", who, i+1, e)
			}
		}
	}
	// A reader that has to ask for everything ends where the publisher is.
	js, err := jetstream.New(p.Conn)
	if err != nil {
		t.Fatal(err)
	}
	s, err := js.Stream(ctx, event.Stream("employment-0"))
	if err == nil {
		err = s.Purge(ctx)
	}
	if err != nil {
		t.Fatal(err)
	}
	pr := startProbe(t, p)
	p.Settle()
	if got := pr.heard(t); !slices.Equal(got, []string{"hire-w-1", "hire-w-2", "hire-w-3"}) {
		t.Errorf("heard %v", got)
	}
}
