package fair

import (
	"bytes"
	"errors"
	"testing"

	"github.com/qiao-platform/qiao/services/employment/internal/domain/fair"
)

// parts keeps a bundle's parts as a database does.
type parts struct {
	Store
	kept map[int][]byte
}

func (p parts) SaveBundle(_ string, from int, part []byte) error {
	if len(part) > BundlePart {
		return errors.New("a step writes more than a part")
	}
	p.kept[from] = bytes.Clone(part)
	return nil
}

func (p parts) EndBundle(_ string, from int, written []byte) (bool, error) {
	var all []byte
	for ; len(p.kept[from]) > 0; from++ {
		all = append(all, p.kept[from]...)
	}
	return bytes.Equal(all, written), nil
}

// TestASectionIsWrittenPartAfterPart: a section of several parts is added a part a step;
// broken off, it is written again; and of two that write different ones beside each
// other, at most one lets its own count.
func TestASectionIsWrittenPartAfterPart(t *testing.T) {
	old := bytes.Repeat([]byte("o"), BundlePart+7)
	p := parts{kept: map[int][]byte{0: old[:BundlePart], 1: old[BundlePart:]}}
	f := fair.Fair{Bundled: len(old)}
	section := func(of byte) text {
		x := text{len(old), old}
		x.add(bytes.Repeat([]byte{of}, 2*BundlePart))
		return x
	}
	a, b := section('a'), section('b')
	next, whole, err := a.write(p, f, 0)
	if next != 2 || whole || err != nil { // and then it is broken off
		t.Fatal(next, whole, err)
	}
	for step, at := 1, 0; ; step++ {
		if at, whole, err = a.write(p, f, at); err != nil {
			t.Fatal(err)
		}
		if whole {
			if step != 3 {
				t.Errorf("%d steps", step)
			}
			break
		}
	}
	if _, _, err := b.write(p, f, 2); err != nil { // another writes its own beside it
		t.Fatal(err)
	}
	for _, x := range []text{a, b} {
		if _, err := x.end(p, f); !errors.Is(err, fair.ErrState) {
			t.Errorf("a text of two writers counts: %v", err)
		}
	}
	if f, err = a.atOnce(p, f); err != nil || f.Bundled != len(a.all) {
		t.Fatal(f.Bundled, err)
	}
	if _, _, err := b.write(p, f, 2); !errors.Is(err, fair.ErrState) {
		t.Errorf("another writes behind what counts: %v", err)
	}
}
