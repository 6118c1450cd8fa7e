package startup

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/person"
	"github.com/qiao-platform/qiao/pkg/table"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
	"github.com/qiao-platform/qiao/services/employment/internal/domain/startup"
)

var slots = table.New(table.Spec[startup.Slot]{
	Table: "adviser_slot",
	Columns: func(s *startup.Slot) []table.Column {
		return []table.Column{
			table.Key("id", &s.ID), table.Fixed("county", &s.County), table.Fixed("day", &s.Day), table.Fixed("minute", &s.Minute),
			table.Fixed("minutes", &s.Minutes), table.Fixed("adviser", &s.Adviser), table.Changing("booking_id", &s.BookingID), table.Version(&s.Version),
		}
	},
	About:   func(s *startup.Slot) outbox.Subject { return outbox.Subject{Aggregate: s.ID, Division: s.County} },
	Unknown: startup.ErrSlotUnknown,
	Twice:   startup.ErrSlotTwice,
})

// Slot loads and locks a time.
func (t *inTx) Slot(id string) (startup.Slot, error) { return slots.Load(t.tx, id) }

// SlotsOn lists an adviser's times of a day; until the transaction ends no other is opened.
func (t *inTx) SlotsOn(adviser string, day clock.Date) ([]startup.Slot, error) {
	if err := t.tx.Lock("adviser times:" + adviser + ":" + day.String()); err != nil {
		return nil, err
	}
	return slots.List(t.tx, `WHERE adviser = $1 AND day = $2`, adviser, day.String())
}

// FreeSlots lists the free times of a county from a day on.
func (t *inTx) FreeSlots(county string, from clock.Date) ([]startup.Slot, error) {
	return slots.List(t.tx, `WHERE county = $1 AND day >= $2 AND booking_id = '' ORDER BY day, minute, id LIMIT 100`, county, from.String())
}

// SaveSlot writes a time and its events.
func (t *inTx) SaveSlot(ctx context.Context, s startup.Slot, events ...domain.Event) error {
	return slots.Save(ctx, t.outbox, t.tx, s, events...)
}

var bookings = table.New(table.Spec[startup.Booking]{
	Table: "adviser_booking",
	From:  "adviser_booking b JOIN adviser_slot s ON s.id = b.slot_id",
	Columns: func(b *startup.Booking) []table.Column {
		return []table.Column{
			table.Key("id", &b.ID), table.Fixed("slot_id", &b.Slot.ID), table.Fixed("worker", &b.Worker), table.Fixed("topic", &b.Topic),
			table.Changing("cancelled", &b.Cancelled), table.Fixed("at", &b.At), table.Version(&b.Version),
			table.Joined("s.county", &b.Slot.County), table.Joined("s.day", &b.Slot.Day), table.Joined("s.minute", &b.Slot.Minute),
			table.Joined("s.minutes", &b.Slot.Minutes), table.Joined("s.adviser", &b.Slot.Adviser), table.Joined("s.booking_id", &b.Slot.BookingID),
			table.Joined("s.version", &b.Slot.Version),
		}
	},
	About: func(b *startup.Booking) outbox.Subject {
		return outbox.Subject{Aggregate: b.ID, Worker: b.Worker, Division: b.Slot.County}
	},
	Unknown: startup.ErrBookingUnknown,
	Twice:   startup.ErrSlotTaken,
})

// Booking loads and locks a booking.
func (t *inTx) Booking(id string) (startup.Booking, error) { return bookings.Load(t.tx, id) }

// StandingBookings lists the worker's bookings that were not cancelled; until
// the transaction ends the worker makes no other.
func (t *inTx) StandingBookings(worker string) ([]startup.Booking, error) {
	if err := person.Lock(t.tx, "adviser", worker); err != nil {
		return nil, err
	}
	return bookings.List(t.tx, `WHERE `+person.Whose("b.worker", 1)+` AND b.cancelled = 0 ORDER BY s.day, s.minute`, worker)
}

// PeekBookings lists the worker's bookings from a day on that were not cancelled.
func (t *inTx) PeekBookings(worker string, from clock.Date) ([]startup.Booking, error) {
	return bookings.List(t.tx, `WHERE `+person.Whose("b.worker", 1)+` AND b.cancelled = 0 AND s.day >= $2 ORDER BY s.day, s.minute`, worker, from.String())
}

// BookingsOf lists the worker's bookings, newest first.
func (t *inTx) BookingsOf(worker string) ([]startup.Booking, error) {
	return bookings.List(t.tx, `WHERE `+person.Whose("b.worker", 1)+` ORDER BY b.at DESC, b.id DESC`, worker)
}

// SaveBooking writes a booking and its events.
func (t *inTx) SaveBooking(ctx context.Context, b startup.Booking, events ...domain.Event) error {
	return bookings.Save(ctx, t.outbox, t.tx, b, events...)
}
