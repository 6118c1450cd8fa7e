package storetest

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/rule"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/education/internal/app"
	"github.com/qiao-platform/qiao/services/education/internal/domain"
	"github.com/qiao-platform/qiao/services/education/internal/store"
)

// families keeps who knows of an application, by which references a child is known
// and about what an officer decides; and no history of guardians loses a place.
func families(t *testing.T, fresh opener) {
	t.Run("references of a child", func(t *testing.T) {
		db, s := fresh(t)
		a := submitted("a-1")
		a.ChildID = "child-1"
		save(t, db, s, a, domain.Offer{})
		known := func(id string) (yes bool) {
			view(t, db, func(tx *sqldb.Tx) (err error) {
				yes, err = s.In(tx).KnownAs(id)
				return err
			})
			return yes
		}
		keep := func(ids ...string) {
			update(t, db, func(tx *sqldb.Tx) error { return s.In(tx).SaveReferences(ids) })
		}
		if !known("child-1") || known("child-2") {
			t.Error("before it has another reference")
		}
		keep("child-3", "child-1", "child-2")
		if !known("child-2") || !known("child-3") {
			t.Error("by another reference")
		}
		keep("child-1")
		if !known("child-1") || known("child-2") {
			t.Error("after it lost them")
		}
	})
	t.Run("a disagreement", func(t *testing.T) {
		db, s := fresh(t)
		d := domain.Disagreement{
			ID: "d-1", Kind: domain.MatterDisagree, ApplicationID: "a-1", ChildID: "child-1", County: "654301", Stage: domain.Primary, Worker: "father", Why: "other",
			State: domain.MatterOpen, DueOn: clock.NewDate(2026, 11, 17), FiledAt: now.Truncate(time.Microsecond),
		}
		update(t, db, func(tx *sqldb.Tx) error { return s.In(tx).SaveDisagreement(ctx, d) })
		d.Version = 1
		view(t, db, func(tx *sqldb.Tx) error {
			got, err := s.In(tx).PeekDisagreement("d-1")
			if err != nil || !reflect.DeepEqual(got, d) {
				t.Errorf("got %+v, %v; want %+v", got, err, d)
			}
			for county, want := range map[string]int{"": 1, "654301": 1, "654321": 0} {
				if all, err := s.In(tx).OpenDisagreements(county); err != nil || len(all) != want {
					t.Errorf("%q: %v, %v", county, all, err)
				}
			}
			return nil
		})
		again := d
		again.ID, again.Version = "d-2", 0
		if err := db.Update(ctx, func(tx *sqldb.Tx) error { return s.In(tx).SaveDisagreement(ctx, again) }); !errors.Is(err, domain.ErrDisagreementTwice) {
			t.Errorf("twice: %v", err)
		}
		update(t, db, func(tx *sqldb.Tx) error { return s.In(tx).SaveDisagreement(ctx, d.Void(now)) })
		update(t, db, func(tx *sqldb.Tx) error { return s.In(tx).SaveDisagreement(ctx, again) })
	})
	t.Run("any history", func(t *testing.T) {
		db, s := fresh(t)
		rapid.Check(t, func(r *rapid.T) { history(t, r, db, s) })
	})
}

// saga is a child in one history: what the registry would say of it, and what must
// hold here whatever happens.
type saga struct {
	t      *testing.T
	r      *rapid.T
	db     *sqldb.DB
	s      *store.Store
	cases  *app.App
	clock  *clock.Manual
	school string
	ids    []string // references; the second is another child's until the two are one
	joined bool
	all    []domain.Keeper // the registry's, of both references
	of     []int           // under which reference each was entered
	places map[string]time.Time
	gone   map[string]bool // withdrawn by a decision
	offers map[string]string
	ctx    context.Context
}

