// Package outcome is what came of a department's cases, counted from its own history: the
// events that it wrote when a case began and when it was settled. A department says which
// events those are; nothing else is stored for it, and what is counted names nobody.
package outcome

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/rule"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/work"
)

// What is counted.
const (
	Cases   = "cases"   // settled
	Appeals = "appeals" // decided
	Papers  = "papers"  // of which a case held the fact from another department's record
)

// Few is the rule that says of how many persons a figure tells at least.
const Few = "ST-FEW"

// Matter is a kind of case: which of the department's events begin and settle one.
type Matter struct {
	Name string // its code, as in work.Kind where it is listed there
	// Case is the field of the events by which those of one case are known.
	Case string
	// Begins and Ends are types without the service and the version, as
	// "application.submitted".
	Begins, Ends string
	// Drops are types with which a case is over and was not settled.
	Drops []string
	// Due is the field of Begins with the last day of the clock that Rule names; without
	// it the clock is what work.Target gives the matter, if it does.
	Due, Rule string
	// Upheld is, of an appeal, what the field outcome of Ends says where it was upheld.
	Upheld string
}

// once is how many events one call reads at most, so that the first who asks of a long
// history is answered in time.
const once = 20_000

// Server implements platformv1.OutcomesServer for one department.
type Server struct {
	Department string // the service's name
	DB         *sqldb.DB
	Clock      clock.Clock
	Rules      *rule.Book
	Calendar   *clock.Calendar
	Matters    []Matter

	parts map[string][]part // by the type of an event
	types []string

	mu    sync.Mutex
	mark  int64 // the last event that was read
	open  map[string]*opened
	kept  map[string]bool // case and kind of the facts that were counted
	cells map[cell]*figure
}

// part is what an event's type is for a matter.
type part struct {
	matter                *Matter // nil: the event tells of evidence
	message               protoreflect.MessageType
	begins, settles, ends bool
}

// opened is a case that was not settled yet.
type opened struct {
	began   clock.Date
	due     clock.Date // zero: no clock runs
	visited bool
}

// cell is what figures are kept by.
type cell struct{ measure, matter, county, month string }

// figure is what came of the cases of a cell.
type figure struct {
	n, late, unvisited, upheld int64
	days                       map[int]int64
	persons                    map[string]bool
}

func newFigure() *figure { return &figure{days: map[int]int64{}, persons: map[string]bool{}} }

// Start finds the events of the matters in the contract: one that the department does not
// have stops it when it starts.
func (s *Server) Start() error {
	s.open, s.kept, s.cells, s.parts = map[string]*opened{}, map[string]bool{}, map[cell]*figure{}, map[string][]part{}
	known := map[string]protoreflect.MessageType{}
	protoregistry.GlobalTypes.RangeMessages(func(t protoreflect.MessageType) bool {
		if r, err := event.RuleOf(s.Department, t.Descriptor()); err == nil && strings.HasPrefix(r.Type, s.Department+".") {
			known[r.Type] = t
		}
		return true
	})
	typed := func(name string) string { return s.Department + "." + name + ".v1" }
	for i := range s.Matters {
		m := &s.Matters[i]
		for _, name := range append([]string{m.Begins, m.Ends}, m.Drops...) {
			if t := known[typed(name)]; t == nil || t.Descriptor().Fields().ByName(protoreflect.Name(m.Case)) == nil {
				return fmt.Errorf("outcome %s: no event %s with %s", m.Name, name, m.Case)
			}
		}
		for kind, t := range known {
			if t.Descriptor().Fields().ByName(protoreflect.Name(m.Case)) != nil {
				s.parts[kind] = append(s.parts[kind], part{m, t, kind == typed(m.Begins), kind == typed(m.Ends), slices.ContainsFunc(m.Drops, func(name string) bool { return kind == typed(name) })})
			}
		}
	}
	if t := known[typed("evidence.changed")]; t != nil {
		s.parts[typed("evidence.changed")] = append(s.parts[typed("evidence.changed")], part{message: t})
	}
	for kind := range s.parts {
		s.types = append(s.types, kind)
	}
	slices.Sort(s.types)
	return nil
}

// settled is how long an event is left unread: a transaction that began before another
// may be committed after it, and its events have the lower numbers.
const settled = int64(60_000_000) // microseconds

