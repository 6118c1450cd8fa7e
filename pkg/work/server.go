package work

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/rule"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/proto/contract"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	"github.com/qiao-platform/qiao/proto/rights"
)

// Errors of this package.
var (
	ErrPlace  = errs.New(errs.Invalid, "work.after", "No page of the work list ends there. Begin at its first page.")
	ErrNumber = errs.New(errs.Invalid, "work.number", "A case number is searched for by its last letters and digits, four at least.")
	ErrWho    = errs.New(errs.Invalid, "work.who", "Who has a case is you or another officer.")
)

// few is how many lines a page has where the caller does not say, most how many at most.
const few, most = 50, 200

// Server implements platformv1.WorkServer for one department.
type Server struct {
	Department string // the service's name
	DB         *sqldb.DB
	Clock      clock.Clock
	Rules      *rule.Book
	Calendar   *clock.Calendar
	Kinds      []Kind

	methods []contract.Method // of the department
}

// Methods binds the server to the contract for the officers whom the department's own
// methods name.
func Methods(s *Server, own []contract.Method) []contract.Method {
	s.methods = own
	return contract.ForOfficersOf(own, platformv1.WorkMethods(s))
}

// Try asks for each kind once, for nobody: one that a database does not take, or that
// names a method that the department has not, is found when the service starts and not
// when an officer opens his list.
func (s *Server) Try(ctx context.Context) error {
	for i := range s.Kinds {
		for _, name := range s.Kinds[i].Decides {
			if _, ok := s.method(name); !ok {
				return fmt.Errorf("work %s: no method %s", s.Kinds[i].Matter, name)
			}
		}
	}
	return s.ask(ctx)
}

// ask asks a database for each kind: the first page, a later one, and the counts. The
// database judges the questions and reads no row, however many wait.
func (s *Server) ask(ctx context.Context) error {
	d := s.days()
	return s.DB.View(ctx, func(tx *sqldb.Tx) error {
		for i := range s.Kinds {
			k := s.Kinds[i]
			k.Where = "(" + k.Where + ") AND 1 = 0"
			given := Given(s.Rules, d.today, s.Department, k.Matter)
			_, err := k.counts(tx, asker{}, d, given)
			for _, at := range []place{{}, {due: d.today.String(), id: "0", matter: "0"}} {
				for _, n := range []narrowing{{whole: true}, {counties: []string{"000000", ""}, state: "none", number: "0000", overdue: true, who: "me"}} {
					if err == nil {
						_, err = k.page(tx, n, at, 1, d, given)
					}
				}
			}
			if err != nil {
				return fmt.Errorf("work %s: %w", k.Matter, err)
			}
		}
		return nil
	})
}

// Check asks a database for what a department says that waits: whether it takes each
// question in every form.
func Check(ctx context.Context, db *sqldb.DB, department string, kinds []Kind) error {
	rules, err := rule.Load()
	if err != nil {
		return err
	}
	calendar, err := clock.LoadCalendar()
	if err != nil {
		return err
	}
	return (&Server{Department: department, DB: db, Clock: clock.System(), Rules: rules, Calendar: calendar, Kinds: kinds}).ask(ctx)
}

func (s *Server) method(name string) (contract.Method, bool) {
	i := slices.IndexFunc(s.methods, func(m contract.Method) bool { return rights.Name(m.Service, m.Name) == name })
	if i < 0 {
		return contract.Method{}, false
	}
	return s.methods[i], true
}

func (s *Server) days() *days {
	now := s.Clock.Now()
	return &days{now: now, today: clock.DateOf(now), calendar: s.Calendar, left: map[clock.Date]int{}}
}

// theirs is p with the rights alone by which it disposes of a kind; not ok where it has
// none.
func (s *Server) theirs(p auth.Principal, k *Kind) (auth.Principal, bool) {
	var open []contract.Method
	for _, name := range k.Decides {
		if m, ok := s.method(name); ok && p.Allows(m.Callers) {
			open = append(open, m)
		}
	}
	if len(open) == 0 {
		return p, false
	}
	return p.Narrowed(func(role string) bool {
		return slices.ContainsFunc(open, func(m contract.Method) bool { return rights.May(role, m.Service, m.Name) })
	})
}

// named is the purpose for which a line says its worker: identity proves it to an officer
// only while the file is written that two let out.
const named = "list_export"

// tail is the end of a case number.
var tail = regexp.MustCompile(`^[0-9a-z-]{4,36}$`)