func history(t *testing.T, r *rapid.T, db *sqldb.DB, s *store.Store) {
	rules, e1 := rule.Load()
	calendar, e2 := clock.LoadCalendar()
	tables, e3 := ident.LoadTables()
	if err := errors.Join(e1, e2, e3); err != nil {
		t.Fatal(err)
	}
	c := clock.NewManual(now)
	h := &saga{
		t: t, r: r, db: db, s: s, cases: &app.App{Clock: c, Rules: rules, Calendar: calendar, Tables: tables, NewID: ident.NewID}, clock: c,
		school: ident.NewID(), ids: []string{ident.NewID(), ident.NewID()}, places: map[string]time.Time{}, gone: map[string]bool{}, offers: map[string]string{},
	}
	v := school(h.school, 50)
	v.Name = h.school
	add(t, db, s, v)
	for i, w := range []string{"mother", "father", "grandmother"} {
		h.all = append(h.all, domain.Keeper{Worker: w + h.ids[0], Acts: i < 2, Decides: i < 2})
		h.of = append(h.of, i%2)
	}
	steps := map[string]func(){
		"apply": h.apply, "end": h.end, "begin": h.begin, "hide": h.hide, "join": h.join, "offer": h.offer, "answer": h.answer, "disagree": h.disagree, "decide": h.decide, "follow": h.follow,
	}
	names := make([]string, 0, len(steps))
	for n := range steps {
		names = append(names, n)
	}
	names = append(names, "apply", "apply", "follow", "follow", "join") // what the others need
	slices.Sort(names)
	for range rapid.IntRange(4, 16).Draw(r, "length") {
		h.clock.Advance(time.Hour)
		steps[rapid.SampledFrom(names).Draw(r, "step")]()
		h.placesHold()
	}
	h.follow()
	h.settled()
}

func (h *saga) pick(n int, what string) int { return rapid.IntRange(0, n-1).Draw(h.r, what) }

// family is what the registry says of the child under a reference.
func (h *saga) family(ref int) domain.Family {
	if h.joined {
		return domain.Family{IDs: h.ids, Keepers: h.all}
	}
	f := domain.Family{IDs: h.ids[ref : ref+1]}
	for i, k := range h.all {
		if h.of[i] == ref {
			f.Keepers = append(f.Keepers, k)
		}
	}
	return f
}

// FamilyOf is the registry; it implements app.Children.
func (h *saga) FamilyOf(_ context.Context, childID, _, _ string) (domain.Family, error) {
	return h.family(slices.Index(h.ids, childID)), nil
}

// Doubles finds nobody twice.
func (h *saga) Doubles(context.Context, []string, string) ([]app.Likely, error) { return nil, nil }

// within are the use cases that ask the registry, in one transaction.
func (h *saga) within(in app.Store) *app.App {
	cases := *h.cases
	cases.Data, cases.Children = within{in}, h
	return &cases
}

func (h *saga) in(worker string, f func(s app.Store) error, bearable ...*errs.Error) error {
	h.t.Helper()
	p := auth.Principal{Kind: auth.Worker, Subject: worker}
	if worker == "" {
		p = auth.Principal{Kind: auth.Officer, Subject: "officer-1", Department: "edu", Division: auth.Everywhere}
	}
	h.ctx = auth.NewContext(ctx, p)
	err := h.db.Update(h.ctx, func(tx *sqldb.Tx) error { return f(h.s.In(tx)) })
	if err != nil && !slices.ContainsFunc(bearable, func(b *errs.Error) bool { return errors.Is(err, b) }) {
		h.r.Fatalf("%v", err)
	}
	return err
}

func (h *saga) apply() {
	i, id := h.pick(len(h.all), "worker"), ""
	worker, ref := h.all[i].Worker, h.of[i]
	if h.joined {
		ref = h.pick(2, "reference")
	}
	err := h.in(worker, func(s app.Store) error {
		done, err := h.within(s).Apply(h.ctx, onceIn[app.Applied](s), app.Form{Worker: worker, ChildID: h.ids[ref], Stage: "primary", County: "654301"})
		id = done.ApplicationID
		return err
	}, domain.ErrChildUnknown, domain.ErrApplicationOther, domain.ErrApplicationTwice)
	if err == nil {
		h.places[id] = h.clock.Now()
	}
}

