package storetest

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/rule"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/education/internal/app"
	"github.com/qiao-platform/qiao/services/education/internal/domain"
	"github.com/qiao-platform/qiao/services/education/internal/store"
)

// world is a child of a mother and a father.
type world struct {
	t              *testing.T
	db             *sqldb.DB
	s              *store.Store
	cases          *app.App
	clock          *clock.Manual
	child          string
	mother, father string
	hidden         bool // from the father
	applied        string
	matter         string
	asked          atomic.Int64 // statements of the last question
}

func newWorld(t *testing.T, fresh opener, hidden bool) *world {
	t.Helper()
	rules, e1 := rule.Load()
	calendar, e2 := clock.LoadCalendar()
	tables, e3 := ident.LoadTables()
	for _, err := range []error{e1, e2, e3} {
		if err != nil {
			t.Fatal(err)
		}
	}
	db, s := fresh(t)
	w := &world{t: t, db: db, s: s, clock: clock.NewManual(now), child: ident.NewID(), mother: "mother", father: "father", hidden: hidden}
	w.cases = &app.App{Clock: w.clock, Rules: rules, Calendar: calendar, Tables: tables, NewID: ident.NewID, Data: s, Children: w}
	return w
}

// FamilyOf is the registry; it implements app.Children.
func (w *world) FamilyOf(context.Context, string, string, string) (domain.Family, error) {
	return domain.Family{IDs: []string{w.child}, Keepers: []domain.Keeper{{Worker: w.mother, Acts: true, Decides: true}, {Worker: w.father, Acts: true, Decides: !w.hidden}}}, nil
}

// Doubles finds nobody twice.
func (w *world) Doubles(context.Context, []string, string) ([]app.Likely, error) { return nil, nil }

func (w *world) as(worker string) context.Context {
	w.asked.Store(0)
	return sqldb.Counted(auth.NewContext(context.Background(), auth.Principal{Kind: auth.Worker, Subject: worker, Via: auth.ViaWeb}), &w.asked)
}

func once[Answer any](w *world) app.Once[Answer] {
	return func(ctx context.Context, fn func(app.Store) (Answer, error)) (answer Answer, err error) {
		err = w.s.Change(ctx, func(s app.Store) error {
			answer, err = fn(s)
			return err
		})
		return answer, err
	}
}

func (w *world) applies(worker string) (app.Applied, error) {
	return w.cases.Apply(w.as(worker), once[app.Applied](w), app.Form{Worker: worker, ChildID: w.child, Stage: "primary", County: "654301"})
}

// asks is all that a guardian who keeps no application may ask about the child, in the
// order in which somebody would who wants to find out.
var asks = []struct {
	what string
	ask  func(w *world, ctx context.Context) (any, error)
}{
	{"applies", func(w *world, _ context.Context) (any, error) { return w.applies(w.father) }},
	{"applies again", func(w *world, _ context.Context) (any, error) { return w.applies(w.father) }},
	{"lists the cases of others", listed},
	{"lists the own applications", func(w *world, ctx context.Context) (out any, err error) {
		err = w.s.Change(ctx, func(s app.Store) (err error) { out, err = w.cases.ListApplications(ctx, s, w.father); return err })
		return out, err
	}},
	{"reads an application", func(w *world, ctx context.Context) (out any, err error) {
		err = w.s.Change(ctx, func(s app.Store) (err error) { out, err = w.cases.ReadApplication(ctx, s, w.applied); return err })
		return out, err
	}},
	{"looks at the own life", lived},
	{"disagrees for no reason", disagrees("because")},
	{"disagrees", disagrees("other")},
	{"disagrees twice", disagrees("other")},
	{"lists what he disagrees with", listed},
	{"looks at what is decided", lived},
	{"takes it back", withdraws},
	{"takes it back twice", withdraws},
	{"lists what is left", listed},
	{"disagrees again", disagrees("other")},
}

func listed(w *world, ctx context.Context) (out any, err error) {
	err = w.s.Look(ctx, func(s app.Store) error {
		all, err := w.cases.OtherCases(ctx, s, w.father)
		shown := make([]any, len(all))
		for i, o := range all { // what is shown of it
			shown[i] = []any{o.ChildID, o.Stage, o.Since, o.Own.DueOn, o.Own.Kind, o.Own.ID}
		}
		out = shown
		return err
	})
	return out, err
}

func lived(w *world, ctx context.Context) (out any, err error) {
	err = w.s.Look(ctx, func(s app.Store) (err error) { out, err = w.cases.ListLife(ctx, s, w.father); return err })
	return out, err
}

func disagrees(why string) func(w *world, ctx context.Context) (any, error) {
	return func(w *world, ctx context.Context) (out any, err error) {
		err = w.s.Change(ctx, func(s app.Store) error {
			d, err := w.cases.FileDisagreement(ctx, s, w.father, w.child, "primary", why)
			if err == nil {
				w.matter = d.ID
			}
			out = []any{d.ID, d.DueOn}
			return err
		})
		return out, err
	}
}

