package domain

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

var overdue = ExportedList{Overdue: true}

// kept are views of these names, whose ids are the names.
func kept(t *testing.T, names ...string) (v Views) {
	t.Helper()
	for _, name := range names {
		var err error
		if v, err = v.Add(name, name, overdue); err != nil {
			t.Fatal(err)
		}
	}
	return v
}

func order(v Views) string {
	var all []string
	for _, one := range v.All {
		all = append(all, one.Name)
	}
	return strings.Join(all, " ")
}

// A name is the officer's word for a list: short, one of its kind, and no number that
// could be a person's; a list is narrowed, and not to one case.
func TestWhatAViewMayBe(t *testing.T) {
	v := kept(t, "逾期")
	for name, c := range map[string]struct {
		name string
		list ExportedList
		want error
	}{
		"another":            {" 富蕴  逾期 ", overdue, nil},
		"20 characters":      {strings.Repeat("岗", 20), overdue, nil},
		"a year and a month": {"2026年11月", overdue, nil},
		"no name":            {"  ", overdue, ErrViewName},
		"21 characters":      {strings.Repeat("岗", 21), overdue, ErrViewName},
		"a telephone":        {"13900000000", overdue, ErrViewNumber},
		"a telephone apart":  {"139 0000 0000", overdue, ErrViewNumber},
		"in other digits":    {"电话１３９００００００００", overdue, ErrViewNumber},
		"part of a document": {"尾号01002X的", overdue, nil},
		"a birth date":       {"生于1990-01-01", overdue, ErrViewNumber},
		"the same name":      {"逾期", overdue, ErrViewTwice},
		"narrowed by naught": {"全部", ExportedList{}, ErrViewList},
		"to a case":          {"一件", ExportedList{CaseEnd: "beef"}, ErrViewList},
	} {
		if _, err := v.Add("x", c.name, c.list); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for i := len(v.All); i < 20; i++ {
		var err error
		if v, err = v.Add(fmt.Sprint(i), fmt.Sprint("第", i), overdue); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := v.Add("x", "第21个", overdue); !errors.Is(err, ErrViewMost) {
		t.Errorf("the 21st: %v", err)
	}
}

// Views are moved by one place, renamed, taken away, and brought back where they stood.
func TestViewsAreArranged(t *testing.T) {
	v := kept(t, "a", "b", "c")
	for _, step := range []struct{ id, change, want string }{
		{"c", ViewEarlier, "a c b"}, {"a", ViewEarlier, "a c b"}, {"a", ViewLater, "c a b"}, {"b", ViewLater, "c a b"},
		{"a", ViewDrop, "c b"}, {"a", ViewRestore, "c a b"}, {"b", ViewDrop, "c a"}, {"c", ViewDrop, "a"}, {"c", ViewRestore, "c a"},
	} {
		before := order(v)
		next, err := v.Arrange(step.id, step.change)
		if err != nil || order(next) != step.want {
			t.Fatalf("%s %s: %q, %v", step.change, step.id, order(next), err)
		}
		if order(v) != before {
			t.Fatalf("%s %s changes what was there", step.change, step.id)
		}
		v = next
	}
	for name, c := range map[string]struct {
		id, change string
		want       error
	}{"one that is away for good": {"b", ViewRestore, ErrView}, "one that is there": {"c", ViewRestore, ErrView}, "none": {"x", ViewDrop, ErrView}, "nothing": {"", ViewRestore, ErrView}, "another change": {"a", "first", ErrViewChange}} {
		if _, err := v.Arrange(c.id, c.change); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := v.Rename("a", "c"); !errors.Is(err, ErrViewTwice) {
		t.Errorf("two of one name: %v", err)
	}
	v, err := v.Rename("a", "d")
	if err != nil || order(v) != "c d" {
		t.Errorf("%q, %v", order(v), err)
	}
	if v, err = v.Arrange("c", ViewDrop); err != nil {
		t.Fatal(err)
	}
	if v, err = v.Rename("a", "c"); err != nil {
		t.Fatal(err)
	}
	if _, err := v.Arrange("c", ViewRestore); !errors.Is(err, ErrViewTwice) {
		t.Errorf("back under a name that another has: %v", err)
	}
}