func (h *saga) end() {
	k := &h.all[h.pick(len(h.all), "worker")]
	if k.Acts {
		k.Acts, k.Decides, k.Ended = false, false, rapid.SampledFrom([]string{"died", "custody_lost", "power_ended"}).Draw(h.r, "why")
	}
}

func (h *saga) begin() {
	k := &h.all[h.pick(len(h.all), "worker")]
	k.Acts, k.Decides, k.Ended = true, true, ""
}

func (h *saga) hide() {
	if k := &h.all[h.pick(len(h.all), "worker")]; k.Acts {
		k.Decides = !k.Decides
	}
}

func (h *saga) join() { h.joined = !h.joined }

// live are the child's applications that are not withdrawn, with the reference.
func (h *saga) live() (all []domain.Application) {
	h.t.Helper()
	view(h.t, h.db, func(tx *sqldb.Tx) error {
		all = nil
		for id := range h.places {
			a, err := h.s.In(tx).PeekApplication(id)
			if err != nil {
				return err
			}
			if a.State != domain.Withdrawn {
				all = append(all, a)
			}
		}
		return nil
	})
	slices.SortFunc(all, func(a, b domain.Application) int { return a.SubmittedAt.Compare(b.SubmittedAt) })
	return all
}

func (h *saga) ref(a domain.Application) int { return slices.Index(h.ids, a.ChildID) }

func (h *saga) offer() {
	for _, a := range h.live() {
		if a.State != domain.Submitted {
			continue
		}
		_ = h.in("", func(s app.Store) error { _, err := h.cases.OfferPlace(h.ctx, s, a.ID, h.school); return err })
		h.offers[a.ID] = "open"
		return
	}
}

// answer has somebody accept or decline what is offered: the keeper, or another one,
// who is told that there is no such offer.
func (h *saga) answer() {
	for _, a := range h.live() {
		if a.State != domain.Offered {
			continue
		}
		worker, accept := h.all[h.pick(len(h.all), "worker")].Worker, h.pick(2, "accept") == 0
		err := h.in(worker, func(s app.Store) error {
			if accept {
				return h.cases.AcceptPlace(h.ctx, s, a.OfferID)
			}
			return h.cases.DeclinePlace(h.ctx, s, a.OfferID)
		}, domain.ErrOfferUnknown)
		nobody := slices.ContainsFunc(h.matters(domain.MatterNobody), func(d domain.Disagreement) bool { return d.ApplicationID == a.ID })
		if (err == nil) != (worker == a.Worker && !nobody) {
			h.r.Fatalf("%s answers an offer of %s: %v", worker, a.Worker, err)
		}
		if err == nil {
			h.offers[a.ID] = map[bool]string{true: "accepted", false: ""}[accept]
		}
		return
	}
}

func (h *saga) disagree() {
	worker, ref := h.all[h.pick(len(h.all), "worker")].Worker, h.pick(2, "reference")
	_ = h.in(worker, func(s app.Store) error {
		_, err := h.cases.FileDisagreement(h.ctx, s, worker, h.ids[ref], "primary", "other")
		return err
	}, domain.ErrDisagreementNone, domain.ErrDisagreementTwice)
}

// matters are those that wait about the child's applications.
func (h *saga) matters(kind string) (all []domain.Disagreement) {
	h.t.Helper()
	view(h.t, h.db, func(tx *sqldb.Tx) error {
		all = nil
		for id := range h.places {
			some, err := h.s.In(tx).Disagreements(id)
			if err != nil {
				return err
			}
			all = append(all, slices.DeleteFunc(some, func(d domain.Disagreement) bool { return kind != "" && d.Kind != kind })...)
		}
		return nil
	})
	return all
}

