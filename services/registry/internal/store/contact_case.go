package store

import (
	"database/sql"
	"errors"
	"time"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

const caseColumns = `id, worker, from_county, county, languages, profile, account_version, name_differs, officer, made_at, state, decided_by, decided_at,
	reason_code, paper, refusal_reason_code, former_profile, former_languages, objected_at`

func scanCase(s sqldb.Scanner) (c domain.ContactCase, err error) {
	var languages, former string
	var differs, made, decided, objected int64
	err = s.Scan(&c.ID, &c.Worker, &c.From, &c.County, &languages, &c.Profile, &c.Version, &differs, &c.Officer, &made, &c.State, &c.DecidedBy, &decided,
		&c.Grounds.Reason, &c.Grounds.Paper, &c.Refusal, &c.Former, &former, &objected)
	c.Languages, c.NameDiffers, c.MadeAt, c.FormerLangs = split(languages), differs != 0, sqldb.Time(made), split(former)
	if decided > 0 {
		c.DecidedAt = sqldb.Time(decided)
	}
	if objected > 0 {
		c.ObjectedAt = sqldb.Time(objected)
	}
	return c, err
}

// ContactCase loads and locks a case.
func (t *Tx) ContactCase(id string) (domain.ContactCase, error) {
	c, err := scanCase(t.tx.QueryRow(`SELECT `+caseColumns+` FROM contact_case WHERE id = $1`+t.tx.Dialect().ForUpdate(), id))
	if errors.Is(err, sql.ErrNoRows) {
		err = domain.ErrCaseUnknown
	}
	return c, err
}

// OpenContactCases lists what is not decided, oldest first.
func (t *Tx) OpenContactCases() ([]domain.ContactCase, error) {
	return sqldb.Collect(t.tx, scanCase, `SELECT `+caseColumns+` FROM contact_case WHERE state = $1 ORDER BY made_at, id LIMIT 500`, domain.CaseOpen)
}

// ContactCasesOf lists what was asked about a person, newest first.
func (t *Tx) ContactCasesOf(worker string) ([]domain.ContactCase, error) {
	return sqldb.Collect(t.tx, scanCase, `SELECT `+caseColumns+` FROM contact_case WHERE worker = $1 ORDER BY made_at DESC, id DESC LIMIT 100`, worker)
}

// SaveContactCase writes a case; one that has ended stays as it is, but that the
// person may have undone what it changed.
func (t *Tx) SaveContactCase(c domain.ContactCase) error {
	n, err := t.tx.Exec(`INSERT INTO contact_case (`+caseColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
		ON CONFLICT (id) DO UPDATE SET state = excluded.state, decided_by = excluded.decided_by, decided_at = excluded.decided_at,
			refusal_reason_code = excluded.refusal_reason_code, former_profile = excluded.former_profile, former_languages = excluded.former_languages, objected_at = excluded.objected_at
		WHERE contact_case.state = 'open' OR contact_case.state = 'applied' AND excluded.state = 'undone'`,
		c.ID, c.Worker, c.From, c.County, join(c.Languages), c.Profile, c.Version, number(c.NameDiffers), c.Officer, sqldb.Micros(c.MadeAt), c.State, c.DecidedBy, moment(c.DecidedAt),
		c.Grounds.Reason, c.Grounds.Paper, c.Refusal, c.Former, join(c.FormerLangs), moment(c.ObjectedAt))
	if err == nil && n == 0 {
		return outbox.ErrStale
	}
	return err
}

// LogLookup writes down that an officer looked a number up.
func (t *Tx) LogLookup(id string, l domain.Lookup) error {
	_, err := t.tx.Exec(`INSERT INTO lookup (id, at, officer, department, division, purpose, legal_basis, case_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		id, sqldb.Micros(l.At), l.Officer, l.Department, l.Division, l.Purpose, l.LegalBasis, l.CaseID)
	return err
}

// Lookups counts an officer's look-ups since a time. Those of one officer come
// one after the other, so that none slips past the limit.
func (t *Tx) Lookups(officer string, since time.Time) (n int, err error) {
	if err := t.tx.Lock("lookup " + officer); err != nil {
		return 0, err
	}
	return n, t.tx.QueryRow(`SELECT count(*) FROM lookup WHERE officer = $1 AND at > $2`, officer, sqldb.Micros(since)).Scan(&n)
}
