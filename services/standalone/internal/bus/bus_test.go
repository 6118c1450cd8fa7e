package bus_test

import (
	"context"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/qiao-platform/qiao/pkg/relay"
	"github.com/qiao-platform/qiao/pkg/testkit"
	"github.com/qiao-platform/qiao/services/standalone/internal/bus"
)

func start(t *testing.T, dir string) (*bus.Embedded, jetstream.JetStream) {
	t.Helper()
	b, err := bus.Start(dir, bus.Users([]string{"registry", "training"}, "console", []string{"import"}, 1))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	nc, err := b.Connect(bus.Operator)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	for _, channel := range []string{"registry-0", "training-0"} {
		if err := relay.MakeStream(context.Background(), js, channel, 1<<30, 1); err != nil {
			t.Fatal(err)
		}
	}
	return b, js
}

// TestNoServiceMakesOrChangesStreams is S14: whatever would let a service gather
// what it may not hear, or say what it may not say, is refused.
func TestNoServiceMakesOrChangesStreams(t *testing.T) {
	b, _ := start(t, t.TempDir())
	nc, err := b.Connect("training")
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	refused := make(chan error, 64)
	nc.SetErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { refused <- err })
	for _, subject := range []string{
		"$JS.API.STREAM.CREATE.ev-training-0", "$JS.API.STREAM.UPDATE.ev-training-0", "$JS.API.STREAM.DELETE.ev-training-0", "$JS.API.STREAM.PURGE.ev-training-0",
		"$JS.API.STREAM.CREATE.mine", "$JS.API.STREAM.UPDATE.mine", "$JS.API.STREAM.RESTORE.mine", "$JS.API.STREAM.SNAPSHOT.ev-registry-0", "$JS.API.STREAM.MSG.DELETE.ev-registry-0",
		"$JS.API.CONSUMER.CREATE.mine.x", "ev.registry-0.000000.worker.registered.v1", "announce.registry-0",
	} {
		if err := nc.Publish(subject, []byte("{}")); err != nil {
			t.Fatal(err)
		}
		select {
		case err := <-refused:
			if !strings.Contains(err.Error(), "ermissions") {
				t.Errorf("%s: %v", subject, err)
			}
		case <-time.After(time.Minute):
			t.Errorf("%s is allowed", subject)
		}
	}
}

// Readers acknowledge nothing, but each event bears a subject on which they
// could. Where that were no more than the answer to a request, the server would
// remember every event for a minute: a third of what an import kept in memory.
func TestAnEventIsNoRequestToBeRemembered(t *testing.T) {
	ctx := context.Background()
	b, made := start(t, t.TempDir())
	if _, err := made.Publish(ctx, "ev.registry-0.000000.a.b.v1", []byte("one")); err != nil {
		t.Fatal(err)
	}
	nc, err := b.Connect("training")
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	stream, err := js.Stream(ctx, "ev-registry-0")
	if err != nil {
		t.Fatal(err)
	}
	cons, err := stream.OrderedConsumer(ctx, jetstream.OrderedConsumerConfig{})
	if err != nil {
		t.Fatal(err)
	}
	m, err := cons.Next()
	if err != nil {
		t.Fatal(err)
	}
	for range 3 { // an answer is allowed once
		if err := nc.Publish(m.Reply(), nil); err != nil {
			t.Fatal(err)
		}
	}
	if err := nc.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := nc.LastError(); err != nil {
		t.Error(err)
	}
}

// TestTheBusIsBegunAnew is S13: a store that has switched itself off, as it does
// for a full disk, is begun anew, and connections come back by themselves.
func TestTheBusIsBegunAnew(t *testing.T) {
	b, js := start(t, t.TempDir())
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- b.Watch(ctx, slog.New(slog.DiscardHandler), func() []string { return nil }) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	if _, err := js.Publish(ctx, "ev.registry-0.000000.a.b.v1", []byte("one")); err != nil {
		t.Fatal(err)
	}
	if err := b.SwitchOff(); err != nil {
		t.Fatal(err)
	}
	testkit.Eventually(t, "the bus takes events again", func() bool {
		once, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		_, err := js.Publish(once, "ev.registry-0.000000.a.b.v1", []byte("two"))
		return err == nil && b.Begun() == 2
	})
	s, err := js.Stream(ctx, "ev-registry-0")
	if err != nil || s.CachedInfo().State.Msgs < 2 {
		t.Errorf("%v, %v", s, err)
	}
}

// TestAFullDiskHasAnEnd is S13's embedded bus: a disk that was full for a while
// stops its store for ever, with nothing said; here it takes events again once
// there is room, and has what it had acknowledged.
func TestAFullDiskHasAnEnd(t *testing.T) {
	dir, fill := testkit.SmallDisk(t, "160m")
	b, js := start(t, dir)
	ctx, stop := context.WithCancel(context.Background())
	var refused atomic.Bool // as a relay says of its channel
	done := make(chan error, 1)
	go func() {
		done <- b.Watch(ctx, slog.New(slog.DiscardHandler), func() []string {
			if refused.Load() {
				return []string{"registry-0"}
			}
			return nil
		})
	}()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	acknowledged := uint64(0)
	publish := func() error {
		once, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		_, err := js.Publish(once, "ev.registry-0.000000.a.b.v1", make([]byte, 32<<10))
		if err == nil {
			acknowledged++
		}
		return err
	}
	for range 10 {
		if err := publish(); err != nil {
			t.Fatal(err)
		}
	}
	fill(true)
	testkit.Eventually(t, "the bus takes nothing", func() bool { return publish() != nil })
	refused.Store(true)
	if b.Begun() != 1 {
		t.Error("it is begun anew though there is no room")
	}
	fill(false)
	testkit.Eventually(t, "the bus takes events again", func() bool {
		if publish() != nil {
			return false
		}
		refused.Store(false)
		return true
	})
	s, err := js.Stream(ctx, "ev-registry-0")
	if err != nil || s.CachedInfo().State.Msgs < acknowledged {
		t.Errorf("%d were acknowledged, %v, %v", acknowledged, s, err)
	}
	t.Logf("the server was begun %d times", b.Begun())
}
