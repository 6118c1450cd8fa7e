package store

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/evidence"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/person"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/table"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

var profiles = table.New(table.Spec[domain.Profile]{
	Table: "profile",
	Columns: func(p *domain.Profile) []table.Column {
		return []table.Column{
			table.Key("worker", &p.Worker), table.Changing("occupation", &p.Occupation), table.Changing("wage_min_fen", &p.WageMinFen),
			table.Changing("education", &p.Education), table.Changing("available_from", &p.AvailableFrom), table.Changing("needs_housing", &p.NeedsHousing),
			table.Changing("closed", &p.Closed), table.Version(&p.Version), table.Changing("available_to", &p.AvailableTo), table.Changing("county", &p.County),
			table.Changing("township", &p.Township), table.Changing("needs_meals", &p.NeedsMeals), table.Changing("skills", &p.Skills),
			table.Changing("paper_certificates", &p.Papers), table.Changing("set_via", &p.SetVia), table.Changing("set_at", &p.SetAt),
		}
	},
	About: func(p *domain.Profile) outbox.Subject {
		return outbox.Subject{Aggregate: domain.ProfileCase(p.Worker), Worker: p.Worker}
	},
})

// profile finds the job search of a person: one that is open, and the one of the
// reference that was given first, where two were opened before they were joined. One
// that was closed opens again only under its own reference.
func (t *Tx) profile(worker, lock string) (domain.Profile, error) {
	p, found, err := profiles.Find(t.tx, `WHERE `+person.Whose("worker", 1)+` AND (closed = 0 OR worker = $1) ORDER BY closed, worker LIMIT 1`+lock, worker)
	if err == nil && !found {
		p.Worker = worker
	}
	return p, err
}

// Profile loads and locks a worker's profile, or gives a new one.
func (t *Tx) Profile(worker string) (domain.Profile, error) {
	return t.profile(worker, profiles.Lock(t.tx))
}

// ProfileUnder loads and locks the profile that was made under a reference itself,
// or gives a new one.
func (t *Tx) ProfileUnder(reference string) (domain.Profile, error) {
	p, found, err := profiles.Find(t.tx, `WHERE worker = $1`+profiles.Lock(t.tx), reference)
	if err == nil && !found {
		p.Worker = reference
	}
	return p, err
}

// Profiles lists and locks all that a person has, open or closed.
func (t *Tx) Profiles(worker string) ([]domain.Profile, error) {
	return profiles.List(t.tx, `WHERE `+person.Whose("worker", 1)+` ORDER BY worker`+profiles.Lock(t.tx), worker)
}

// PeekProfile reads a profile without locking it, or returns ErrProfileUnknown.
func (t *Tx) PeekProfile(worker string) (domain.Profile, error) {
	p, err := t.profile(worker, "")
	if err == nil && (p.Version == 0 || p.Closed) {
		return p, domain.ErrProfileUnknown
	}
	return p, err
}

// PeekProfiles gives the open profiles of workers who have one.
func (t *Tx) PeekProfiles(workers []string) (map[string]domain.Profile, error) {
	rows, err := profiles.Among(t.tx, "worker", workers, "AND closed = 0")
	all := make(map[string]domain.Profile, len(rows))
	for _, p := range rows {
		all[p.Worker] = p
	}
	return all, err
}

// SaveProfile writes a profile and its events.
func (t *Tx) SaveProfile(ctx context.Context, p domain.Profile, events ...domain.Event) error {
	return profiles.Save(ctx, t.outbox, t.tx, p, events...)
}

// noted is a certificate that a profile's history has told of.
type noted struct {
	worker string
	domain.Qualification
}

var notes = table.New(table.Spec[noted]{
	Table: "noted_qualification",
	Columns: func(n *noted) []table.Column {
		return []table.Column{
			table.Key("worker", &n.worker), table.Key("certificate_id", &n.CertificateID), table.Changing("occupation", &n.Occupation),
			table.Changing("since", &n.Since), table.Changing("flagged", &n.Flagged),
		}
	},
})

// NotedQualifications lists what the profile's history has told of.
func (t *Tx) NotedQualifications(worker string) (all []domain.Qualification, err error) {
	rows, err := notes.List(t.tx, `WHERE worker = $1 ORDER BY certificate_id`, worker)
	for _, n := range rows {
		all = append(all, n.Qualification)
	}
	return all, err
}

// HeldQualifications gives by worker the certificates that are held as evidence
// and may be shown on a day.
func (t *Tx) HeldQualifications(on clock.Date, workers ...string) (map[string][]domain.Qualification, error) {
	if len(workers) == 0 {
		return nil, nil
	}
	cases := make([]string, len(workers))
	for i, w := range workers {
		cases[i] = domain.ProfileCase(w)
	}
	marks, args := sqldb.In(cases)
	held, err := evidence.OfCases(t.tx, on, marks, args...)
	all := make(map[string][]domain.Qualification, len(workers))
	for i, w := range workers {
		for _, e := range held[cases[i]] {
			if e.Kind == evidence.Certificate {
				all[w] = append(all[w], domain.Qualification{CertificateID: e.SourceID, Occupation: e.Code, Since: e.Since, Flagged: e.Flagged})
			}
		}
	}
	return all, err
}

// SearchOpened collects what the worker's grants open for the job search.
func (t *Tx) SearchOpened(ctx context.Context, worker string) error {
	return t.Evidence.CaseOpened(ctx, t.tx, domain.ProfileCase(worker), worker)
}

// SearchClosed forgets what was held for the job search.
func (t *Tx) SearchClosed(worker string) error {
	return t.Evidence.CaseClosed(t.tx, domain.ProfileCase(worker))
}

// NoteQualifications replaces what was noted.
func (t *Tx) NoteQualifications(worker string, held []domain.Qualification) error {
	if _, err := t.tx.Exec(`DELETE FROM noted_qualification WHERE worker = $1`, worker); err != nil {
		return err
	}
	for _, q := range held {
		if err := notes.Put(t.tx, noted{worker, q}); err != nil {
			return err
		}
	}
	return nil
}
