package app

// ReadBundlePart gives a part of what is published of a draw, and how many parts
// there are.
func (a *App) ReadBundlePart(s Store, roundID string, part int) (data []byte, parts int, err error) {
	shown, err := a.ReadRound(s, roundID)
	if err != nil {
		return nil, 0, err
	}
	data, err = s.BundlePart(roundID, part)
	return data, shown.Round.Parts, err
}
