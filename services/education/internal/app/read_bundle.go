package app

// ReadBundlePart gives a part of what is published of a draw, and how many parts
// there are.
func (a *App) ReadBundlePart(s Store, roundID string, part int) (data []byte, parts int, err error) {
	r, err := s.PeekRound(roundID)
	if err != nil {
		return nil, 0, err
	}
	data, err = s.BundlePart(roundID, part)
	return data, r.Parts, err
}
