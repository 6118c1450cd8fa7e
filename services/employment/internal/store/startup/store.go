// Package startup keeps start-up help in SQL.
package startup

import (
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	app "github.com/qiao-platform/qiao/services/employment/internal/app/startup"
)

// Store gives transactions their tables and events.
type Store struct{ outbox *outbox.Outbox }

// New returns the store of start-up help.
func New(log *outbox.Outbox) *Store { return &Store{log} }

// In returns the store within a transaction.
func (s *Store) In(tx *sqldb.Tx) app.Store { return &inTx{s, tx} }

type inTx struct {
	*Store
	tx *sqldb.Tx
}
