package work

import (
	"net/url"
	"slices"

	"github.com/qiao-platform/qiao/services/console/internal/frame"
)

// ahead is how many lines behind a case are looked through for one that the officer may
// decide himself.
const ahead = 20

// opens is the address that leads to a row's page and remembers the list and the row's
// place in it; "" for one without a page.
func (f filter) opens(r row) string {
	if r.Path == "" {
		return ""
	}
	return Path + "/open?" + url.Values{"to": {r.Path}, "list": {f.At()}, "behind": {r.place()}}.Encode()
}

// open leads to the page of a case.
func (s *pages) open(v *frame.Visit) error {
	return v.FromList(frame.Listed{List: v.Query("list"), Behind: v.Query("behind")}, v.Query("to"))
}

// listedBody is what stands on the page of a case that was opened from the list.
type listedBody struct {
	Lang  string
	List  string // the way back
	Acted bool
	Next  *row // the next that the officer may decide, after he acted; nil where none is left
}

// listed is the way back to the list and, once something was done, what stands behind the
// case there; the list then begins with it.
func (s *pages) listed(v *frame.Visit, l frame.Listed) any {
	b := listedBody{Lang: v.P.Lang().String(), List: Path, Acted: l.Acted}
	at, err := url.ParseRequestURI(l.List)
	if err != nil || at.Path != Path {
		return b
	}
	b.List = l.List
	if !l.Acted {
		return b
	}
	f := filterOf(at.Query())
	f.After = l.Behind
	all, err := s.ask(v, f, ahead, false)
	if err != nil {
		return b // the list says what is wrong with its address
	}
	rows := inOrder(all)
	i := slices.IndexFunc(rows, func(r row) bool { return r.Path != "" && !r.GetOwn() })
	if i < 0 {
		b.List = f.with(func(*filter) {})
		return b
	}
	rows[i].Open = f.opens(rows[i])
	b.List, b.Next = f.At(), &rows[i]
	return b
}
