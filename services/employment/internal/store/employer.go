package store

import (
	"context"
	"database/sql"
	"errors"

	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

const employerColumns = `id, uscc, name, industry_section, county, phone_sealed, manual_check, version, kind, name_sealed`

func (t *Tx) scanEmployer(s sqldb.Scanner) (e domain.Employer, err error) {
	var manual int64
	var sealed, name []byte
	if err = s.Scan(&e.ID, &e.USCC, &e.Name, &e.IndustrySection, &e.County, &sealed, &manual, &e.Version, &e.Kind, &name); err != nil {
		return e, err
	}
	e.ManualCheck = manual != 0
	if e.Kind == domain.Household {
		open, err := t.seal.Open(name, nameOf(e.ID))
		if err != nil {
			return e, err
		}
		e.USCC, e.Name = "", string(open)
	}
	if len(sealed) == 0 {
		return e, nil
	}
	phone, err := t.seal.Open(sealed, []byte(e.ID))
	if err != nil {
		return e, err
	}
	e.Phone, err = ident.ParsePhone(string(phone))
	return e, err
}

// EmployerByUSCC finds an employer by its code.
func (t *Tx) EmployerByUSCC(uscc string) (domain.Employer, bool, error) {
	e, err := t.scanEmployer(t.tx.QueryRow(`SELECT `+employerColumns+` FROM employer WHERE uscc = $1`, uscc))
	if errors.Is(err, sql.ErrNoRows) {
		return e, false, nil
	}
	return e, err == nil, err
}

// Employer loads an employer.
func (t *Tx) Employer(id string) (domain.Employer, error) {
	return load(t.tx.QueryRow(`SELECT `+employerColumns+` FROM employer WHERE id = $1`, id), t.scanEmployer, domain.ErrEmployerUnknown)
}

// nameOf binds a sealed name to its employer, and to being a name.
func nameOf(id string) []byte { return []byte("name:" + id) }

// CorrectEmployer writes what a correction changed, or returns outbox.ErrStale.
func (t *Tx) CorrectEmployer(ctx context.Context, e domain.Employer, events ...domain.Event) error {
	sealed := []byte{}
	if !e.Phone.IsZero() {
		sealed = t.seal.Seal([]byte(e.Phone.Reveal()), []byte(e.ID))
	}
	n, err := t.tx.Exec(`UPDATE employer SET industry_section = $1, phone_sealed = $2, version = $3 WHERE id = $4 AND version = $5`,
		e.IndustrySection, sealed, next(e.Version, events), e.ID, e.Version)
	return t.saved(ctx, n, err, outbox.Subject{Aggregate: e.ID, Version: e.Version, Division: e.County}, events)
}

// SaveEmployer writes a new employer and its events. The same code at the same
// moment gives outbox.ErrStale: repeated, it is found.
func (t *Tx) SaveEmployer(ctx context.Context, e domain.Employer, events ...domain.Event) error {
	sealed := []byte{}
	if !e.Phone.IsZero() {
		sealed = t.seal.Seal([]byte(e.Phone.Reveal()), []byte(e.ID))
	}
	kind, code, name, hidden := e.Kind, e.USCC, e.Name, []byte{}
	if kind == "" {
		kind = domain.Firm
	}
	if kind == domain.Household { // no code: its own id stands where codes are unique
		code, name, hidden = e.ID, "", t.seal.Seal([]byte(e.Name), nameOf(e.ID))
	}
	n, err := t.tx.Exec(`INSERT INTO employer (`+employerColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING`,
		e.ID, code, name, e.IndustrySection, e.County, sealed, number(e.ManualCheck), next(e.Version, events), string(kind), hidden)
	return t.saved(ctx, n, err, outbox.Subject{Aggregate: e.ID, Version: e.Version, Division: e.County}, events)
}
