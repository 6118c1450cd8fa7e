// Package outbox writes events in the transaction that changes the state they
// tell of: no state without its event, no event without its state. The event
// table is append-only; it is the outbox and the history that people see.
package outbox

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"slices"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/qiao-platform/qiao/pkg/account"
	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/fault"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/person"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/telemetry"
)

// Errors of this package.
var (
	ErrStale     = errs.New(errs.Conflict, "outbox.stale", "Somebody else changed this at the same time; look again and repeat.")
	ErrKeyReused = errs.New(errs.Conflict, "outbox.key_reused", "This idempotency key was used for a different request.")
)

// keepAnswers is how long the answer to a command is kept for a repeat.
const keepAnswers = 48 * time.Hour

// Sealer encrypts stored answers.
type Sealer interface {
	Seal(plaintext, aad []byte) []byte
	Open(sealed, aad []byte) ([]byte, error)
}

// Outbox appends events for one service.
type Outbox struct {
	service    string
	db         *sqldb.DB
	clock      clock.Clock
	seal       Sealer
	rules      *event.Rules
	partitions int
	wake       chan struct{}
	followers  []*Follower
	accounts   *account.Book
}

// New returns the outbox of a service whose channels are partitions many; that
// number is fixed when the first event is written.
func New(service string, db *sqldb.DB, c clock.Clock, seal Sealer, partitions int) *Outbox {
	return &Outbox{service: service, db: db, clock: c, seal: seal, rules: event.NewRules(service), partitions: max(1, partitions), wake: make(chan struct{}, 1), accounts: account.NewBook(db, nil)}
}

// Ask lets commands ask the registry whether there is the worker for whom they
// are given. Call it before the first command.
func (l *Outbox) Ask(ask account.Asker) { l.accounts = account.NewBook(l.db, ask) }

// DB is the database that the outbox writes to.
func (l *Outbox) DB() *sqldb.DB { return l.db }

// Service is the publishing service's name.
func (l *Outbox) Service() string { return l.service }

// Channels names the outbox's channels.
func (l *Outbox) Channels() []string {
	all := make([]string, l.partitions)
	for i := range all {
		all[i] = event.Channel(l.service, i)
	}
	return all
}

// Wake is signalled after a commit that appended shared events.
func (l *Outbox) Wake() <-chan struct{} { return l.wake }

// Subject is what events are about.
type Subject struct {
	Aggregate string // the id of the thing that changed
	Version   int64  // the aggregate's version before the change; events get the numbers after it
	Worker    string // pseudonymous reference of the person concerned, or ""
	Division  string // county code, or ""
}

// Event is something that happened, in its department's own words; Message is
// the same in the contract's form. It is an alias, so that a domain, which knows
// no machinery, can name the same type.
type Event = interface{ Message() proto.Message }

