package identity

import (
	"context"
	"time"

	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/identity/internal/store"
)

// Restored tells a database that it was brought back from a copy: everybody signs in
// again, since what was revoked after the copy is not in it.
func Restored(ctx context.Context, db *sqldb.DB, at time.Time) error {
	return db.Update(ctx, func(tx *sqldb.Tx) error { return store.Restored(tx, at) })
}