func (h *saga) decide() {
	h.clock.Advance(30 * 24 * time.Hour)
	for _, d := range h.matters("") {
		if d.Kind == domain.MatterNobody {
			continue
		}
		outcome := rapid.SampledFrom([]string{domain.OutcomeKeep, domain.OutcomeMove}).Draw(h.r, "outcome")
		err := h.in("", func(s app.Store) error {
			return h.within(s).DecideDisagreement(h.ctx, onceIn[struct{}](s), d.ID, outcome, "other")
		}, domain.ErrApplicationState, domain.ErrDisagreement)
		if err == nil && d.OtherID != "" {
			h.gone[d.OtherID], h.offers[d.OtherID] = true, ""
		}
		return
	}
}

// follow is the task that each of the registry's events leaves, however late.
func (h *saga) follow() {
	for ref := range h.ids {
		_ = h.in("", func(s app.Store) error { return h.within(s).Follow(h.ctx, h.ids[ref]) })
	}
}

// placesHold: whatever happens, no application loses its place, is withdrawn without a
// decision, or loses what was offered and not declined; a child has one.
func (h *saga) placesHold() {
	h.t.Helper()
	live := h.live()
	of := map[string]int{}
	for _, a := range live {
		if of[a.ChildID]++; of[a.ChildID] > 1 {
			h.r.Fatalf("two applications of one child: %+v", live)
		}
	}
	view(h.t, h.db, func(tx *sqldb.Tx) error {
		for id, at := range h.places {
			a, err := h.s.In(tx).PeekApplication(id)
			if err != nil {
				return err
			}
			want := map[string]domain.ApplicationState{"open": domain.Offered, "accepted": domain.Accepted, "": domain.Submitted}[h.offers[id]]
			if h.gone[id] {
				want = domain.Withdrawn
			}
			if !a.SubmittedAt.Equal(at) || a.State != want {
				h.r.Fatalf("%+v; submitted %s, want %s", a, at, want)
			}
			if h.offers[id] == "" {
				continue
			}
			o, err := h.s.In(tx).PeekOffer(a.OfferID)
			if err != nil || o.Worker != a.Worker || !o.TakesPlace() {
				h.r.Fatalf("%+v, %v, of %+v", o, err, a)
			}
		}
		return nil
	})
}

// settled: once the last news was followed, each application is kept by one who may,
// or an officer sees that nobody may; the other guardians know of it, and nobody else.
func (h *saga) settled() {
	h.t.Helper()
	live := h.live()
	if h.joined && len(live) > 1 != (len(h.matters(domain.MatterTwice)) > 0) || !h.joined && len(h.matters(domain.MatterTwice)) > 0 {
		h.r.Fatalf("%d applications, joined %v, and %v waits", len(live), h.joined, h.matters(domain.MatterTwice))
	}
	nobody := map[string]bool{}
	for _, d := range h.matters(domain.MatterNobody) {
		nobody[d.ApplicationID] = true
	}
	for _, a := range live {
		f := h.family(h.ref(a))
		deciders := slices.ContainsFunc(f.Keepers, func(k domain.Keeper) bool { return k.Decides })
		keeps := slices.ContainsFunc(f.Keepers, func(k domain.Keeper) bool { return k.Decides && k.Worker == a.Worker })
		if deciders != keeps || deciders == nobody[a.ID] {
			h.r.Fatalf("%+v of %+v; nobody: %v", a, f, nobody[a.ID])
		}
		if !deciders {
			continue
		}
		var want, got []string
		for _, k := range f.Keepers {
			if k.Acts && k.Worker != a.Worker {
				want = append(want, k.Worker)
			}
		}
		view(h.t, h.db, func(tx *sqldb.Tx) (err error) { got, err = h.s.In(tx).Others(a.ID); return err })
		if slices.Sort(want); !slices.Equal(want, got) {
			h.r.Fatalf("%v know of %+v, not %v", got, a, want)
		}
	}
}
