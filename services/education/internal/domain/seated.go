package domain

// Seated is a school's part in a round.
type Seated struct {
	RoundID  string
	School   School
	Seats    int
	Reserved int // of them, for newcomers' children first
	Taken    int // offered or accepted in this round
	Newcomer int // of the taken, by newcomers' children
	Named    int // how many entries named it
	Version  int64
}

// SetSeats gives a school seats in a round, or changes them. free is how many of
// the school's places nobody has and no round holds, without this round's own.
func (r Round) SetSeats(s Seated, seats, reserved, free int) (Seated, []Event, error) {
	switch {
	case r.State != RoundIsPlanned && r.State != RoundIsOpen && r.State != RoundIsDrawn:
		return s, nil, ErrRoundState.With("state", string(r.State))
	case s.School.Stage != r.Stage || s.School.County != r.County:
		return s, nil, ErrSchoolStage.With("school", s.School.ID)
	case seats < 0 || reserved < 0 || reserved > seats:
		return s, nil, ErrSeats
	case seats < s.Taken:
		return s, nil, ErrSeatsBelow.With("school", s.School.ID)
	case seats > free:
		return s, nil, ErrSeatsBeyond.With("school", s.School.ID)
	}
	s.RoundID, s.Seats, s.Reserved = r.ID, seats, reserved
	return s, []Event{SeatsSet{RoundID: r.ID, SchoolID: s.School.ID, Seats: seats, Reserved: reserved}}, nil
}

// Left is how many seats a school has left in the round, and how many of them
// are reserved still.
func (s Seated) Left() (seats, reserved int) {
	seats = max(0, s.Seats-s.Taken)
	return seats, min(seats, max(0, s.Reserved-s.Newcomer))
}
