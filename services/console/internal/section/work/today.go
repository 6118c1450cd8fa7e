package work

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/qiao-platform/qiao/pkg/errs"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
	"github.com/qiao-platform/qiao/services/console/internal/frame/words"
	"github.com/qiao-platform/qiao/services/console/internal/part/desks"
	"github.com/qiao-platform/qiao/services/console/internal/part/filled"
)

// lines is how many a page shows.
const lines = 50

// filter is what a list is narrowed to, as its address says.
type filter struct {
	Service, Matter, County, State, Number, Who string
	Overdue                                     bool
	After                                       string
}

func filterOf(q url.Values) filter {
	f := filter{County: q.Get("county"), State: q.Get("state"), Number: q.Get("number"), Who: q.Get("who"), Overdue: q.Get("overdue") != "", After: q.Get("after")}
	f.Service, f.Matter, _ = strings.Cut(q.Get("matter"), ".")
	return f
}

// values are the filter as an address or a form says it, without the page.
func (f filter) values() url.Values {
	q := url.Values{}
	set := func(name, value string) {
		if value != "" {
			q.Set(name, value)
		}
	}
	set("matter", strings.TrimSuffix(f.Service+"."+f.Matter, "."))
	set("county", f.County)
	set("state", f.State)
	set("number", f.Number)
	set("who", f.Who)
	if f.Overdue {
		q.Set("overdue", "1")
	}
	return q
}

// At is the address of the list.
func (f filter) At() string {
	q := f.values()
	if f.After != "" {
		q.Set("after", f.After)
	}
	if len(q) == 0 {
		return Path
	}
	return Path + "?" + q.Encode()
}

// with is the address with one thing changed, from the first page on.
func (f filter) with(change func(*filter)) string {
	f.After = ""
	change(&f)
	return f.At()
}

// row is one line of the list. Path is the page on which it is disposed of, Open the
// address that leads there and remembers the list.
type row struct {
	*platformv1.WorkItem
	Service, Text, Path, Number, Open string
}

func (r row) due() string { return cmp.Or(r.GetDueOn(), "9999-99-99") }

// place is where the row stands in the list, as a page of it ends there.
func (r row) place() string { return r.due() + " " + r.GetId() + " " + r.GetMatter() }

// asked is what one department answered.
type asked struct {
	Service string
	Err     error
	rows    []row
	more    bool
	counts  []*platformv1.WorkCount
}

// sum is how much waits of something, and how much of it is overdue.
type sum struct {
	Name, Text, At string
	Count, Overdue int64
}

// part is one part of the sentence that says what the list shows, and the address
// without it.
type part struct{ Text, Without string }

type body struct {
	Filter    filter
	Rows      []row
	Failed    []asked
	Parts     []part
	Narrowed  url.Values // the filter, for the form of an export
	Services  []sum
	Matters   []sum
	Counties  []string
	Total     sum
	Next      string
	Live      string // address by which the list hears what is new
	Here      string // its own
	First     string // address of the first page, where this is a later one
	Query     string
	NotFound  bool
	PersonNow bool // what was searched for is a person's number
	Views     []viewLine
	ViewsErr  error
	Arranges  bool // there is a view to arrange
	Keeps     bool // what the list is narrowed to may be saved
	Form      filled.Form
}

// today shows the list.
func (s *pages) today(v *frame.Visit) error {
	return s.show(v, http.StatusOK, body{Filter: filterOf(v.R.URL.Query())})
}

func (s *pages) show(v *frame.Visit, status int, b body) error {
	if !s.hasWork(v) {
		return v.Back("/")
	}
	views := s.readViews(v.As(handling))
	all, err := s.ask(v, b.Filter, lines, true)
	saved, noViews := views()
	if err != nil {
		return err
	}
	for _, d := range all {
		if d.Err != nil {
			b.Failed = append(b.Failed, d)
		}
		if d.more {
			b.Next = "more"
		}
	}
	b.Rows = inOrder(all)
	if len(b.Rows) > lines {
		b.Rows, b.Next = b.Rows[:lines], "more"
	}
	if b.Next != "" && len(b.Rows) > 0 {
		next := b.Filter
		next.After = b.Rows[len(b.Rows)-1].place()
		b.Next = next.At()
	}
	for i := range b.Rows {
		b.Rows[i].Open = b.Filter.opens(b.Rows[i])
	}
	if b.Filter.After != "" {
		b.First = b.Filter.with(func(*filter) {})
	}
	b.Live, b.Here = b.Filter.live(countedOf(b.Filter, all)), b.Filter.with(func(*filter) {})
	b.sums(v, all)
	b.Parts, b.Narrowed = b.Filter.parts(v.P), b.Filter.values()
	b.saves(v.P, all, saved, noViews)
	return v.Render(status, "today", frame.Page{Title: "work.title", Nav: "today", Body: b})
}

