package consume_test

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"google.golang.org/protobuf/proto"

	"github.com/qiao-platform/qiao/pkg/consume"
	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/relay"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/testkit"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
)

func hired(t *testing.T, id string) []byte {
	t.Helper()
	b, err := proto.Marshal(&employmentv1.HireRegistered{HireId: id})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestAnEventThatCannotBeCarriedHoldsNothingUp is S1 in old data: a caller's
// request id of a megabyte became an event's header. Its number is kept, the
// others' events go on, people see it, and once an officer has released it, it
// is applied without what made it too large.
func TestAnEventThatCannotBeCarriedHoldsNothingUp(t *testing.T) {
	p := testkit.NewPlatform(t, nil)
	pub := p.Publisher("employment")
	pr := startProbe(t, p)
	before := hires(pub, "a", 1, 2)
	pub.PublishEvent(event.Event{Type: "employment.hire.registered.v1", Worker: "b", Correlation: strings.Repeat("x", 1<<20), Data: hired(t, "poisoned")})
	pub.PublishEvent(event.Event{Type: "employment.hire.registered.v1", Worker: "c", Division: "a b.>\r\n", TraceParent: "x\r\nQiao-Seq: 9", Data: hired(t, "odd")})
	behind := hires(pub, "b", 1, 1) // of the same person: it waits
	after := hires(pub, "a", 3, 4)
	p.Settle()
	want := append(append(slices.Clone(before), "odd"), after...)
	if got := pr.heard(t); !slices.Equal(got, want) {
		t.Fatalf("heard %v, want %v", got, want)
	}
	ops, own := p.Officer("ops"), platformv1.OpsClient{Caller: p.Client(), Target: "employment"}
	status, err := own.GetStatus(ops, &platformv1.GetStatusRequest{})
	if err != nil || status.GetChannels()[0].GetSetAside() != 1 || !status.GetChannels()[0].GetGapFree() {
		t.Fatalf("%v, %v", status, err)
	}
	list, err := own.ListSetAside(ops, &platformv1.ListSetAsideRequest{Limit: 10})
	if err != nil || len(list.GetEvents()) != 1 || list.GetEvents()[0].GetBytes() < 1<<20 {
		t.Fatalf("%v, %v", list, err)
	}
	parked, err := consume.ListParked(ctx, pr.db, 10)
	if err != nil || len(parked) != 2 || parked[0].Code != event.ErrSetAside.Code || parked[1].Code != "event.behind_parked" {
		t.Fatalf("%+v, %v", parked, err)
	}
	retry := func() *platformv1.RetryParkedResponse {
		t.Helper()
		r, err := pr.client.RetryParked(ops, &platformv1.RetryParkedRequest{Channel: "employment-0"})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	if r := retry(); r.GetApplied() != 0 {
		t.Errorf("nobody has decided, and %v", r)
	}
	e := list.GetEvents()[0]
	decide := &platformv1.DecideSetAsideRequest{Channel: e.GetChannel(), Seq: e.GetSeq(), Id: ident.NewID(), Release: true, Reason: "the request id was hostile"}
	if _, err := own.DecideSetAside(ops, decide); !errors.Is(err, relay.ErrNotSetAside) {
		t.Errorf("another event: %v", err)
	}
	decide.Id = e.GetId()
	if s, err := own.DecideSetAside(ops, decide); err != nil || s.GetSignature() == "" {
		t.Fatal(err)
	}
	if r := retry(); r.GetApplied() != 2 {
		t.Errorf("released: %v", r)
	}
	if got := pr.heard(t); !slices.Equal(got, append(append(want, "poisoned"), behind...)) {
		t.Errorf("heard %v", got)
	}
}

// TestAppendRefusesWhatIsNoEvent is S1 where it begins.
func TestAppendRefusesWhatIsNoEvent(t *testing.T) {
	p := testkit.NewPlatform(t, nil)
	pub := p.Publisher("employment")
	long := strings.Repeat("x", 100<<10)
	for name, c := range map[string]struct {
		about outbox.Subject
		cause outbox.Cause
		hire  string
		want  error
	}{
		"a good one":            {outbox.Subject{Aggregate: "0198c0de-0000-7000-8000-000000000001", Worker: "0198c0de-1234-7000-8000-123456789012", Division: "654301"}, outbox.Cause{Correlation: "req-1"}, "h", nil},
		"two ids in one":        {outbox.Subject{Aggregate: "0198c0de-0000-7000-8000-000000000001/0198c0de-0000-7000-8000-123456789012"}, outbox.Cause{}, "h", nil},
		"a large one":           {outbox.Subject{Aggregate: "a"}, outbox.Cause{}, long, event.ErrTooLarge},
		"a long request id":     {outbox.Subject{Aggregate: "a"}, outbox.Cause{Correlation: long}, "h", event.ErrReference},
		"text as a request id":  {outbox.Subject{Aggregate: "a"}, outbox.Cause{Correlation: "阿依古丽 13812345678"}, "h", event.ErrReference},
		"a name as the worker":  {outbox.Subject{Aggregate: "a", Worker: "阿依古丽"}, outbox.Cause{}, "h", event.ErrReference},
		"a document's number":   {outbox.Subject{Aggregate: "a", Worker: "654301199001010011"}, outbox.Cause{}, "h", event.ErrReference},
		"a telephone":           {outbox.Subject{Aggregate: "tel-13812345678"}, outbox.Cause{}, "h", event.ErrReference},
		"no thing":              {outbox.Subject{}, outbox.Cause{}, "h", event.ErrReference},
		"a county that is none": {outbox.Subject{Aggregate: "a", Division: "654301.>"}, outbox.Cause{}, "h", event.ErrReference},
	} {
		err := pub.DB().Update(ctx, func(tx *sqldb.Tx) error {
			return pub.Log().Append(outbox.WithCause(ctx, c.cause), tx, c.about, &employmentv1.HireRegistered{HireId: c.hire})
		})
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestAForgedMessageIsNeverApplied is S14: whoever gets a message into another's
// stream, with the right number and hash or with an epoch that is none, is not
// heard; the channel goes on, people see it, and an officer takes it out.
func TestAForgedMessageIsNeverApplied(t *testing.T) {
	p := testkit.NewPlatform(t, nil)
	pub := p.Publisher("employment")
	pr := startProbe(t, p)
	want := hires(pub, "a", 1, 5)
	p.Settle()
	js, err := jetstream.New(p.Conn)
	if err != nil {
		t.Fatal(err)
	}
	var chain []byte
	if err := pub.DB().View(ctx, func(tx *sqldb.Tx) error { return tx.QueryRow(`SELECT chain FROM channel`).Scan(&chain) }); err != nil {
		t.Fatal(err)
	}
	forge := func(epoch, seq int64) {
		t.Helper()
		e := event.Event{ID: ident.NewID(), Type: "employment.hire.registered.v1", Aggregate: "forged", Version: 1, Worker: "z", Data: hired(t, "forged")}
		body, err := e.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := js.PublishMsg(ctx, &nats.Msg{Subject: event.Subject("employment-0", "", e.Type), Data: body, Header: nats.Header{
			event.HeaderID: {e.ID}, event.HeaderEpoch: {strconv.FormatInt(epoch, 10)}, event.HeaderSeq: {strconv.FormatInt(seq, 10)},
			event.HeaderChain: {hex.EncodeToString(event.Chain(chain, e.ID, body))}, event.HeaderSign: {"Zm9yZ2Vk"},
		}}); err != nil {
			t.Fatal(err)
		}
	}
	forge(1, 6)         // what follows, as anybody can reckon it
	forge(7, 6)         // an epoch that nobody opened
	forge(1, 1_000_000) // far ahead
	// An announcement that its publisher did not make.
	if err := p.Conn.Publish(event.Announce("employment-0"), relay.Position{Epoch: 9, Seq: 99}.Marshal()); err != nil {
		t.Fatal(err)
	}
	want = append(want, hires(pub, "a", 6, 9)...)
	p.Settle()
	if got := pr.heard(t); !slices.Equal(got, want) {
		t.Fatalf("heard %v, want %v", got, want)
	}
	ops, own := p.Officer("ops"), platformv1.OpsClient{Caller: p.Client(), Target: "employment"}
	list, err := own.ListForged(ops, &platformv1.ListForgedRequest{Limit: 10})
	if err != nil || len(list.GetMessages()) != 3 {
		t.Fatalf("%v, %v", list, err)
	}
	for _, m := range list.GetMessages() {
		if _, err := own.RemoveForged(ops, &platformv1.RemoveForgedRequest{Channel: m.GetChannel(), StreamSeq: m.GetStreamSeq(), Reason: "nobody wrote it"}); err != nil {
			t.Error(err)
		}
	}
	if _, err := own.RemoveForged(ops, &platformv1.RemoveForgedRequest{Channel: "employment-0", StreamSeq: 2, Reason: "nobody wrote it"}); !errors.Is(err, relay.ErrNoForged) {
		t.Errorf("one of its own: %v", err)
	}
	s, err := js.Stream(ctx, event.Stream("employment-0"))
	if err != nil {
		t.Fatal(err)
	}
	for n := uint64(6); n <= 8; n++ {
		if _, err := s.GetMsg(ctx, n); !errors.Is(err, jetstream.ErrMsgNotFound) {
			t.Errorf("message %d is there: %v", n, err)
		}
	}
	want = append(want, hires(pub, "a", 10, 11)...)
	p.Settle()
	if got := pr.heard(t); !slices.Equal(got, want) {
		t.Errorf("heard %v, want %v", got, want)
	}
}

// TestAFormerKeySignsNothingNew: what a publisher signed by a key of before is taken as it
// is, and what whoever has that key signs today is not.
func TestAFormerKeySignsNothingNew(t *testing.T) {
	for until, applied := range map[time.Duration]bool{-time.Hour: false, time.Hour: true} {
		p := testkit.NewPlatform(t, nil)
		former := p.Former("employment", time.Now().Add(until))
		pub := p.Publisher("employment")
		pr := startProbe(t, p)
		want := hires(pub, "a", 1, 5)
		p.Settle()
		var chain []byte
		if err := pub.DB().View(ctx, func(tx *sqldb.Tx) error { return tx.QueryRow(`SELECT chain FROM channel`).Scan(&chain) }); err != nil {
			t.Fatal(err)
		}
		e := event.Event{ID: ident.NewID(), Type: "employment.hire.registered.v1", Aggregate: "forged", Version: 1, Worker: "z", Data: hired(t, "forged")}
		body, err := e.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		at := relay.Position{Epoch: 1, Seq: 6, Chain: hex.EncodeToString(event.Chain(chain, e.ID, body))}
		if err := p.Conn.PublishMsg(&nats.Msg{Subject: event.Subject("employment-0", "", e.Type), Data: body, Header: nats.Header{
			event.HeaderID: {e.ID}, event.HeaderEpoch: {"1"}, event.HeaderSeq: {"6"}, event.HeaderChain: {at.Chain},
			event.HeaderSign: {base64.StdEncoding.EncodeToString(former.SignRecord(append([]byte("position\nemployment-0\n"), at.Marshal()...)))},
		}}); err != nil {
			t.Fatal(err)
		}
		if applied {
			testkit.Eventually(t, "what it signs while it may is applied", func() bool { return slices.Contains(pr.heard(t), "forged") })
			continue
		}
		want = append(want, hires(pub, "a", 6, 9)...)
		p.Settle()
		if got := pr.heard(t); !slices.Equal(got, want) {
			t.Errorf("heard %v, want %v", got, want)
		}
	}
}

// TestALeaseThatLiesFarAheadIsOver is S6: a machine whose clock was six hours
// ahead held the channel and the cursor, and died.
func TestALeaseThatLiesFarAheadIsOver(t *testing.T) {
	p := testkit.NewPlatform(t, nil)
	pub := p.Publisher("employment")
	pr := startProbe(t, p)
	want := hires(pub, "a", 1, 3)
	p.Settle()
	far := time.Now().Add(6 * time.Hour).UnixMicro()
	for table, db := range map[string]*sqldb.DB{"channel": pub.DB(), "cursor": pr.db} {
		if err := db.Update(ctx, func(tx *sqldb.Tx) error {
			_, err := tx.Exec(`UPDATE `+table+` SET owner = 'the dead', term = term + 1, lease_until = $1`, far)
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	want = append(want, hires(pub, "a", 4, 6)...)
	testkit.Eventually(t, "the events flow", func() bool { return slices.Equal(pr.heard(t), want) })
}

// TestANewVersionBesideTheOldOneParksNothing is CONTRIBUTING's way to a new
// version: readers of the old one pass over the new one, and the person's later
// events go on. A version that comes alone still parks.
func TestANewVersionBesideTheOldOneParksNothing(t *testing.T) {
	p := testkit.NewPlatform(t, nil)
	pub := p.Publisher("employment")
	pr := startProbe(t, p)
	const v1, v2 = "employment.hire.registered.v1", "employment.hire.registered.v2"
	pub.PublishEvent(event.Event{Type: v1, Aggregate: "h-1", Version: 1, Worker: "w", Data: hired(t, "h-1"), Beside: v2})
	pub.PublishEvent(event.Event{Type: v2, Aggregate: "h-1", Version: 2, Worker: "w", Data: []byte{0xff}, Beside: v1})
	later := hires(pub, "w", 1, 1)
	p.Settle()
	if got := pr.heard(t); !slices.Equal(got, []string{"h-1", later[0]}) {
		t.Errorf("heard %v", got)
	}
	pub.PublishEvent(event.Event{Type: v2, Aggregate: "h-2", Worker: "w", Data: []byte{0xff}})
	hires(pub, "w", 2, 2)
	p.Settle()
	parked, err := consume.ListParked(context.Background(), pr.db, 10)
	if err != nil || len(parked) != 2 || parked[0].Code != event.ErrVersion.Code {
		t.Errorf("%+v, %v", parked, err)
	}
}
