package app

// ReadPublic shows a round to anybody, by case number, until its legal period
// is over; then public is false and there are no entries.
func (a *App) ReadPublic(s Store, id string) (v RoundShown, public bool, err error) {
	if v, err = showRound(s, id); err != nil {
		return v, false, err
	}
	if public = v.Round.PublicOn(a.today()); !public {
		v.Entries = nil
	}
	return v, public, nil
}
