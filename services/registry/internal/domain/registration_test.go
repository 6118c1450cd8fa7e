package domain

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
)

var today = clock.NewDate(2026, 11, 2)

func tables(t interface{ Fatal(...any) }) *ident.Tables {
	all, err := ident.LoadTables()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// number makes a resident number of an address code that is not assigned.
func number(born clock.Date, n int) string {
	s := fmt.Sprintf("654399%04d%02d%02d%03d", born.Year(), born.Month(), born.Day(), n)
	sum := 0
	for i, w := range [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += w * int(s[i]-'0')
	}
	return s + "10X98765432"[sum%11:sum%11+1]
}

func goodForm() Form {
	return Form{Document: ident.DocumentForm{Number: number(clock.NewDate(1985, 3, 12), 1)}, Name: "杨杰", County: "654301", RegisteredOn: "2026-11-01", NoticeVersion: "告知书2026-1", Signed: true}
}

// The age is completed on the birthday itself, whatever birthday and day.
func TestOnlyWhoReachedTheAgeIsRegistered(t *testing.T) {
	all := tables(t)
	rapid.Check(t, func(t *rapid.T) {
		born := clock.NewDate(1950, 1, 1).AddDays(rapid.IntRange(0, 27_000).Draw(t, "born"))
		on := clock.NewDate(2025, 1, 1).AddDays(rapid.IntRange(0, 2000).Draw(t, "on"))
		f := goodForm()
		f.Document.Number, f.RegisteredOn = number(born, rapid.IntRange(0, 999).Draw(t, "n")), "2025-01-01"
		_, err := f.Check(all, on, 16)
		if want := born.AgeOn(on) >= 16; want != (err == nil) || !want && !errors.Is(err, ErrUnderAge) && !errors.Is(err, ident.ErrIDBirthdate) {
			t.Fatalf("born %s, on %s: %v", born, on, err)
		}
	})
}

// However the same number and name are typed, the same person comes out.
func TestSpellingsAreOnePerson(t *testing.T) {
	all := tables(t)
	want, err := goodForm().Check(all, today, 16)
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		f := goodForm()
		var b strings.Builder
		for _, r := range f.Document.Number {
			switch rapid.IntRange(0, 3).Draw(t, "spelling") {
			case 1:
				r += '０' - '0'
			case 2:
				b.WriteRune(' ')
			}
			b.WriteRune(r)
		}
		f.Document.Number, f.Name = b.String(), " 杨杰\u3000"
		got, err := f.Check(all, today, 16)
		if err != nil || got.Person != want.Person {
			t.Fatalf("%v, %v", got.Person, err)
		}
	})
}

func TestTownshipsOfTheCorpsAreAccepted(t *testing.T) {
	all := tables(t)
	found := false
	for _, c := range all.Counties() {
		for _, w := range all.Townships(c.Code) {
			f := goodForm()
			f.County, f.Township = c.Code, w.Code
			if _, err := f.Check(all, today, 16); err != nil {
				t.Errorf("%s: %v", w.Code, err)
			}
			found = found || w.XPCC
		}
	}
	if !found {
		t.Error("no township of the Corps was tried")
	}
}

// No value of a person prints, whatever prints it.
func TestPersonsNeverPrint(t *testing.T) {
	r, err := goodForm().Check(tables(t), today, 16)
	if err != nil {
		t.Fatal(err)
	}
	m := Minor{Name: r.Person.Name, BirthDate: today}
	for _, verb := range []string{"%v", "%+v", "%s"} {
		if s := fmt.Sprintf(verb, []any{r, r.Person, m}); strings.Contains(s, "杨杰") || strings.Contains(s, goodForm().Document.Number) {
			t.Errorf("%s prints %s", verb, s)
		}
	}
}

func TestClosedForGood(t *testing.T) {
	w, _ := Register("w", []byte("i"), []byte("d"), []byte("p"), Registration{Languages: []string{"kk-Arab"}})
	w, events, err := w.Close(today)
	if err != nil || len(events) != 1 || w.DocumentIndex != nil || len(w.Document)+len(w.Profile)+len(w.Languages) != 0 {
		t.Fatalf("%+v, %v", w, err)
	}
	if _, _, err := w.Close(today); !errors.Is(err, ErrWorkerClosed) {
		t.Error(err)
	}
	if _, _, err := w.UpdateContact(nil, "654301", nil); !errors.Is(err, ErrWorkerClosed) {
		t.Error(err)
	}
}

func TestAMessageArrivesOnce(t *testing.T) {
	at := time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC)
	m, events := Message{ID: "m", About: "offer", Template: "t", AboutService: "s"}.Arrive("offer", at)
	if len(events) != 1 || events[0] != (MessageDelivered{MessageID: "m", Template: "t", About: "offer", AboutService: "s", AboutKind: "offer"}) {
		t.Fatalf("%v", events)
	}
	if again, events := m.Arrive("offer", at.Add(time.Hour)); events != nil || !again.DeliveredAt.Equal(at) {
		t.Error("it arrived twice")
	}
}

// No two different lines have the same sum, however their fields are cut.
func TestAccessSumsDiffer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string) Access {
			short := rapid.StringMatching(`[a1:,]{0,3}`)
			return Access{Seq: 1, At: time.UnixMicro(1), Reader: short.Draw(t, name+" reader"), Purpose: short.Draw(t, name+" purpose"), CaseID: short.Draw(t, name+" case")}
		}
		a, b := draw("a"), draw("b")
		same := a.Reader == b.Reader && a.Purpose == b.Purpose && a.CaseID == b.CaseID
		if same != (a.Sum("w", nil) == b.Sum("w", nil)) {
			t.Fatalf("%+v and %+v", a, b)
		}
	})
}
