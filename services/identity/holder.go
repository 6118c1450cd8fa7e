package identity

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/crypt"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/identity/internal/app"
	"github.com/qiao-platform/qiao/services/identity/internal/store"
)

// ShutOut ends every session in a database of identity's, by the word of who holds the
// platform's key, and writes a line of the audit. It may be being served: whoever serves
// it refuses them within half a second.
func ShutOut(ctx context.Context, db *sqldb.DB, master *crypt.Master, now clock.Clock) (n int, err error) {
	cases := &app.App{Clock: now, Keyed: master}
	err = db.Update(ctx, func(tx *sqldb.Tx) (err error) {
		n, err = cases.ShutOutEverybody(store.Bare(tx))
		return err
	})
	return n, err
}

// AuditHolds returns an error unless the audit in a database of identity's is whole, from
// its first line to what was sealed last. A version before may have left it.
func AuditHolds(ctx context.Context, db *sqldb.DB, master *crypt.Master) error {
	cases := &app.App{Keyed: master}
	if err := db.Migrate(ctx, store.Migrations); err != nil {
		return err
	}
	return db.View(ctx, func(tx *sqldb.Tx) error { return cases.WholeAudit(store.Bare(tx)) })
}
