package domain

import (
	"errors"
	"testing"

	"pgregory.net/rapid"

	"github.com/qiao-platform/qiao/pkg/clock"
)

func stated(t interface{ Fatal(...any) }) Hire {
	h, _, err := StateHire(Hire{ID: "h", Worker: "w", EmployerID: "e", Occupation: "6-29", County: "654301", StartOn: day})
	if err != nil {
		t.Fatal(err)
	}
	h.Version = 1
	return h
}

func TestStateHireRefusals(t *testing.T) {
	for name, c := range map[string]struct {
		h    Hire
		want error
	}{
		"no worker":     {Hire{StartOn: day}, ErrWorker},
		"no first day":  {Hire{Worker: "w"}, ErrTerm},
		"ends before":   {Hire{Worker: "w", StartOn: day, EndOn: day.AddDays(-1)}, ErrTerm},
		"negative wage": {Hire{Worker: "w", StartOn: day, WageFen: -1}, ErrHireWage},
	} {
		if _, _, err := StateHire(c.h); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestStatedHireProvesNothingUntilConfirmed(t *testing.T) {
	h := stated(t)
	if h.Proves() || h.State != HireIsStated {
		t.Fatalf("%+v", h)
	}
	confirmed, events, err := h.Confirm()
	if err != nil || !confirmed.Proves() || confirmed.FactVersion != 2 || len(events) != 1 {
		t.Fatalf("%+v, %v", confirmed, err)
	}
	if _, _, err := confirmed.Confirm(); !errors.Is(err, ErrHireState) {
		t.Error(err)
	}
	disputed, _, err := h.Dispute()
	if err != nil || disputed.Proves() {
		t.Fatalf("%+v, %v", disputed, err)
	}
	if _, _, err := disputed.Confirm(); !errors.Is(err, ErrHireState) {
		t.Error(err)
	}
}

func TestEnds(t *testing.T) {
	h := stated(t)
	if _, _, err := h.End(day.AddDays(-1), "resigned"); !errors.Is(err, ErrHireEndedOn) {
		t.Error(err)
	}
	if _, _, err := h.StateEnd(clock.Date{}, "resigned"); !errors.Is(err, ErrHireEndedOn) {
		t.Error(err)
	}
	// Who ends a hire that only the employer stated has confirmed it.
	ended, events, err := h.End(day, "resigned")
	if err != nil || ended.State != HireIsEnded || !ended.Proves() || ended.Until() != day || ended.FactVersion != 3 || len(events) != 2 {
		t.Fatalf("%+v, %v, %v", ended, events, err)
	}
	confirmed, _, _ := h.Confirm()
	confirmed.Version = 2
	says, _, err := confirmed.StateEnd(day.AddDays(9), "dismissed")
	if err != nil || !says.Proves() || !says.Until().IsZero() || says.FactVersion != 2 {
		t.Fatalf("the employer's word alone changed the fact: %+v, %v", says, err)
	}
	says.Version = 3
	back, _, err := says.DisputeEnd()
	if err != nil || back.State != HireIsRegistered || !back.EndedOn.IsZero() || back.Ground != "" || back.FactVersion != 2 {
		t.Fatalf("%+v, %v", back, err)
	}
	over, _, err := says.ConfirmEnd()
	if err != nil || over.Until() != day.AddDays(9) || over.FactVersion != 4 {
		t.Fatalf("%+v, %v", over, err)
	}
	if _, _, err := over.Dispute(); !errors.Is(err, ErrHireState) {
		t.Error(err)
	}
	if _, err := ParseGround("whim"); !errors.Is(err, ErrHireEndGround) {
		t.Error(err)
	}
}

// An employer's acts alone never make a hire prove anything, never end one,
// and the fact's version is always that of the event that last changed it.
func TestOnlyTheWorkersWordCounts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := stated(t)
		worker := false
		for range rapid.IntRange(1, 12).Draw(t, "acts") {
			before := h
			var events []Event
			var err error
			act := rapid.IntRange(0, 5).Draw(t, "act")
			switch act {
			case 0:
				h, events, err = h.StateEnd(day.AddDays(3), "expired")
			case 1:
				h, events, err = h.Confirm()
			case 2:
				h, events, err = h.Dispute()
			case 3:
				h, events, err = h.End(day.AddDays(5), "agreed")
			case 4:
				h, events, err = h.ConfirmEnd()
			case 5:
				h, events, err = h.DisputeEnd()
			}
			if err != nil {
				if h != before || events != nil {
					t.Fatalf("a refused act changed %+v to %+v", before, h)
				}
				continue
			}
			worker = worker || act != 0
			for i, e := range events {
				switch e.(type) {
				case HireConfirmed, HireEnded:
					if want := before.Version + int64(i) + 1; i == len(events)-1 && h.FactVersion != want {
						t.Fatalf("fact version %d, event %d", h.FactVersion, want)
					}
				}
			}
			h.Version += int64(len(events))
			if !worker && (h.Proves() || h.State == HireIsEnded) {
				t.Fatalf("on the employer's word alone: %+v", h)
			}
			if before.State == HireIsEnded || before.State == HireIsDisputed {
				t.Fatalf("%s became %s", before.State, h.State)
			}
		}
	})
}
