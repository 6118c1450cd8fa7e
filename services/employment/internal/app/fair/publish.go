package fair

import "github.com/qiao-platform/qiao/services/employment/internal/domain/fair"

// BundlePart is the size of the parts in which a bundle is kept and sent, in bytes.
// All parts but the last are full, so that a part is found by its place in the text.
const BundlePart = 256 << 10

// text is what is published of a fair, with what a draw, a pass or a correction adds.
type text struct {
	before int // bytes that were published before
	all    []byte
}

func published(s Store, f fair.Fair) (text, error) {
	all, err := s.WholeBundle(f)
	return text{len(all), all}, err
}

// add adds a section.
func (t *text) add(section []byte) { t.all = append(t.all[:len(t.all):len(t.all)], section...) }

// first is the first part that changes.
func (t text) first() int { return t.before / BundlePart }

// write keeps the next part of what is added, and reports whether that was all. It
// does not count before its end, and is written anew where it was broken off.
func (t text) write(s Store, f fair.Fair, part int) (next int, whole bool, err error) {
	if f.Bundled != t.before { // another has added to it, or this was added already
		return part, false, fair.ErrState
	}
	part = max(part, t.first())
	from, to := part*BundlePart, min((part+1)*BundlePart, len(t.all))
	if from >= to {
		return part, true, nil
	}
	return part + 1, to == len(t.all), s.SaveBundle(f.ID, part, t.all[from:to])
}

// end lets all that was written count, once the fair is saved.
func (t text) end(s Store, f fair.Fair) (fair.Fair, error) {
	same, err := s.EndBundle(f.ID, t.first(), t.all[t.first()*BundlePart:])
	if err == nil && !same {
		err = fair.ErrState
	}
	f.Bundled = len(t.all)
	return f, err
}

// atOnce keeps all of it in the transaction that adds to it.
func (t text) atOnce(s Store, f fair.Fair) (fair.Fair, error) {
	for part, whole := 0, false; !whole; {
		var err error
		if part, whole, err = t.write(s, f, part); err != nil {
			return f, err
		}
	}
	return t.end(s, f)
}
