package event

import (
	"bytes"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[a-z0-9-]{1,40}`)
		in := Event{
			ID: text.Draw(t, "id"), Type: "employment.offer.accepted.v1", Aggregate: text.Draw(t, "aggregate"),
			Version: rapid.Int64Min(1).Draw(t, "version"), Worker: text.Draw(t, "worker"), Division: "654301",
			OccurredAt: time.UnixMicro(rapid.Int64Range(0, 4e15).Draw(t, "at")).UTC(), Data: rapid.SliceOfN(rapid.Byte(), 1, 64).Draw(t, "data"),
		}
		body, err := in.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		out, err := Parse(body)
		if err != nil {
			t.Fatal(err)
		}
		again, err := out.Marshal()
		if err != nil || !bytes.Equal(body, again) {
			t.Fatalf("bytes changed: %v", err)
		}
	})
}

func TestSubject(t *testing.T) {
	if s := Subject("employment-0", "654301", "employment.offer.accepted.v1"); s != "ev.employment-0.654301.offer.accepted.v1" {
		t.Error(s)
	}
	if s := Subject("employment-0", "", "employment.vacancy.published.v1"); s != "ev.employment-0.000000.vacancy.published.v1" {
		t.Error(s)
	}
}

func TestPartitionIsStable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k, n := rapid.String().Draw(t, "key"), rapid.IntRange(1, 64).Draw(t, "n")
		p := Partition(k, n)
		if p < 0 || p >= n || p != Partition(k, n) {
			t.Fatalf("partition %d of %d", p, n)
		}
	})
}

func FuzzParse(f *testing.F) {
	e := Event{ID: "a", Type: "employment.offer.accepted.v1", Aggregate: "b", Version: 1, Data: []byte{1}}
	body, err := e.Marshal()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(body)
	f.Add([]byte{0xff, 0x01})
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := Parse(b)
		if err == nil && (e.ID == "" || e.Aggregate == "") {
			t.Fatal("a half event was accepted")
		}
	})
}