// ListWork lists what waits for the officer, what is due first.
func (s *Server) ListWork(ctx context.Context, req *platformv1.ListWorkRequest) (*platformv1.ListWorkResponse, error) {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return nil, err
	}
	at, ok := placed(req.GetAfter())
	if !ok {
		return nil, ErrPlace.With("field", "after")
	}
	n := narrowing{state: req.GetState(), number: strings.ToLower(strings.TrimSpace(req.GetNumber())), overdue: req.GetOverdue(), who: req.GetWho(), by: asker{p.Subject, p.Department}}
	switch {
	case n.number != "" && !tail.MatchString(n.number):
		return nil, ErrNumber.With("field", "number")
	case n.who != "" && n.who != "me" && n.who != "another":
		return nil, ErrWho.With("field", "who")
	}
	limit := int(req.GetLimit())
	if limit <= 0 {
		limit = few
	}
	limit = min(limit, most)
	d := s.days()
	out := &platformv1.ListWorkResponse{}
	err = s.DB.View(ctx, func(tx *sqldb.Tx) error {
		out.Items, out.Next, out.Counts = nil, "", nil
		var all []line
		for i := range s.Kinds {
			k := &s.Kinds[i]
			wanted := req.GetMatter() == "" || req.GetMatter() == k.Matter
			theirs, may := s.theirs(p, k)
			if !may || !wanted && !req.GetCounted() {
				continue
			}
			given := Given(s.Rules, d.today, s.Department, k.Matter)
			counts, err := k.counts(tx, n.by, d, given)
			if err != nil {
				return err
			}
			if req.GetCounted() {
				out.Counts = append(out.Counts, counted(k, theirs, counts)...)
			}
			of, some := n.cut(counts, req.GetCounty(), passes(theirs))
			if !wanted || !some {
				continue
			}
			page, err := k.page(tx, of, at, limit+1, d, given)
			if err != nil {
				return err
			}
			all = append(all, page...)
		}
		all = ordered(all)
		if len(all) > limit {
			all = all[:limit]
			out.Next = all[limit-1].place().text()
		}
		for _, l := range all {
			item := l.item(d)
			if p.Purpose == named {
				item.Worker = l.whose
			}
			out.Items = append(out.Items, item)
		}
		return nil
	})
	return out, err
}

// passes is which counties an officer's rights cover; what is of none is of all.
func passes(p auth.Principal) func(string) bool {
	_, somewhere := p.Counties()
	return func(county string) bool {
		return somewhere && (county == "" || p.CoversDivision(county) == nil)
	}
}

// counted says how much of a kind waits in the counties of an officer's, and has a line
// without a county also where nothing does.
func counted(k *Kind, p auth.Principal, counts []count) []*platformv1.WorkCount {
	may := passes(p)
	all := []*platformv1.WorkCount{{Matter: k.Matter}}
	slices.SortFunc(counts, func(a, b count) int { return strings.Compare(a.county, b.county) })
	for _, c := range counts {
		switch {
		case !may(c.county):
		case c.county == "":
			all[0].Count, all[0].Overdue = c.n, c.overdue
		default:
			all = append(all, &platformv1.WorkCount{Matter: k.Matter, County: c.county, Count: c.n, Overdue: c.overdue})
		}
	}
	return all
}

// CountWork counts what waits for the officer, by matter and county. Each matter that he
// may dispose of has a line without a county, also where nothing of it waits.
func (s *Server) CountWork(ctx context.Context, _ *platformv1.CountWorkRequest) (*platformv1.CountWorkResponse, error) {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return nil, err
	}
	out := &platformv1.CountWorkResponse{}
	d := s.days()
	err = s.DB.View(ctx, func(tx *sqldb.Tx) error {
		out.Counts = nil
		for i := range s.Kinds {
			k := &s.Kinds[i]
			theirs, may := s.theirs(p, k)
			if !may {
				continue
			}
			counts, err := k.counts(tx, asker{p.Subject, p.Department}, d, Given(s.Rules, d.today, s.Department, k.Matter))
			if err != nil {
				return err
			}
			out.Counts = append(out.Counts, counted(k, theirs, counts)...)
		}
		return nil
	})
	return out, err
}

// item is a line as the contract has it. A day that is none, in a row of long ago, is no
// clock; it hides nothing else.
func (l line) item(d *days) *platformv1.WorkItem {
	w := &platformv1.WorkItem{Id: l.id, Matter: l.kind.Matter, PersonKind: l.kind.Person, County: l.county, State: l.state, Since: l.since, Within: l.within, Kind: l.what, Own: l.own}
	if due, err := clock.ParseDate(l.due); err == nil {
		w.DueOn, w.RuleId, w.WorkingDaysLeft = l.due, l.rule, int32(d.remain(due))
	}
	return w
}
