package delivery

import (
	"context"
	"encoding/json"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
)

// boxSize is how many messages a demonstration's box holds.
const boxSize = 50

// Box takes what would be sent to telephones, where people are invented: a page of
// the demonstration shows it, and nothing leaves the machine.
type Box struct {
	DB    *sqldb.DB
	Seal  outbox.Sealer
	Clock clock.Clock
}

// Sent is a message as a telephone would show it.
type Sent struct {
	Phone   string    `json:"phone"`
	Code    string    `json:"code"`
	Minutes int       `json:"minutes"`
	At      time.Time `json:"-"`
}

func boxed(id string) []byte { return []byte("registry.sent_message:" + id) }

// Send puts a code into the box.
func (b Box) Send(ctx context.Context, to ident.Phone, code string, minutes int) error {
	content, err := json.Marshal(Sent{Phone: to.Reveal(), Code: code, Minutes: minutes})
	if err != nil {
		return err
	}
	id := ident.NewID()
	return b.DB.Update(ctx, func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(`INSERT INTO sent_message (id, content, sent_at) VALUES ($1, $2, $3)`, id, b.Seal.Seal(content, boxed(id)), sqldb.Micros(b.Clock.Now())); err != nil {
			return err
		}
		_, err := tx.Exec(`DELETE FROM sent_message WHERE id NOT IN (SELECT id FROM sent_message ORDER BY sent_at DESC, id DESC LIMIT $1)`, boxSize)
		return err
	})
}

// Sent lists what is in the box, newest first.
func (b Box) Sent(ctx context.Context) (all []Sent, err error) {
	err = b.DB.View(ctx, func(tx *sqldb.Tx) error {
		all, err = sqldb.Collect(tx, func(s sqldb.Scanner) (m Sent, err error) {
			var id string
			var content []byte
			var at int64
			if err = s.Scan(&id, &content, &at); err != nil {
				return m, err
			}
			if content, err = b.Seal.Open(content, boxed(id)); err != nil {
				return m, err
			}
			err = json.Unmarshal(content, &m)
			m.At = sqldb.Time(at)
			return m, err
		}, `SELECT id, content, sent_at FROM sent_message ORDER BY sent_at DESC, id DESC`)
		return err
	})
	return all, err
}