// Append writes one row for each message, in order. Two writers of the same
// version cannot both succeed: the later one gets ErrStale. An event that the
// bus could not carry, or that names somebody by anything but a reference, is
// refused (event.ErrTooLarge, event.ErrReference), and the change with it.
func (l *Outbox) Append(ctx context.Context, tx *sqldb.Tx, about Subject, messages ...proto.Message) error {
	cause := CauseOf(ctx)
	p, _ := auth.FromContext(ctx) // absent for the platform's own acts
	now := l.clock.Now()
	rules, err := l.paired(messages)
	if err != nil {
		return err
	}
	shared := false
	for i, m := range messages {
		rule := rules[i]
		data, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
		if err != nil {
			return err
		}
		e := event.Event{
			ID: ident.NewID(), Type: rule.Type, Aggregate: about.Aggregate, Version: about.Version + int64(i) + 1,
			Worker: about.Worker, Division: about.Division, OccurredAt: now,
			Correlation: cause.Correlation, Causation: cause.Causation,
			Actor: string(p.Kind), Via: p.Via, TraceParent: telemetry.TraceParent(ctx), Data: data, Beside: rule.Beside,
		}
		if err := e.Check(); err != nil {
			return err
		}
		body, err := e.Marshal()
		if err != nil {
			return err
		}
		if len(body) > event.MaxStored {
			return event.ErrTooLarge.With("type", rule.Type)
		}
		audience := "own"
		if rule.Shared {
			audience, shared = "shared", true
		}
		channel := event.Channel(l.service, event.Partition(e.Key(), l.partitions))
		write := func(tx *sqldb.Tx) error {
			_, err := tx.Exec(`INSERT INTO event (id, aggregate, version, channel, audience, type, worker, body, created_at)
				VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
				e.ID, e.Aggregate, e.Version, channel, audience, e.Type, e.Worker, body, now.UnixMicro())
			return err
		}
		if fault.Broken("outbox.event_apart") {
			tx.OnCommit(func() { fault.Point("outbox.committed"); _ = l.db.Update(ctx, write) })
			continue
		}
		err = write(tx)
		if tx.Dialect().IsUnique(err) {
			return ErrStale.Because(err)
		}
		if err != nil {
			return err
		}
		for _, f := range l.followers {
			if f.follows(rule.Type) {
				tx.OnCommit(func() { ring(f.wake) })
			}
		}
	}
	if shared {
		tx.OnCommit(l.signal)
	}
	return nil
}

// AppendEvents is Append for events in their department's own words.
func (l *Outbox) AppendEvents(ctx context.Context, tx *sqldb.Tx, about Subject, events ...Event) error {
	messages := make([]proto.Message, len(events))
	for i, e := range events {
		messages[i] = e.Message()
	}
	return l.Append(ctx, tx, about, messages...)
}

// paired gives the messages' rules, the two versions of one event naming each
// other: whoever reads acts on the newest that it knows, once.
func (l *Outbox) paired(messages []proto.Message) ([]event.Rule, error) {
	rules := make([]event.Rule, len(messages))
	for i, m := range messages {
		rule, err := l.rules.Of(m)
		if err != nil {
			return nil, err
		}
		rules[i] = rule
	}
	for i := range rules {
		if rules[i].Beside == "" {
			continue
		}
		alone := true
		for j := range rules {
			if rules[j].Type == rules[i].Beside {
				rules[j].Beside, alone = rules[i].Type, false
			}
		}
		if alone {
			return nil, event.ErrNoRule.With("beside", rules[i].Beside)
		}
	}
	return rules, nil
}

func (l *Outbox) signal() {
	fault.Point("outbox.committed")
	ring(l.wake)
}

// Cause is where an event comes from.
type Cause struct {
	Correlation string // the first command's request id
	Causation   string // the event that is being acted on
}

type causeKey struct{}

// Inherit returns a context whose appended events name the cause that old data
// tells of. What is no cause there is left out: it must not stop what follows.
func Inherit(ctx context.Context, c Cause) context.Context {
	if !event.IsCause(c.Correlation) {
		c.Correlation = ""
	}
	if !event.IsCause(c.Causation) {
		c.Causation = ""
	}
	return WithCause(ctx, c)
}

// WithCause returns a context whose appended events name the cause.
func WithCause(ctx context.Context, c Cause) context.Context {
	return context.WithValue(ctx, causeKey{}, c)
}

// CauseOf returns the cause that ctx carries.
func CauseOf(ctx context.Context) Cause {
	c, _ := ctx.Value(causeKey{}).(Cause)
	return c
}

// Key makes a command run once. It is scoped to who calls and to the method.
type Key struct {
	Scope   string // principal kind and subject, method
	Key     string // the caller's; "" runs the command every time
	Request []byte // hash of the request
}

type keyKey struct{}

// WithKey returns a context that carries a command's idempotency key.
func WithKey(ctx context.Context, k Key) context.Context {
	return context.WithValue(ctx, keyKey{}, k)
}

// Command runs fn in one transaction with its events and, where the call has
// an idempotency key, its stored answer: a repeat gets the first answer, the
// same key with another request gets ErrKeyReused.
func Command[T any, Reply interface {
	*T
	proto.Message
}](ctx context.Context, l *Outbox, fn func(*sqldb.Tx) (Reply, error)) (Reply, error) {
	return CommandFor(ctx, l, "", fn)
}

// CommandFor is Command about a worker whom the caller names without acting
// for: an employer who states a hire. Like the worker who calls, or for whom a
// counter or a helper does, the one named must have an open account.
func CommandFor[T any, Reply interface {
	*T
	proto.Message
}](ctx context.Context, l *Outbox, about string, fn func(*sqldb.Tx) (Reply, error)) (Reply, error) {
	k, _ := ctx.Value(keyKey{}).(Key)
	var reply Reply
	workers, named := l.concerned(ctx, about)
	for _, w := range workers {
		if err := l.accounts.Know(ctx, w); err != nil {
			return nil, err
		}
	}
	err := l.db.Update(ctx, func(tx *sqldb.Tx) error {
		if err := l.stand(tx, workers, named); err != nil {
			return err
		}
		for _, w := range workers {
			if err := l.accounts.Admit(tx, w, slices.Contains(named, w)); err != nil {
				return err
			}
		}
		if l.service == event.Keeper {
			for _, w := range named {
				if err := account.Living(tx, w); err != nil {
					return err
				}
			}
		}
		if k.Key == "" {
			var err error
			reply, err = fn(tx)
			return err
		}
		sum := sha256.Sum256([]byte(k.Scope + "\x00" + k.Key))
		answer, err := l.answered(tx, sum[:], k.Request)
		if err != nil {
			return err
		}
		if answer != nil {
			reply = new(T)
			return proto.Unmarshal(answer, reply)
		}
		if reply, err = fn(tx); err != nil {
			return err
		}
		if answer, err = proto.Marshal(reply); err != nil {
			return err
		}
		now := l.clock.Now()
		// An answer whose time is over is none, also before Purge comes by.
		n, err := tx.Exec(`INSERT INTO idempotency (key, request, answer, expires_at) VALUES ($1, $2, $3, $4)
			ON CONFLICT (key) DO UPDATE SET request = excluded.request, answer = excluded.answer, expires_at = excluded.expires_at
			WHERE idempotency.expires_at <= $5`,
			sum[:], k.Request, l.seal.Seal(answer, sum[:]), now.Add(keepAnswers).UnixMicro(), now.UnixMicro())
		if err == nil && n == 0 { // PostgreSQL: the same command is running beside this one
			return ErrStale
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return reply, nil
}

// stand takes what a command needs of persons before it locks any row, so that it
// waits with empty hands for who changes who is one person. The registry's commands,
// of which some change it, begin with that themselves.
func (l *Outbox) stand(tx *sqldb.Tx, workers, named []string) error {
	switch {
	case l.service == event.Keeper && len(named) > 1:
		return account.Lock(tx, named...)
	case len(workers) > 1:
		return account.Lock(tx, workers...)
	case l.service != event.Keeper && len(workers) == 0:
		return person.Hold(tx)
	}
	return nil // the one account is locked first of all
}

// errChecked undoes what Check tried.
var errChecked = errors.New("outbox: only checked")

// Check answers as Command would and undoes it: what a command is judged by is
// the command itself, and nothing of it stays.
func Check[T any, Reply interface {
	*T
	proto.Message
}](ctx context.Context, l *Outbox, fn func(*sqldb.Tx) (Reply, error)) (reply Reply, err error) {
	err = l.db.Update(ctx, func(tx *sqldb.Tx) (err error) {
		if reply, err = fn(tx); err == nil {
			err = errChecked
		}
		return err
	})
	if !errors.Is(err, errChecked) {
		return nil, err
	}
	return reply, nil
}

// CommandOrCheck is Check where only is set, and Command otherwise.
func CommandOrCheck[T any, Reply interface {
	*T
	proto.Message
}](ctx context.Context, l *Outbox, only bool, fn func(*sqldb.Tx) (Reply, error)) (Reply, error) {
	if only {
		return Check(ctx, l, fn)
	}
	return Command(ctx, l, fn)
}

// concerned names whose accounts a command needs, and in whose name it is given.
// The registry, which keeps the accounts themselves, needs none.
func (l *Outbox) concerned(ctx context.Context, about string) (accounts, named []string) {
	p, _ := auth.FromContext(ctx) // absent for the platform's own acts
	if named = whole(p.ActsFor); p.Kind == auth.Worker || p.Kind == auth.Guardian {
		named = whole(p.ActsFor, p.Subject)
	}
	if l.service != event.Keeper {
		accounts = whole(append(named, about)...)
	}
	return accounts, named
}

// whole orders references, so that locks are taken in one order, each once.
func whole(workers ...string) []string {
	all := slices.Sorted(slices.Values(workers))
	return slices.DeleteFunc(slices.Compact(all), func(w string) bool { return w == "" })
}

// answered returns the stored answer of a key, nil where there is none.
func (l *Outbox) answered(tx *sqldb.Tx, key, request []byte) ([]byte, error) {
	var hash, sealed []byte
	err := tx.QueryRow(`SELECT request, answer FROM idempotency WHERE key = $1 AND expires_at > $2`,
		key, l.clock.Now().UnixMicro()).Scan(&hash, &sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if string(hash) != string(request) {
		return nil, ErrKeyReused
	}
	answer, err := l.seal.Open(sealed, key)
	if err != nil {
		return nil, err
	}
	if answer == nil { // an empty reply is an answer too
		answer = []byte{}
	}
	return answer, nil
}

// Purge forgets answers whose time is over and returns how many.
func (l *Outbox) Purge(ctx context.Context) (n int64, err error) {
	err = l.db.Update(ctx, func(tx *sqldb.Tx) error {
		n, err = tx.Exec(`DELETE FROM idempotency WHERE expires_at <= $1`, l.clock.Now().UnixMicro())
		return err
	})
	return n, err
}