// read counts what was appended since it was read last, and reports whether there is more.
func (s *Server) read(ctx context.Context) (more bool, err error) {
	if len(s.types) == 0 {
		return false, nil
	}
	marks := make([]string, len(s.types))
	args := []any{s.mark, int64(0)}
	for i, kind := range s.types {
		marks[i] = fmt.Sprintf("$%d", i+3)
		args = append(args, kind)
	}
	type row struct {
		ord  int64
		body []byte
	}
	var all []row
	var top int64
	err = s.DB.View(ctx, func(tx *sqldb.Tx) error {
		if err := tx.QueryRow(`SELECT COALESCE((SELECT MIN(ord) FROM event WHERE ord > $1 AND created_at > $2), (SELECT COALESCE(MAX(ord), 0) + 1 FROM event))`,
			s.mark, s.Clock.Now().UnixMicro()-settled).Scan(&top); err != nil {
			return err
		}
		args[1] = top
		all, err = sqldb.Collect(tx, func(r sqldb.Scanner) (one row, err error) { return one, r.Scan(&one.ord, &one.body) },
			fmt.Sprintf(`SELECT ord, body FROM event WHERE ord > $1 AND ord < $2 AND type IN (%s) ORDER BY ord LIMIT %d`, strings.Join(marks, ", "), once), args...)
		return err
	})
	if err != nil {
		return false, err
	}
	for _, r := range all {
		if e, err := event.Parse(r.body); err == nil { // what cannot be read tells nothing here; verify finds it
			s.count(e)
		}
		s.mark = r.ord
	}
	if len(all) == once {
		return true, nil
	}
	s.mark = max(s.mark, top-1)
	return false, nil
}

// count takes one event into the figures.
func (s *Server) count(e event.Event) {
	for _, p := range s.parts[e.Type] {
		m := p.message.New()
		if proto.Unmarshal(e.Data, m.Interface()) != nil {
			continue
		}
		if p.matter == nil {
			s.paper(e, m)
			continue
		}
		s.step(e, m, p)
	}
}

// step takes an event of a case.
func (s *Server) step(e event.Event, m protoreflect.Message, p part) {
	key, day := p.matter.Name+" "+field(m, p.matter.Case), clock.DateOf(e.OccurredAt)
	if p.begins {
		s.open[key] = &opened{began: day, due: s.due(m, p.matter, day)}
	}
	o := s.open[key]
	if o == nil {
		return // it was settled before, or begins elsewhere
	}
	o.visited = o.visited || e.Via == auth.ViaCounter || e.Via == auth.ViaImport // a sheet holds what was handed in on paper
	switch {
	case p.ends:
		delete(s.open, key)
	case p.settles:
		delete(s.open, key)
		measure := Cases
		if p.matter.Upheld != "" {
			measure = Appeals
		}
		f := s.figure(measure, p.matter.Name, e, day)
		f.n++
		f.days[day.Sub(o.began)]++
		if !o.due.IsZero() && day.After(o.due) {
			f.late++
		}
		if !o.visited {
			f.unvisited++
		}
		if p.matter.Upheld != "" && field(m, "outcome") == p.matter.Upheld {
			f.upheld++
		}
	}
}

// paper takes a fact that came to a case. One that an officer entered was on paper; what
// came by itself, under the person's grant, is a paper that nobody had to bring.
func (s *Server) paper(e event.Event, m protoreflect.Message) {
	key := e.Aggregate + " " + field(m, "kind")
	if field(m, "what") != "recorded" || e.Actor != "" || s.kept[key] {
		return
	}
	s.kept[key] = true
	s.figure(Papers, field(m, "kind"), e, clock.DateOf(e.OccurredAt)).n++
}

func (s *Server) due(m protoreflect.Message, of *Matter, began clock.Date) clock.Date {
	if of.Due != "" {
		due, _ := clock.ParseDate(field(m, of.Due)) // the contract holds it to be a day
		return due
	}
	given := work.Given(s.Rules, began, s.Department, of.Name)
	if given == 0 {
		return clock.Date{}
	}
	due, err := s.Calendar.AddWorkingDays(began, given)
	if err != nil {
		return clock.Date{} // of a year whose holidays are not known nothing is called late
	}
	return due
}

// figure is the figure of an event's county and month, with its person in it.
func (s *Server) figure(measure, matter string, e event.Event, day clock.Date) *figure {
	county := e.Division
	if county == event.NoDivision {
		county = ""
	}
	c := cell{measure, matter, county, day.String()[:7]}
	f := s.cells[c]
	if f == nil {
		f = newFigure()
		s.cells[c] = f
	}
	f.persons[e.Key()] = true
	return f
}

// field is a text of a message; "" where it has no such field.
func field(m protoreflect.Message, name string) string {
	f := m.Descriptor().Fields().ByName(protoreflect.Name(name))
	if f == nil || f.Kind() != protoreflect.StringKind {
		return ""
	}
	return m.Get(f).String()
}