// hasWork reports whether something may wait for who signed in.
func (s *pages) hasWork(v *frame.Visit) bool {
	return slices.ContainsFunc(s.departments, func(d desks.Desk) bool { return v.WorksIn(d.Officers) })
}

// ask asks each department of the officer's at once, one question each: for its first
// limit lines and, where they are wanted, its counts, which a department of which the list
// is not is asked for alone. nil is an officer of none.
func (s *pages) ask(v *frame.Visit, f filter, limit int32, counted bool) ([]asked, error) {
	type question struct {
		service string
		ctx     context.Context
	}
	var all []question
	for _, d := range s.departments {
		if v.WorksIn(d.Officers) && (counted || f.Service == "" || f.Service == d.Service) {
			all = append(all, question{d.Service, v.AsOf(d.Officers, handling)})
		}
	}
	got := make([]asked, len(all))
	var wg sync.WaitGroup
	for i, q := range all {
		wg.Go(func() {
			client := platformv1.WorkClient{Caller: s.caller, Target: q.service}
			got[i] = asked{Service: q.service}
			if f.Service != "" && f.Service != q.service {
				reply, err := client.CountWork(q.ctx, &platformv1.CountWorkRequest{})
				got[i].counts, got[i].Err = reply.GetCounts(), err
				return
			}
			ask := f.request(f.After, limit)
			ask.Counted = counted
			reply, err := client.ListWork(q.ctx, ask)
			got[i].Err, got[i].counts, got[i].more, got[i].rows = err, reply.GetCounts(), reply.GetNext() != "", rowsOf(q.service, reply)
		})
	}
	wg.Wait()
	if len(got) == 0 {
		return nil, nil
	}
	got = together(got)
	for _, d := range got { // what is wrong with the address is wrong for all
		if errs.KindOf(d.Err) == errs.Invalid {
			return nil, d.Err
		}
	}
	return got, nil
}

// together makes one answer of what a service answered officers of several departments.
func together(all []asked) (one []asked) {
	for _, a := range all {
		last := len(one) - 1
		if last < 0 || one[last].Service != a.Service {
			one = append(one, a)
			continue
		}
		of := &one[last]
		if of.Err == nil {
			of.Err = a.Err
		}
		of.more = of.more || a.more
		of.rows, of.counts = append(of.rows, a.rows...), append(of.counts, a.counts...)
	}
	return one
}

// request asks a department for a page of the list that begins behind a place.
func (f filter) request(after string, limit int32) *platformv1.ListWorkRequest {
	return &platformv1.ListWorkRequest{Matter: f.Matter, County: f.County, State: f.State, Number: f.Number, Overdue: f.Overdue, Who: f.Who, After: after, Limit: limit}
}

// rowsOf are the lines that a department answered.
func rowsOf(service string, reply *platformv1.ListWorkResponse) (all []row) {
	for _, w := range reply.GetItems() {
		all = append(all, row{WorkItem: w, Service: service, Text: textOf(service, w.GetMatter()), Path: pathOf(service, w), Number: numberOf(w.GetId())})
	}
	return all
}

// inOrder are the lines of all departments in their order.
func inOrder(all []asked) (rows []row) {
	for _, d := range all {
		rows = append(rows, d.rows...)
	}
	slices.SortFunc(rows, func(a, b row) int {
		return slices.Compare([]string{a.due(), a.GetId(), a.GetMatter()}, []string{b.due(), b.GetId(), b.GetMatter()})
	})
	return rows
}

// pathOf is the page on which one thing is disposed of; "" where the pages know none.
func pathOf(service string, w *platformv1.WorkItem) string {
	at := patternOf(service, w.GetMatter())
	for name, value := range map[string]string{"{id}": w.GetId(), "{within}": w.GetWithin(), "{county}": w.GetCounty(), "{kind}": w.GetKind(), "{service}": service} {
		at = strings.ReplaceAll(at, name, url.PathEscape(value))
	}
	return at
}

// numberOf is a case number: the end of an id, which says nothing about anybody.
func numberOf(id string) string {
	const length = 12
	return strings.ToUpper(id[max(0, len(id)-length):])
}

