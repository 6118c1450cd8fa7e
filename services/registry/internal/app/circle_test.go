package app

import (
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// asked counts what is asked of storage about a child's guardians.
type asked struct {
	Store
	guardians []domain.Guardian
	hidings   []domain.GuardianCase
	times     int
}

func (k *asked) ChildIDs(id string) ([]string, error) { k.times++; return []string{id}, nil }

func (k *asked) GuardiansOf(...string) ([]domain.Guardian, error) { k.times++; return k.guardians, nil }

func (k *asked) Person(worker string) (string, error) { k.times++; return worker + " in person", nil }

func (k *asked) Hidings(clock.Date, ...string) ([]domain.GuardianCase, error) {
	k.times++
	return k.hidings, nil
}

// Who a child's guardians are is asked as often whether something is hidden from one
// of them or not: how long an answer takes says nothing of it.
func TestWhatIsHiddenIsNotAskedForLonger(t *testing.T) {
	a := &App{Clock: clock.NewManual(time.Date(2026, 11, 2, 4, 0, 0, 0, time.UTC))}
	of := func(hidings ...domain.GuardianCase) (domain.Circle, int) {
		k := &asked{guardians: []domain.Guardian{{Worker: "mother"}, {Worker: "father"}}, hidings: hidings}
		c, err := a.circle(k, "child")
		if err != nil {
			t.Fatal(err)
		}
		return c, k.times
	}
	_, shown := of()
	c, hidden := of(domain.GuardianCase{Worker: "father", Hidden: []string{"address"}}, domain.GuardianCase{Worker: "father", Hidden: []string{"school"}})
	if shown != hidden || len(c.HiddenFrom("father in person")) != 2 {
		t.Errorf("asked %d times, and %d where something is hidden; hidden is %v", shown, hidden, c.HiddenFrom("father in person"))
	}
}
