package consume

import (
	"bytes"

	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/fault"
	"github.com/qiao-platform/qiao/pkg/person"
	"github.com/qiao-platform/qiao/pkg/sqldb"
)

// The events that change who is one person. The second may assign things to another
// reference than the one that they were recorded under.
const (
	joining = event.Keeper + ".worker.joined.v1"
	parting = event.Keeper + ".worker.parted.v1"
)

// changesPersons reports whether the bytes of an event may be those of one that
// changes who is one person. What only looks so costs a lock that was not needed.
func changesPersons(body []byte) bool {
	return bytes.Contains(body, []byte(joining)) || bytes.Contains(body, []byte(parting))
}

// persons is what a transaction that applies events knows of who is one person.
type persons struct {
	changes  bool  // one of the events changes it
	still    bool  // nobody else changes it until the transaction ends
	assigned *bool // whether anything was assigned by hand; nil where this is not known
}

// stand has who is one person stay until the transaction ends: what an event writes
// for somebody and a parting that runs beside it would else not see each other, and
// the row stayed with whom it was taken from. It comes before every row that is
// locked, as person.Hold wants it.
func (p *persons) stand(tx *sqldb.Tx) error {
	if p.still || fault.Broken("consume.persons_move") {
		return nil
	}
	p.still = true
	if p.changes {
		return person.Alone(tx)
	}
	return person.Hold(tx)
}

// whose gives an event that was still on its way when two persons were parted to the
// one to whom its thing was assigned. Nearly always nothing is assigned at all, which
// is asked once a transaction.
func (p *persons) whose(tx *sqldb.Tx, e *event.Event) (err error) {
	if err := p.stand(tx); err != nil {
		return err
	}
	if e.Type == parting {
		p.assigned = nil // it may assign something, for the events after it
		return nil
	}
	if e.Worker == "" || fault.Broken("consume.asks_not_whose") {
		return nil
	}
	if p.assigned == nil {
		var any bool
		if err := tx.QueryRow(`SELECT EXISTS (SELECT 1 FROM assigned)`).Scan(&any); err != nil {
			return err
		}
		p.assigned = &any
	}
	if *p.assigned {
		e.Worker, err = person.Assigned(tx, e.Aggregate, e.Worker)
	}
	return err
}
