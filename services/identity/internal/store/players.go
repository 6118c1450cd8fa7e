package store

import (
	"errors"

	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/identity/internal/domain"
)

// OfferPlayers says anew whom visitors may play. Who is offered aside is added, and takes
// nobody's place in the list.
func (t *inTx) OfferPlayers(all []domain.Player) error {
	listed := false
	for _, p := range all {
		listed = listed || !p.Aside
	}
	var err error
	if listed {
		err = t.do(`DELETE FROM player WHERE aside = 0`)
	}
	for _, p := range all {
		aside := 0
		if p.Aside {
			aside = 1
		}
		query := `INSERT INTO player (account, label, aside, place) VALUES ($1, $2, $3, $4) ON CONFLICT (account) DO UPDATE SET label = excluded.label, aside = excluded.aside, place = excluded.place`
		if p.Aside {
			query = `INSERT INTO player (account, label, aside, place) VALUES ($1, $2, $3, $4) ON CONFLICT (account) DO NOTHING`
		}
		err = errors.Join(err, t.do(query, p.Account, p.Label, aside, p.Place))
	}
	return err
}

// Players lists whom visitors may play.
func (t *inTx) Players(subject string) ([]domain.Player, error) {
	return sqldb.Collect(t.tx, func(s sqldb.Scanner) (p domain.Player, err error) {
		var aside int
		err = s.Scan(&p.Account, &p.Label, &aside, &p.Place)
		p.Aside = aside == 1
		return p, err
	}, `SELECT p.account, p.label, p.aside, p.place FROM player p JOIN login_account a ON a.id = p.account
		WHERE a.state = 'open' AND (p.aside = 0 OR a.subject = $1) ORDER BY p.aside DESC, p.place, p.account`, subject)
}
