package feed

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/event"
)

func add(f *Feed, n int) {
	for range n {
		f.Add(event.Event{ID: fmt.Sprint(f.last + 1), Type: "a.b.c.v1", Worker: "secret"})
	}
}

func TestSince(t *testing.T) {
	f := New()
	if e, passed := f.Since(0, 10); e != nil || passed != 0 {
		t.Fatal(e, passed)
	}
	add(f, 5)
	if e, passed := f.Since(3, 10); len(e) != 2 || e[0].ID != "4" || e[1].Seq != 5 || passed != 0 {
		t.Fatal(e, passed)
	}
	if e, passed := f.Since(0, 2); len(e) != 2 || e[0].ID != "4" || passed != 3 {
		t.Fatal(e, passed)
	}
	if e, _ := f.Since(99, 10); len(e) != 5 { // of an earlier process
		t.Fatal(e)
	}
	add(f, 1000)
	e, passed := f.Since(5, 10_000)
	if len(e) != size || passed != 1000-size || e[0].Seq != 1005-size+1 || e[size-1].Seq != f.Last() {
		t.Fatal(len(e), passed)
	}
}

func TestAnEntryHasNoWorker(t *testing.T) {
	f := New()
	add(f, 1)
	e, _ := f.Since(0, 1)
	if got := fmt.Sprintf("%+v", e); got != "[{Seq:1 ID:1 Type:a.b.c.v1 Division: At:-62135596800000000}]" {
		t.Error(got)
	}
	if _, has := reflect.TypeFor[Entry]().FieldByName("Worker"); has {
		t.Error("an entry names a worker")
	}
}

func TestRates(t *testing.T) {
	f := New()
	now := time.Now()
	f.sample(now)
	add(f, 20)
	f.sample(now.Add(2 * time.Second))
	if r := f.Rates(); len(r) != 1 || r[0].PerSecond != 10 {
		t.Fatal(r)
	}
	for i := range 500 {
		f.sample(now.Add(time.Duration(i+2) * 2 * time.Second))
	}
	if r := f.Rates(); len(r) != samples || r[samples-1].PerSecond != 0 {
		t.Fatal(len(r))
	}
}
