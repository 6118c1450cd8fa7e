package fair

// SeeBundle reads a part of what is published of a draw, from an offset on, and
// the offset of the next, 0 after the last; everybody may.
func (a *App) SeeBundle(s Store, fairID string, offset int64) (part []byte, next int64, err error) {
	f, err := s.Peek(fairID)
	if err != nil || f.Published() != nil {
		return nil, 0, err
	}
	n := max(0, offset) / BundlePart
	if part, err = s.Bundle(fairID, int(n)); len(part) == BundlePart {
		next = (n + 1) * BundlePart
	}
	return part, next, err
}
