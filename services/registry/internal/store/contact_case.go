package store

import (
	"time"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/person"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/table"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

var contactCases = table.New(table.Spec[domain.ContactCase]{
	Table: "contact_case",
	Columns: func(c *domain.ContactCase) []table.Column {
		return []table.Column{
			table.Key("id", &c.ID), table.Fixed("worker", &c.Worker), table.Fixed("from_county", &c.From), table.Fixed("county", &c.County),
			table.Fixed("languages", table.Commas(&c.Languages)), table.Fixed("profile", &c.Profile), table.Fixed("account_version", &c.Version),
			table.Fixed("name_differs", &c.NameDiffers), table.Fixed("officer", &c.Officer), table.Fixed("made_at", &c.MadeAt),
			table.Changing("state", &c.State), table.Changing("decided_by", &c.DecidedBy), table.Changing("decided_at", &c.DecidedAt),
			table.Fixed("reason_code", &c.Grounds.Reason), table.Fixed("paper", &c.Grounds.Paper), table.Changing("refusal_reason_code", &c.Refusal),
			table.Changing("former_profile", &c.Former), table.Changing("former_languages", table.Commas(&c.FormerLangs)),
			table.Changing("objected_at", &c.ObjectedAt),
		}
	},
	Unknown: domain.ErrCaseUnknown,
})

// ContactCase loads and locks a case.
func (t *Tx) ContactCase(id string) (domain.ContactCase, error) { return contactCases.Load(t.tx, id) }

// OpenContactCases lists what is not decided, oldest first: about people of the
// counties that the divisions cover, and what the officer opened.
func (t *Tx) OpenContactCases(counties, officer string) ([]domain.ContactCase, error) {
	return contactCases.List(t.tx, `WHERE state = $1 AND (`+sqldb.Within("from_county", 2)+` OR officer = $3) ORDER BY made_at, id LIMIT 500`, domain.CaseOpen, counties, officer)
}

// ContactCasesOf lists what was asked about a person, newest first.
func (t *Tx) ContactCasesOf(worker string) ([]domain.ContactCase, error) {
	return contactCases.List(t.tx, `WHERE `+person.Whose("worker", 1)+` ORDER BY made_at DESC, id DESC LIMIT 100`, worker)
}

// SaveContactCase writes a case; one that has ended stays as it is, but that the
// person may have undone what it changed.
func (t *Tx) SaveContactCase(c domain.ContactCase) error {
	written, err := contactCases.PutWhere(t.tx, `contact_case.state = 'open' OR contact_case.state = 'applied' AND excluded.state = 'undone'`, c)
	if err == nil && !written {
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
