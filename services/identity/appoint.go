package identity

import (
	"context"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/crypt"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/rule"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/identity/internal/app"
	"github.com/qiao-platform/qiao/services/identity/internal/factor"
	"github.com/qiao-platform/qiao/services/identity/internal/store"
)

// Appoint puts somebody into an administrators' office in a database of identity's, by
// the word of who holds the platform's key, and gives the link for it. It is the last way
// back, where no two administrators are left to decide, and writes a line of the audit.
// The database may be being served.
func Appoint(ctx context.Context, db *sqldb.DB, master *crypt.Master, now clock.Clock, office, staff string) (link string, ends time.Time, err error) {
	rules, err := rule.Load()
	if err != nil {
		return "", ends, err
	}
	cases := &app.App{Clock: now, Keyed: master, Rules: rules, NewID: ident.NewID, OneTime: factor.OneTime{}, Random: random}
	err = store.New(outbox.New(Name, db, now, master, 1), nil, master).Change(ctx, func(s app.Store) error {
		l, err := cases.Appoint(ctx, s, office, staff)
		link, ends = l.Secret, l.Ends
		return err
	})
	return link, ends, err
}
