package startup

import (
	"slices"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// Slot is a time of an adviser. One booking fills it.
type Slot struct {
	ID        string
	County    string
	Day       clock.Date
	Minute    int // after midnight
	Minutes   int
	Adviser   string // staff number
	BookingID string // "" is free
	Version   int64
}

// OpenSlot opens a time.
func OpenSlot(id, county string, day clock.Date, minute, minutes int, adviser string, today clock.Date) (Slot, []domain.Event, error) {
	if day.IsZero() || day.Before(today) || minute < 0 || minutes < 10 || minutes > 240 || minute+minutes > 24*60 {
		return Slot{}, nil, ErrSlot
	}
	adviser, err := domain.Line(adviser, 2, 32, ErrAdviser)
	if err != nil {
		return Slot{}, nil, err
	}
	s := Slot{ID: id, County: county, Day: day, Minute: minute, Minutes: minutes, Adviser: adviser}
	return s, []domain.Event{domain.AdviserSlotOpened{SlotID: id, Day: day}}, nil
}

// starts is when the time begins.
func (s Slot) starts() time.Time { return s.Day.Start().Add(time.Duration(s.Minute) * time.Minute) }

// Over reports whether the time has ended.
func (s Slot) Over(now time.Time) bool {
	return !now.Before(s.starts().Add(time.Duration(s.Minutes) * time.Minute))
}

// overlaps reports whether two times share a minute.
func (s Slot) overlaps(o Slot) bool {
	return s.Day == o.Day && s.Minute < o.Minute+o.Minutes && o.Minute < s.Minute+s.Minutes
}

// Beside returns ErrSlotTwice where the adviser has one of the others at that time.
func (s Slot) Beside(others []Slot) error {
	if slices.ContainsFunc(others, s.overlaps) {
		return ErrSlotTwice
	}
	return nil
}

// Booking is a worker's booking of an adviser's time.
type Booking struct {
	ID        string
	Slot      Slot // for display; only its id and county are written with the booking
	Worker    string
	Topic     string
	Cancelled bool
	At        time.Time
	Version   int64
}

// Book books the time. others are the worker's bookings that stand.
func (s Slot) Book(id, worker, topic string, others []Booking, r Rules, now time.Time) (Slot, Booking, []domain.Event, error) {
	switch {
	case !slices.Contains(r.Topics, topic):
		return s, Booking{}, nil, ErrTopic
	case !s.starts().After(now):
		return s, Booking{}, nil, ErrSlotOver
	case s.BookingID != "":
		return s, Booking{}, nil, ErrSlotTaken
	case slices.ContainsFunc(others, func(b Booking) bool { return b.Slot.overlaps(s) }):
		return s, Booking{}, nil, ErrBookingOverlap
	}
	s.BookingID = id
	return s, Booking{ID: id, Slot: s, Worker: worker, Topic: topic, At: now}, []domain.Event{domain.AdviserBooked{BookingID: id, SlotID: s.ID, Day: s.Day}}, nil
}

// Cancel gives the time back, before it begins.
func (b Booking) Cancel(s Slot, now time.Time) (Booking, Slot, []domain.Event, error) {
	if b.Cancelled {
		return b, s, nil, ErrBookingState
	}
	if !s.starts().After(now) {
		return b, s, nil, ErrSlotOver
	}
	b.Cancelled, s.BookingID = true, ""
	return b, s, []domain.Event{domain.AdviserBookingCancelled{BookingID: b.ID, SlotID: s.ID}}, nil
}
