package store

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/person"
	"github.com/qiao-platform/qiao/pkg/table"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// kept is an employer as its row says it. A household has no code: its own id
// stands where codes are unique. Its name is a person's, and sealed.
type kept struct {
	domain.Employer
	hidden string
}

func keep(e domain.Employer) kept {
	k := kept{Employer: e}
	switch e.Kind {
	case "":
		k.Kind = domain.Firm
	case domain.Household:
		k.USCC, k.Name, k.hidden = e.ID, "", e.Name
	}
	return k
}

func (k kept) employer() domain.Employer {
	if k.Kind == domain.Household {
		k.USCC, k.Name = "", k.hidden
	}
	return k.Employer
}

// employerTable seals names and phones, each bound to its employer and to what it is.
func employerTable(seal outbox.Sealer) *table.Of[kept] {
	return table.New(table.Spec[kept]{
		Table: "employer",
		Columns: func(k *kept) []table.Column {
			phone := table.Sealed(seal, func() string { return k.ID }, func() string { return k.Phone.Reveal() },
				func(text string) (err error) { k.Phone, err = ident.ParsePhone(text); return err })
			name := table.Sealed(seal, func() string { return "name:" + k.ID }, func() string { return k.hidden },
				func(text string) error { k.hidden = text; return nil })
			return []table.Column{
				table.Key("id", &k.ID), table.Fixed("uscc", &k.USCC), table.Fixed("name", &k.Name), table.Changing("industry_section", &k.IndustrySection),
				table.Fixed("county", &k.County), table.Changing("phone_sealed", phone), table.Fixed("manual_check", &k.ManualCheck), table.Version(&k.Version),
				table.Fixed("kind", &k.Kind), table.Fixed("name_sealed", name),
			}
		},
		About:   func(k *kept) outbox.Subject { return outbox.Subject{Aggregate: k.ID, Division: k.County} },
		Unknown: domain.ErrEmployerUnknown,
	})
}

// EmployerByUSCC finds an employer by its code.
func (t *Tx) EmployerByUSCC(uscc string) (domain.Employer, bool, error) {
	k, found, err := t.employers.Find(t.tx, `WHERE uscc = $1`, uscc)
	return k.employer(), found, err
}

// Employer reads an employer.
func (t *Tx) Employer(id string) (domain.Employer, error) {
	k, err := t.employers.Peek(t.tx, id)
	return k.employer(), err
}

// Employers reads employers, by id.
func (t *Tx) Employers(ids []string) (all []domain.Employer, err error) {
	rows, err := t.employers.Among(t.tx, "id", ids, "ORDER BY id")
	for _, k := range rows {
		all = append(all, k.employer())
	}
	return all, err
}

// EmployersOf gives the names of the employers of the worker's hires; who works
// in a household may know whose it is.
func (t *Tx) EmployersOf(worker string) (map[string]string, error) {
	rows, err := t.employers.List(t.tx, `WHERE id IN (SELECT employer_id FROM hire WHERE `+person.Whose("worker", 1)+`)`, worker)
	all := map[string]string{}
	for _, k := range rows {
		all[k.ID] = k.employer().Name
	}
	return all, err
}

// SaveEmployer writes an employer and its events. The same code at the same
// moment gives outbox.ErrStale: repeated, it is found.
func (t *Tx) SaveEmployer(ctx context.Context, e domain.Employer, events ...domain.Event) error {
	return t.employers.Save(ctx, t.outbox, t.tx, keep(e), events...)
}
