package plot

import (
	"fmt"
	"testing"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
)

func TestInventedPeople(t *testing.T) {
	today := clock.NewDate(2026, 11, 23)
	for i := range 500 {
		p := newPerson(fmt.Sprint("story", i), today)
		id, err := ident.ParseResidentID(p.number, today)
		if err != nil || p.number[:6] != "654399" {
			t.Fatalf("%v: %v", id, err)
		}
		if age := id.AgeOn(today); age < 18 || age > 60 {
			t.Errorf("works at %d", age)
		}
		if age := p.born.AgeOn(today); age != 7 {
			t.Errorf("goes to primary school at %d", age)
		}
		if again := newPerson(fmt.Sprint("story", i), today); again != p {
			t.Error("the same story has another person")
		}
	}
}

func TestEmployerCode(t *testing.T) {
	code, err := employerCode()
	if err != nil {
		t.Fatal(err)
	}
	if _, manual, err := ident.ParseUSCC(code); err != nil || manual {
		t.Error(code, manual, err)
	}
}

func TestFourteenPapersFiveCounters(t *testing.T) {
	counters := map[string]bool{}
	for _, p := range Before() {
		counters[p.Counter] = true
		if p.Gone {
			t.Errorf("%s is gone before anything happened", p.Key)
		}
	}
	if len(Before()) != 14 || len(counters) != 5 {
		t.Errorf("%d papers, %d counters", len(Before()), len(counters))
	}
}

func TestStoriesAreBounded(t *testing.T) {
	s := New(nil, clock.System())
	first := s.Begin("first")
	for i := range limit {
		s.Begin(fmt.Sprint("story", i))
	}
	s.Begin("story7") // the same form once more
	if len(s.byID) != limit || len(s.order) != limit {
		t.Errorf("%d, %d", len(s.byID), len(s.order))
	}
	if _, err := s.get(first); err == nil {
		t.Error("the oldest is still remembered")
	}
}
