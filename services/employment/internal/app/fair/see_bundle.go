package fair

// SeeBundle reads a part of what is published of a draw, from an offset on, and
// the offset of the next, 0 after the last; everybody may.
func (a *App) SeeBundle(s Store, fairID string, offset int64) (part []byte, next int64, err error) {
	f, err := s.Peek(fairID)
	n := int(max(0, offset) / BundlePart)
	if err != nil || f.Published() != nil || n*BundlePart >= f.Bundled {
		return nil, 0, err
	}
	part, err = s.Bundle(fairID, n)
	if left := f.Bundled - n*BundlePart; left > BundlePart {
		next = int64(n+1) * BundlePart
	} else { // what a correction is writing behind it is not published yet
		part = part[:min(left, len(part))]
	}
	return part, next, err
}