func withdraws(w *world, ctx context.Context) (any, error) {
	return nil, w.s.Change(ctx, func(s app.Store) error { return w.cases.WithdrawDisagreement(ctx, s, w.matter) })
}

// answer is what is seen of a question: the answer, or the error with its details, and
// how often the database was asked.
func (w *world) answer(i int) (seen string, statements int64) {
	w.t.Helper()
	ctx := w.as(w.father)
	out, err := asks[i].ask(w, ctx)
	seen = fmt.Sprintf("%+v", out)
	if err != nil {
		e := errs.From(err)
		seen = fmt.Sprint(e.Kind, e.Code, e.Text, e.Detail)
	}
	return w.plain(seen), w.asked.Load()
}

// plain names ids by what they are.
func (w *world) plain(text string) string {
	for _, id := range [][2]string{{w.child, "CHILD"}, {w.applied, "APPLICATION"}, {w.matter, "MATTER"}} {
		if id[0] != "" {
			text = strings.ReplaceAll(text, id[0], id[1])
		}
	}
	return anyID.ReplaceAllString(text, "ID")
}

var anyID = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)

// told is what the father's timeline and messages are made of.
func (w *world) told() (all []string) {
	w.t.Helper()
	view(w.t, w.db, func(tx *sqldb.Tx) error {
		bodies, err := sqldb.Collect(tx, func(s sqldb.Scanner) (b []byte, err error) { return b, s.Scan(&b) }, `SELECT body FROM event WHERE worker = $1 ORDER BY created_at, id`, w.father)
		if err != nil {
			return err
		}
		for _, b := range bodies {
			e, err := event.Parse(b)
			if err != nil {
				return err
			}
			all = append(all, w.plain(e.Type+" "+e.Division+" "+said(w.t, e)))
		}
		return nil
	})
	slices.Sort(all)
	return all
}

// said is an event's own fields.
func said(t *testing.T, e event.Event) string {
	t.Helper()
	var found string
	protoregistry.GlobalTypes.RangeMessages(func(m protoreflect.MessageType) bool {
		rule, err := event.RuleOf("education", m.Descriptor())
		if err != nil || rule.Type != e.Type {
			return true
		}
		v := m.New().Interface()
		if err := proto.Unmarshal(e.Data, v); err != nil {
			t.Fatal(err)
		}
		found = strings.Join(strings.Fields(prototext.Format(v)), " ")
		return false
	})
	return found
}

// hiddenFrom asks all that a guardian may ask in two worlds that differ by nothing but
// that something is hidden from him: the answers are the same to the letter, the
// database is asked as often, and the same is told, on the day and on days after it.
func hiddenFrom(t *testing.T, fresh opener) {
	ask := func(t *testing.T, seen, blind *world, from int) {
		t.Helper()
		for i := from; i < len(asks); i++ {
			a, n := seen.answer(i)
			b, m := blind.answer(i)
			if a != b || n != m {
				t.Errorf("%s: %q in %d statements, where something is hidden %q in %d", asks[i].what, a, n, b, m)
			}
			seen.clock.Advance(time.Hour)
			blind.clock.Advance(time.Hour)
		}
		if a, b := seen.told(), blind.told(); !slices.Equal(a, b) {
			t.Errorf("told:\n%s\nand where something is hidden\n%s", strings.Join(a, "\n"), strings.Join(b, "\n"))
		}
	}
	apply := func(t *testing.T, w *world) {
		t.Helper()
		done, err := w.applies(w.mother)
		if err != nil {
			t.Fatal(err)
		}
		w.applied = done.ApplicationID
	}
	t.Run("another one has applied", func(t *testing.T) {
		seen, blind := newWorld(t, fresh, false), newWorld(t, fresh, true)
		apply(t, seen)
		apply(t, blind)
		ask(t, seen, blind, 0)
		seen.clock.Advance(48 * time.Hour)
		blind.clock.Advance(48 * time.Hour)
		ask(t, seen, blind, 0)
	})
	t.Run("nobody has", func(t *testing.T) {
		seen, blind := newWorld(t, fresh, false), newWorld(t, fresh, true)
		apply(t, seen)
		blind.applied = ident.NewID()
		a, _ := seen.answer(0)
		if b, _ := blind.answer(0); a != b { // the first question is that which makes what stands in
			t.Errorf("%s, where something is hidden %s", a, b)
		}
		ask(t, seen, blind, 1)
		seen.clock.Advance(48 * time.Hour)
		blind.clock.Advance(48 * time.Hour)
		ask(t, seen, blind, 0)
		apply(t, blind) // on the third day the protected one applies
		ask(t, seen, blind, 0)
	})
}
