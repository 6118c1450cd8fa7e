package errs

import (
	"errors"
	"fmt"
	"testing"
)

func TestCopiesMatchTheirOriginal(t *testing.T) {
	lapsed := New(Conflict, "employment.offer.lapsed", "The offer has lapsed.")
	cause := errors.New("row locked")
	got := fmt.Errorf("accept: %w", lapsed.With("offer", "o-1").Because(cause))
	if !errors.Is(got, lapsed) || !errors.Is(got, cause) {
		t.Fatalf("%v does not match its original and its cause", got)
	}
	if len(lapsed.Detail) != 0 {
		t.Fatal("With changed the original")
	}
	if KindOf(got) != Conflict || CodeOf(got) != "employment.offer.lapsed" {
		t.Fatalf("kind %v, code %s", KindOf(got), CodeOf(got))
	}
}

func TestUnclassifiedIsInternal(t *testing.T) {
	if e := From(errors.New("disk")); e.Kind != Internal || e.Code != "internal" {
		t.Fatalf("%+v", e)
	}
	if From(nil) != nil {
		t.Fatal("From(nil) is not nil")
	}
	if CodeOf(nil) != "" || KindOf(nil) == Internal {
		t.Fatal("no error has a code or a kind")
	}
}

func TestKindNames(t *testing.T) {
	for k := Internal; k <= Deadline; k++ {
		if ParseKind(k.String()) != k {
			t.Errorf("%v does not survive its name", k)
		}
	}
	if ParseKind("nonsense") != Internal || Kind(200).String() != "internal" {
		t.Error("unknown kinds are not internal")
	}
}
