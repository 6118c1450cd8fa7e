package work

import (
	"context"
	"net/http"
	"slices"

	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
	"github.com/qiao-platform/qiao/services/console/internal/frame/words"
	"github.com/qiao-platform/qiao/services/console/internal/part/filled"
)

const viewsPath = Path + "/views"

// viewFields says at which field of a view's form an error stands.
var viewFields = map[string]string{"identity.view_name": "name", "identity.view_number": "name", "identity.view_twice": "name", "view_name": "name"}

// viewLine is a view as a page shows it.
type viewLine struct {
	ID, Name, At string
	Says         []string // what it is narrowed to
	Here, Last   bool     // the list shows it now; it is the last of them
	Gone         bool     // it names a matter that the officer may not see any more
	Counted      bool     // Count is known
	Count        int64
}

func viewOf(p *words.Printer, v *identityv1.SavedView) viewLine {
	f := listed(v.GetList())
	line := viewLine{ID: v.GetViewId(), Name: v.GetViewName(), At: f.At()}
	for _, one := range f.parts(p) {
		line.Says = append(line.Says, one.Text)
	}
	return line
}

// counted says how many things of a view wait, where what departments answered says it,
// and whether it names what none of them has for this officer.
func (l viewLine) counted(f filter, all []asked) viewLine {
	l.Counted = f.State == "" && f.Who == ""
	l.Gone = f.Service != ""
	for _, d := range all {
		if f.Service != "" && f.Service != d.Service {
			continue
		}
		if d.Err != nil {
			l.Counted, l.Gone = false, false
			continue
		}
		l.Gone = l.Gone && f.Matter != ""
		for _, c := range d.counts {
			if f.Matter != "" && f.Matter != c.GetMatter() {
				continue
			}
			l.Gone = false
			if f.County != "" && f.County != c.GetCounty() {
				continue
			}
			if f.Overdue {
				l.Count += c.GetOverdue()
			} else {
				l.Count += c.GetCount()
			}
		}
	}
	return l
}

// readViews asks for the officer's views, beside what departments are asked for. The
// answer is waited for by calling what it returns.
func (s *pages) readViews(ctx context.Context) func() (*identityv1.ListViewsResponse, error) {
	type answer struct {
		reply *identityv1.ListViewsResponse
		err   error
	}
	got := make(chan answer, 1)
	go func() {
		reply, err := s.views.ListViews(ctx, &identityv1.ListViewsRequest{})
		got <- answer{reply, err}
	}()
	return func() (*identityv1.ListViewsResponse, error) { a := <-got; return a.reply, a.err }
}

// saves puts the officer's views above the list. Without identity's answer the list shows
// all the same.
func (b *body) saves(p *words.Printer, all []asked, reply *identityv1.ListViewsResponse, err error) {
	b.ViewsErr, b.Arranges = err, err == nil && (len(reply.GetViews()) > 0 || reply.GetDropped() != nil)
	now := b.Filter.with(func(*filter) {}) // whichever page of it the list is at
	for _, one := range reply.GetViews() {
		line := viewOf(p, one).counted(listed(one.GetList()), all)
		line.Here = line.At == now
		b.Views = append(b.Views, line)
	}
	named := slices.ContainsFunc(b.Views, func(l viewLine) bool { return l.Here })
	b.Keeps = err == nil && !named && len(b.Parts) > 0 && b.Filter.Number == ""
}

// saveView keeps the filters that the list shows under a name.
func (s *pages) saveView(v *frame.Visit) error {
	f := filterOf(v.R.PostForm)
	_, err := s.views.SaveView(v.As(handling), &identityv1.SaveViewRequest{ViewName: v.Form("name"), List: f.exported()})
	if err != nil && filled.InPlace(err) {
		return s.show(v, http.StatusUnprocessableEntity, body{Filter: f, Form: filled.Of("view", v.R.PostForm, err, viewFields)})
	}
	return v.Done(err, f.At())
}

// viewsBody is the page on which an officer arranges his views.
type viewsBody struct {
	Views   []viewLine
	Dropped *viewLine
	Form    filled.Form // of the view whose id it is at
}

func (s *pages) arrange(v *frame.Visit) error {
	return s.showViews(v, http.StatusOK, filled.Form{})
}

func (s *pages) showViews(v *frame.Visit, status int, form filled.Form) error {
	reply, err := s.views.ListViews(v.As(handling), &identityv1.ListViewsRequest{})
	if err != nil {
		return err
	}
	b := viewsBody{Form: form}
	for _, one := range reply.GetViews() {
		b.Views = append(b.Views, viewOf(v.P, one))
	}
	if n := len(b.Views); n > 0 {
		b.Views[n-1].Last = true
	}
	if reply.GetDropped() != nil {
		line := viewOf(v.P, reply.GetDropped())
		b.Dropped = &line
	}
	return v.Render(status, "views", frame.Page{Title: "work.views", Nav: "today", Body: b})
}

// changeView renames, moves, deletes or restores a view.
func (s *pages) changeView(v *frame.Visit) (err error) {
	id, change := v.Path("id"), v.Form("do")
	if change == "rename" {
		_, err = s.views.RenameView(v.As(handling), &identityv1.RenameViewRequest{ViewId: id, ViewName: v.Form("name")})
	} else {
		_, err = s.views.ArrangeView(v.As(handling), &identityv1.ArrangeViewRequest{ViewId: id, ViewChange: change})
	}
	if err != nil && filled.InPlace(err) {
		fields := viewFields
		if change != "rename" {
			fields = nil
		}
		return s.showViews(v, http.StatusUnprocessableEntity, filled.Of(id, v.R.PostForm, err, fields))
	}
	return v.Done(err, viewsPath)
}

// exported is the filter as identity keeps it.
func (f filter) exported() *identityv1.ExportedList {
	return &identityv1.ExportedList{Service: f.Service, Matter: f.Matter, County: f.County, State: f.State, CaseEnd: f.Number, Who: f.Who, Overdue: f.Overdue}
}
