package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/person"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/table"
	"github.com/qiao-platform/qiao/services/identity/internal/domain"
)

var accounts = table.New(table.Spec[domain.Account]{
	Table: "login_account",
	Columns: func(a *domain.Account) []table.Column {
		sole := a.Sole()
		if a.State == domain.Closed {
			sole = "closed " + a.ID // the number may be given out again
		}
		login := &a.Login
		if a.State == domain.Closed {
			login = new(string)
		}
		return []table.Column{
			table.Key("id", &a.ID), table.Fixed("kind", &a.Kind), table.Changing("subject", &a.Subject), table.Changing("login", table.Optional(login)),
			table.Changing("sole", &sole), table.Fixed("office", &a.Office), table.Fixed("responsible", &a.Responsible),
			table.Changing("seen", &a.Seen), table.Changing("state", &a.State), table.Changing("password_at", &a.PasswordAt),
			table.Changing("superseded_at", &a.Superseded), table.Changing("stopped_at", &a.Stopped), table.Changing("language", &a.Language),
			table.Fixed("opened_by", &a.OpenedBy), table.Fixed("opened_at", &a.OpenedAt), table.Version(&a.Version),
		}
	},
	About:   func(a *domain.Account) outbox.Subject { return outbox.Subject{Aggregate: a.ID} },
	Unknown: domain.ErrAccount,
	Twice:   domain.ErrTaken,
})

// Account loads and locks an account.
func (t *inTx) Account(id string) (domain.Account, error) { return load(t, accounts, id) }

// PeekAccount reads an account.
func (t *inTx) PeekAccount(id string) (domain.Account, error) { return accounts.Peek(t.tx, id) }

// AccountByLogin finds an account by what is typed.
func (t *inTx) AccountByLogin(login string) (domain.Account, bool, error) {
	if login == "" {
		return domain.Account{}, false, nil
	}
	return accounts.Find(t.tx, `WHERE login = $1`, login)
}

// AccountOf finds a person's account, under whichever reference it was opened.
func (t *inTx) AccountOf(worker string) (domain.Account, bool, error) {
	return accounts.Find(t.tx, `WHERE kind = 'worker' AND state <> 'closed' AND `+person.Whose("subject", 1)+` ORDER BY id`, worker)
}

// SaveAccount writes an account and its events.
func (t *inTx) SaveAccount(ctx context.Context, a domain.Account, events ...domain.Event) error {
	return accounts.Save(ctx, t.outbox, t.tx, a, events...)
}

// Administrators lists those that are not closed.
func (t *inTx) Administrators() ([]domain.Account, error) {
	return accounts.List(t.tx, `WHERE kind = 'administrator' AND state <> 'closed' ORDER BY id`+locked(t, accounts))
}

// EmployerUsers lists who signs in for an employer, oldest first.
func (t *inTx) EmployerUsers(employer string) ([]domain.Account, error) {
	return accounts.List(t.tx, `WHERE kind = 'employer' AND state <> 'closed' AND subject = $1 ORDER BY id`+locked(t, accounts), employer)
}

// EverHeld reports whether anybody ever held an administrators' office.
func (t *inTx) EverHeld(office string) (bool, error) {
	var n int
	err := t.tx.QueryRow(`SELECT count(*) FROM login_account WHERE kind = 'administrator' AND office = $1 AND password_at > 0`, office).Scan(&n)
	return n > 0, err
}

// AccountsOf lists a person's accounts, under whichever reference they were opened.
func (t *inTx) AccountsOf(worker string) ([]domain.Account, error) {
	return accounts.List(t.tx, `WHERE kind = 'worker' AND state <> 'closed' AND `+person.Whose("subject", 1)+` ORDER BY id`+locked(t, accounts), worker)
}

// AccountsWithin lists accounts that hold a right in a division which the reader's
// covers, newest first. A worker's is there by the reference, or not at all.
func (t *inTx) AccountsWithin(reader domain.Grants, all bool, ask domain.Asked, limit int) ([]domain.Account, error) {
	query := `WHERE ($1 = '' AND kind <> 'worker' OR $1 <> '' AND (login = $2 OR kind <> 'worker' AND (substr(subject, 1, length($2)) = $2 OR substr(login, 1, length($2)) = $2 OR subject = $1 OR substr(login, length(login) - length($2)) = '@' || $2)
			OR kind = 'worker' AND ` + person.Whose("subject", 1) + `))
		AND ($3 = '' OR kind = $3) AND ($4 = '' OR state = $4) AND ($5 = '' OR id < $5)`
	args := []any{ask.Find, domain.LoginName(ask.Find), ask.Kind, ask.State, ask.Before}
	if !all {
		where, of := t.heldWithin(reader, len(args)+1)
		query, args = query+` AND `+where, append(args, of...)
	}
	args = append(args, limit)
	return accounts.List(t.tx, query+fmt.Sprintf(` ORDER BY id DESC LIMIT $%d`, len(args)), args...)
}

// heldWithin is a condition: an account holds a right that the reader's cover.
func (t *inTx) heldWithin(reader domain.Grants, n int) (string, []any) {
	var held domain.Grants
	for _, department := range []string{"hrss", "edu", "hou", "ops"} {
		for _, g := range reader {
			held = append(held, domain.Grant{Role: g.Role, Department: department, Division: g.Division})
		}
	}
	where, args := held.Where([]string{domain.Administrator}, "g.department", "g.division", n)
	return `EXISTS (SELECT 1 FROM grant_of g WHERE g.account = login_account.id AND ` + where + `)`, args
}

// Grants lists what an account may do.
func (t *inTx) Grants(account string) (domain.Grants, error) {
	return sqldb.Collect(t.tx, func(s sqldb.Scanner) (g domain.Grant, err error) {
		return g, s.Scan(&g.Role, &g.Department, &g.Division)
	},
		`SELECT role, department, division FROM grant_of WHERE account = $1 ORDER BY role, department, division`, account)
}

// SetGrants says anew what an account may do.
func (t *inTx) SetGrants(account string, all domain.Grants) error {
	err := t.do(`DELETE FROM grant_of WHERE account = $1`, account)
	for _, g := range all {
		err = errors.Join(err, t.do(`INSERT INTO grant_of (account, role, department, division) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`, account, g.Role, g.Department, g.Division))
	}
	return err
}
