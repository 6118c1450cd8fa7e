package store

import (
	"github.com/qiao-platform/qiao/pkg/person"
	"github.com/qiao-platform/qiao/pkg/table"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

var undelivereds = table.New(table.Spec[domain.Undelivered]{
	Table: "undelivered",
	Columns: func(u *domain.Undelivered) []table.Column {
		return []table.Column{
			table.Key("message_id", &u.MessageID), table.Fixed("worker", &u.Worker), table.Fixed("found_at", &u.FoundAt),
			table.Changing("ended_at", &u.EndedAt), table.Changing("ended_how", &u.EndedHow),
		}
	},
	Unknown: domain.ErrUndeliveredUnknown,
})

var tries = table.New(table.Spec[domain.Try]{
	Table: "message_try",
	Columns: func(t *domain.Try) []table.Column {
		return []table.Column{
			table.Key("message_id", &t.MessageID), table.Key("number", &t.Number), table.Fixed("way", &t.Way), table.Fixed("outcome", &t.Outcome),
			table.Fixed("corrects", &t.Corrects), table.Fixed("officer", &t.Officer), table.Fixed("at", &t.At),
		}
	},
})

// Undelivered loads and locks what is known of a message that did not arrive.
func (t *Tx) Undelivered(message string) (domain.Undelivered, error) {
	return undelivereds.Load(t.tx, message)
}

// SaveUndelivered writes it.
func (t *Tx) SaveUndelivered(u domain.Undelivered) error { return undelivereds.Put(t.tx, u) }

// Tries lists the tries of a message, oldest first.
func (t *Tx) Tries(message string) ([]domain.Try, error) {
	return tries.List(t.tx, `WHERE message_id = $1 ORDER BY number`, message)
}

// TriesFor lists the tries for a person's messages, newest first.
func (t *Tx) TriesFor(worker string, limit int) ([]domain.Try, error) {
	return tries.List(t.tx, `WHERE message_id IN (SELECT message_id FROM undelivered WHERE `+person.Whose("worker", 1)+`) ORDER BY at DESC, number DESC LIMIT $2`, worker, limit)
}

// AddTry keeps a try.
func (t *Tx) AddTry(one domain.Try) error { return tries.Put(t.tx, one) }
