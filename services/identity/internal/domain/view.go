package domain

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// MostViews is how many views an officer has at most.
const MostViews = 20

// longestView is how many characters a view's name has at most.
const longestView = 20

// The changes of a view's place among the others.
const (
	ViewEarlier = "earlier"
	ViewLater   = "later"
	ViewDrop    = "drop"
	ViewRestore = "restore"
)

// View is a list of work under a name of an officer's own.
type View struct {
	ID   string       `json:",omitempty"`
	Name string       `json:",omitempty"`
	List ExportedList `json:"List,omitzero"`
}

// Views are an officer's, in the officer's order. The one that was taken away last is
// kept, with its place, until another one is.
type Views struct {
	Account   string
	All       []View
	Dropped   View
	DroppedAt int
}

// numbered finds what could be a person's number or a part of one: six digits and more,
// however they are set apart.
var numbered = regexp.MustCompile(`\p{Nd}([\s\-.·]?\p{Nd}){5}`)

// named returns a name as it is kept, or what is wrong with it. A name is the officer's
// own word for a list; a number in it would be somebody's.
func (v Views) named(id, name string) (string, error) {
	name = strings.Join(strings.Fields(name), " ")
	switch n := utf8.RuneCountInString(name); {
	case n == 0 || n > longestView:
		return "", ErrViewName
	case numbered.MatchString(name):
		return "", ErrViewNumber
	case slices.ContainsFunc(v.All, func(other View) bool { return other.ID != id && other.Name == name }):
		return "", ErrViewTwice
	}
	return name, nil
}

// Add puts a list behind the others. It returns ErrViewName, ErrViewNumber or ErrViewTwice
// for its name, ErrViewList for a list that is narrowed by nothing or to a case's number,
// and ErrViewMost where there are as many as there may be.
func (v Views) Add(id, name string, list ExportedList) (Views, error) {
	name, err := v.named(id, name)
	switch {
	case err != nil:
		return v, err
	case list == ExportedList{} || list.CaseEnd != "":
		return v, ErrViewList
	case len(v.All) >= MostViews:
		return v, ErrViewMost
	}
	v.All = append(slices.Clone(v.All), View{id, name, list})
	return v, nil
}

// at is where a view stands, or ErrView.
func (v Views) at(id string) (int, error) {
	i := slices.IndexFunc(v.All, func(one View) bool { return one.ID == id })
	if i < 0 {
		return 0, ErrView
	}
	return i, nil
}

// Rename gives a view another name.
func (v Views) Rename(id, name string) (Views, error) {
	i, err := v.at(id)
	if err != nil {
		return v, err
	}
	if name, err = v.named(id, name); err != nil {
		return v, err
	}
	v.All = slices.Clone(v.All)
	v.All[i].Name = name
	return v, nil
}

// Arrange moves a view by one place, takes it away, or brings back the one that was taken
// away last. A view that is the first or the last already stays where it is.
func (v Views) Arrange(id, change string) (Views, error) {
	if change == ViewRestore {
		return v.restore(id)
	}
	i, err := v.at(id)
	if err != nil {
		return v, err
	}
	v.All = slices.Clone(v.All)
	switch change {
	case ViewEarlier, ViewLater:
		j := i + 1
		if change == ViewEarlier {
			j = i - 1
		}
		if j >= 0 && j < len(v.All) {
			v.All[i], v.All[j] = v.All[j], v.All[i]
		}
	case ViewDrop:
		v.Dropped, v.DroppedAt = v.All[i], i
		v.All = slices.Delete(v.All, i, i+1)
	default:
		return v, ErrViewChange
	}
	return v, nil
}

// restore brings back the view that was taken away last, to its place.
func (v Views) restore(id string) (Views, error) {
	switch {
	case v.Dropped.ID == "" || v.Dropped.ID != id:
		return v, ErrView
	case len(v.All) >= MostViews:
		return v, ErrViewMost
	}
	if _, err := v.named(id, v.Dropped.Name); err != nil {
		return v, err
	}
	v.All = slices.Insert(slices.Clone(v.All), min(v.DroppedAt, len(v.All)), v.Dropped)
	v.Dropped, v.DroppedAt = View{}, 0
	return v, nil
}