// sums is how much waits, by department and by matter.
func (b *body) sums(v *frame.Visit, all []asked) {
	counties := map[string]bool{}
	for _, d := range all {
		of := sum{Name: d.Service, At: b.Filter.with(func(f *filter) { f.Service, f.Matter = d.Service, "" })}
		matters := map[string]*sum{}
		for _, c := range d.counts {
			m := matters[c.GetMatter()]
			if m == nil {
				m = &sum{Name: d.Service + "." + c.GetMatter(), Text: textOf(d.Service, c.GetMatter())}
				matters[c.GetMatter()] = m
			}
			if c.GetCounty() != "" && c.GetCount() > 0 {
				counties[c.GetCounty()] = true
			}
			if b.Filter.County != "" && b.Filter.County != c.GetCounty() {
				continue
			}
			for _, to := range []*sum{m, &of, &b.Total} {
				to.Count += c.GetCount()
				to.Overdue += c.GetOverdue()
			}
		}
		if d.Err == nil {
			b.Services = append(b.Services, of)
		}
		first := len(b.Matters)
		for _, m := range matters {
			b.Matters = append(b.Matters, *m)
		}
		slices.SortFunc(b.Matters[first:], func(a, b sum) int { return strings.Compare(v.P.T(a.Text), v.P.T(b.Text)) })
	}
	if b.Filter.County != "" {
		counties[b.Filter.County] = true
	}
	for _, code := range v.P.CountyCodes() {
		if counties[code] {
			b.Counties = append(b.Counties, code)
		}
	}
}

// parts say what the list shows.
func (f filter) parts(p *words.Printer) (all []part) {
	add := func(text string, without func(*filter)) { all = append(all, part{text, f.with(without)}) }
	if f.Service != "" {
		text := p.Service(f.Service)
		if id := textOf(f.Service, f.Matter); f.Matter != "" && p.Has(id) {
			text += p.T("work.colon") + p.T(id)
		}
		add(text, func(f *filter) { f.Service, f.Matter = "", "" })
	}
	if f.County != "" {
		add(p.T("work.of", "county", p.County(f.County)), func(f *filter) { f.County = "" })
	}
	if f.Overdue {
		add(p.T("work.overdue"), func(f *filter) { f.Overdue = false })
	}
	if f.Who == "me" || f.Who == "another" {
		add(p.T("work.who."+f.Who), func(f *filter) { f.Who = "" })
	}
	if f.State != "" {
		add(cmp.Or(known(p, "work.state.", f.State), p.Code(f.State)), func(f *filter) { f.State = "" })
	}
	if f.Number != "" {
		add(p.T("work.number.ends", "number", strings.ToUpper(f.Number)), func(f *filter) { f.Number = "" })
	}
	return all
}

var (
	// persons are numbers of documents and telephones, which are no case's.
	persons = regexp.MustCompile(`^(\+?86)?\s?-?(1\d{2}[\s-]?\d{4}[\s-]?\d{4}|\d{15}|\d{17}[\dXx])$`)
	// tail is the end of a case number.
	tail = regexp.MustCompile(`^[0-9A-Fa-f-]{4,36}$`)
)

// find goes to what was searched for: the case with a number, a matter, a state. It is a
// form that is posted, since people type a person's number too, and no address is to
// hold one.
func (s *pages) find(v *frame.Visit) error {
	f, q := filter{}, strings.Join(strings.Fields(v.Form("q")), " ")
	number := strings.ReplaceAll(q, " ", "")
	switch {
	case q == "":
		return v.Back(Path)
	case persons.MatchString(number):
		return s.show(v, http.StatusOK, body{PersonNow: true})
	case tail.MatchString(number):
		f.Number = strings.ToLower(number)
		return v.Back(f.At())
	}
	has := func(id string) bool {
		return v.P.Has(id) && strings.Contains(strings.ToLower(v.P.T(id)), strings.ToLower(q))
	}
	for _, d := range s.departments {
		if !v.WorksIn(d.Officers) {
			continue
		}
		if strings.EqualFold(v.P.Service(d.Service), q) {
			f.Service = d.Service
			return v.Back(f.At())
		}
		for _, matter := range slices.Sorted(mattersOf(d.Service)) {
			if has(textOf(d.Service, matter)) {
				f.Service, f.Matter = d.Service, matter
				return v.Back(f.At())
			}
		}
	}
	for _, state := range states() {
		if has("work.state." + state) {
			f.State = state
			return v.Back(f.At())
		}
	}
	return s.show(v, http.StatusOK, body{Query: q, NotFound: true})
}
