package domain

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestLooksOfOneDayAreOneEntry(t *testing.T) {
	noon := time.Date(2026, 11, 28, 4, 0, 0, 0, time.UTC)
	line := func(ago time.Duration, kind, reader, purpose, caseID string, kinds ...string) Access {
		return Access{At: noon.Add(-ago), ReaderKind: kind, Reader: reader, Purpose: purpose, LegalBasis: "b", Kinds: kinds, CaseID: caseID, Service: "registry"}
	}
	got := Fold([]string{"w"}, []Access{
		line(0, "service", "employment", "age_check", "1", "age"),
		line(time.Second, "worker", "w", "own_record", "", "name"),
		line(time.Minute, "service", "employment", "age_check", "2", "age", "name"),
		line(2*time.Minute, "officer", "o-1", "case_handling", "7", "name"),
		line(3*time.Minute, "officer", "o-1", "case_handling", "8", "name"),
		line(4*time.Minute, "officer", "o-2", "case_handling", "8", "name"),
		line(24*time.Hour, "service", "employment", "age_check", "1", "age"),
		line(25*time.Hour, "worker", "w", "own_record", "", "name"),
		line(25*time.Hour, "worker", "another", "own_record", "", "name"),
	})
	var times []int
	var own []bool
	for _, l := range got {
		times, own = append(times, l.Times), append(own, l.Own)
	}
	if !slices.Equal(times, []int{2, 1, 1, 1, 1, 1, 1, 1}) || !slices.Equal(own, []bool{false, true, false, false, false, false, true, false}) {
		t.Fatalf("%v %v", times, own)
	}
	if l := got[0]; !slices.Equal(l.Kinds, []string{"age", "name"}) || !l.First.Equal(noon.Add(-time.Minute)) || !l.At.Equal(noon) {
		t.Errorf("%+v", l)
	}
}

// Nothing that was looked at is left out of what is shown.
func TestFoldingLosesNoLook(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lines := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Access {
			return Access{
				At: time.Unix(rapid.Int64Range(0, 400_000).Draw(t, "at"), 0), ReaderKind: rapid.SampledFrom([]string{"worker", "service", "officer"}).Draw(t, "kind"),
				Reader: rapid.SampledFrom([]string{"w", "o"}).Draw(t, "reader"), Purpose: rapid.SampledFrom([]string{"p", "q"}).Draw(t, "purpose"),
				Kinds: rapid.SliceOfN(rapid.SampledFrom([]string{"age", "name"}), 1, 2).Draw(t, "kinds"), CaseID: rapid.SampledFrom([]string{"", "1"}).Draw(t, "case"),
			}
		}), 0, 30).Draw(t, "lines")
		slices.SortFunc(lines, func(a, b Access) int { return b.At.Compare(a.At) })
		sum := 0
		for i, l := range Fold([]string{"w"}, lines) {
			sum += l.Times
			if l.First.After(l.At) || i > 0 && l.Own != (l.ReaderKind == "worker" && l.Reader == "w") {
				t.Fatalf("%+v", l)
			}
		}
		if sum != len(lines) {
			t.Fatalf("%d of %d", sum, len(lines))
		}
	})
}
