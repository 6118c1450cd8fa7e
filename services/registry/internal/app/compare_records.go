package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// Pair is two records that an officer looks at side by side; of which the officer
// knows the person is said by the two flags.
type Pair struct {
	Into, Alias             domain.Worker
	KnowsInto, KnowsAlias   bool
	PersonInto, PersonAlias domain.Person // once they were opened
	Likeness                []domain.Likeness
}

// seenBy reports whether a county is one of p's.
func seenBy(p auth.Principal) func(county string) bool {
	return func(county string) bool { return p.CoversDivision(county) == nil }
}

// CompareRecords shows an officer two records side by side, that which would
// remain first, and writes the look to both persons' logs.
func (a *App) CompareRecords(ctx context.Context, first, second string) (out Pair, err error) {
	p, err := a.reader(ctx, "")
	if err != nil {
		return out, err
	}
	err = a.Data.Change(ctx, func(s Store) error {
		one, two, err := both(s, first, second)
		if err != nil {
			return err
		}
		into, alias, err := domain.Pair(one, two, seenBy(p))
		if err != nil {
			return err
		}
		out, err = a.pair(s, p, "", into, alias)
		return err
	})
	if err != nil {
		return out, err
	}
	return a.openPair(ctx, out)
}

// both reads the records that answer for two references.
func both(s Store, first, second string) (one, two domain.Worker, err error) {
	if one, err = s.PeekWorker(first); err == nil {
		two, err = s.PeekWorker(second)
	}
	return one, two, err
}

// pair logs a look at two records, of each as far as it goes.
func (a *App) pair(s Store, p auth.Principal, caseID string, into, alias domain.Worker) (Pair, error) {
	seen := seenBy(p)
	out := Pair{Into: into, Alias: alias, KnowsInto: seen(into.County), KnowsAlias: seen(alias.County)}
	for _, w := range []struct {
		id    string
		knows bool
	}{{into.ID, out.KnowsInto}, {alias.ID, out.KnowsAlias}} {
		kinds := []string{kindCompared}
		if w.knows {
			kinds = []string{kindName, kindDocument, kindContact}
		}
		if err := a.logRead(s, p, w.id, caseID, kinds...); err != nil {
			return out, err
		}
	}
	return out, nil
}

// openPair opens two records and compares them. A key that was erased is answered
// as the account that it closed.
func (a *App) openPair(ctx context.Context, p Pair) (Pair, error) {
	var err error
	if p.PersonInto, err = a.openWorker(ctx, p.Into); err != nil {
		return p, err
	}
	if p.PersonAlias, err = a.openWorker(ctx, p.Alias); err != nil {
		return p, err
	}
	p.Likeness = domain.CompareRecords(p.PersonInto, p.PersonAlias, p.Into.County, p.Alias.County)
	return p, nil
}
