package run

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"google.golang.org/protobuf/proto"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/crypt"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/origin"
	"github.com/qiao-platform/qiao/pkg/relay"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/proto/contract"
)

// ErrHeld says why a service stands still: its database is empty, and others
// know that the service once had events. Whoever went on would register
// everybody anew.
var ErrHeld = errs.New(errs.Unavailable, "run.held", "This service's database is empty, though the bus, a reader or the keys' database knows of what it held. It answers nothing and writes nothing until an operator restores the database, or says that it begins anew.")

const (
	// objecting is how long readers may take to say that they know more.
	objecting = 500 * time.Millisecond
	// heldPoll is how often a held service looks whether something was said.
	heldPoll = time.Second
)

// recognise holds a database against who opens it. One of a version before the
// record that is not empty is entered once the key has opened what it sealed.
func recognise(ctx context.Context, db *sqldb.DB, service string, m *crypt.Master, c clock.Clock) error {
	o, err := origin.Of(ctx, db)
	if err != nil {
		return err
	}
	if err := o.Check(service, m); err != nil || o.State != origin.None || m == nil {
		return err
	}
	if empty, err := origin.Empty(ctx, db); err != nil || empty {
		return err // begin decides what it is
	}
	var key, answer []byte
	err = db.View(ctx, func(tx *sqldb.Tx) error {
		return tx.QueryRow(`SELECT key, answer FROM idempotency ORDER BY expires_at DESC LIMIT 1`).Scan(&key, &answer)
	})
	if err == nil {
		if _, err := m.Open(answer, key); err != nil {
			return origin.ErrOtherKey.With("given", m.Fingerprint()).Because(err)
		}
	} else if !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	return origin.Begin(ctx, db, service, m, c.Now())
}

// begin lets the service write where its database has begun, or may. It returns
// ErrHeld where the database is empty and others know of more.
func (s *service) begin(ctx context.Context) error {
	db, log := s.Outbox.DB(), s.Telemetry.For(s.name).Log
	if o, err := origin.Of(ctx, db); err != nil || o.State == origin.Begun || s.Master == nil {
		return err
	}
	epochs, known, err := s.known(ctx)
	if err != nil {
		return err
	}
	o, err := origin.Of(ctx, db) // what is known may be another instance's, which began meanwhile
	switch {
	case err != nil || o.State == origin.Begun:
		return err
	case o.State == origin.None && known:
		return ErrHeld
	case o.State == origin.Declared:
		log.WarnContext(ctx, "an operator said that the empty database begins anew", "reason", o.Reason, "officer", o.Officer)
		for channel, beyond := range epochs {
			for epoch := int64(0); epoch <= beyond; {
				e, err := relay.OpenEpoch(ctx, db, channel, o.Reason, o.Officer, s.Clock.Now())
				if err != nil {
					return err
				}
				epoch = e.Epoch
			}
		}
	}
	return origin.Begin(ctx, db, s.name, s.Master, s.Clock.Now())
}

// known asks who else might know that the service once had events: the bus, who
// reads the service's channels, and what is kept apart. It returns the highest
// epoch of each channel that anybody knows.
func (s *service) known(ctx context.Context) (epochs map[string]int64, known bool, err error) {
	js, err := jetstream.New(s.Conn)
	if err != nil {
		return nil, false, err
	}
	epochs = map[string]int64{}
	for _, channel := range s.Outbox.Channels() {
		epoch, err := streamEpoch(ctx, js, channel)
		if err != nil {
			return nil, false, err
		}
		heard, err := s.objection(channel)
		if err != nil {
			return nil, false, err
		}
		if epoch = max(epoch, heard); epoch > 0 {
			epochs[channel] = epoch
		}
	}
	if known = len(epochs) > 0; !known && s.parts.Known != nil {
		known, err = s.parts.Known(ctx)
	}
	return epochs, known, err
}

// streamEpoch returns the epoch of a stream's last message, 0 where the stream
// never had one.
func streamEpoch(ctx context.Context, js jetstream.JetStream, channel string) (int64, error) {
	stream, err := js.Stream(ctx, event.Stream(channel))
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	if stream.CachedInfo().State.LastSeq == 0 {
		return 0, nil
	}
	m, err := stream.GetLastMsgForSubject(ctx, event.Subjects(channel))
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return 1, nil // aged out
	}
	if err != nil {
		return 0, err
	}
	epoch, _ := strconv.ParseInt(m.Header.Get(event.HeaderEpoch), 10, 64)
	return max(epoch, 1), nil
}

// objection announces an empty channel and returns the epoch of a reader that
// has read more of it, 0 where none says so. Where nobody listens the bus tells
// at once.
func (s *service) objection(channel string) (int64, error) {
	inbox := s.Conn.NewInbox()
	sub, err := s.Conn.SubscribeSync(inbox)
	if err != nil {
		return 0, err
	}
	defer func() { _ = sub.Unsubscribe() }()
	if err := s.Conn.PublishRequest(event.Announce(channel), inbox, relay.Position{Epoch: 1}.Marshal()); err != nil {
		return 0, err
	}
	end := time.Now().Add(objecting)
	for {
		m, err := sub.NextMsg(time.Until(end))
		if errors.Is(err, nats.ErrTimeout) || errors.Is(err, nats.ErrNoResponders) {
			return 0, nil
		}
		if err != nil {
			return 0, err
		}
		if at, ok := relay.ParsePosition(m.Data); ok && at.Seq > 0 {
			return max(at.Epoch, 1), nil
		}
	}
}

// held lets a method answer only once the service may write: an answer from an
// empty database would be a wrong one.
func (s *service) held(m contract.Method) contract.Method {
	call := m.Call
	m.Call = func(ctx context.Context, req proto.Message) (proto.Message, error) {
		if err := s.Held(); err != nil {
			return nil, err
		}
		return call(ctx, req)
	}
	return m
}

// Held returns why the service answers nothing, nil where it does.
func (s *service) Held() error {
	if s.begun.Load() {
		return nil
	}
	return ErrHeld
}

// await returns true once the service may write, false where ctx ends before.
func (s *service) await(ctx context.Context) bool {
	if s.begun.Load() {
		return true
	}
	log := s.Telemetry.For(s.name).Log
	log.ErrorContext(ctx, "the service stands still", "error", ErrHeld)
	tick := time.NewTicker(heldPoll)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return false
		case <-tick.C:
		}
		err := s.begin(ctx)
		switch {
		case err == nil:
			s.begun.Store(true)
			log.WarnContext(ctx, "the service goes on")
			return true
		case !errors.Is(err, ErrHeld) && ctx.Err() == nil:
			log.WarnContext(ctx, "the service still stands", "error", err)
		}
	}
}
