package app

import (
	"context"
	"slices"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/rule"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// Placed is an application with where it stands.
type Placed struct {
	Application domain.Application
	Standing    domain.Standing // zero where it does not wait
	Was         int             // the position when the list was last published; 0 where it was not on it
	PublishedOn clock.Date
	Reasons     []rule.Trace // of the place, or of the decision where it does not wait
	Entry       domain.RoundEntry
	Proof       []string // that the ticket is under the committed root, until the draw is made
	Proofs      []domain.Proof
}

// ReadPlace shows where an application stands: to its worker, to who acts for
// him, or to an officer of its county.
func (a *App) ReadPlace(ctx context.Context, s Store, id string) (v Placed, err error) {
	if v.Application, err = s.PeekApplication(id); err != nil {
		return v, err
	}
	p, err := mayRead(ctx, v.Application.Worker, v.Application.County)
	if err = auth.Hide(err, domain.ErrApplicationUnknown); err != nil {
		return v, err
	}
	if err := a.place(s, p, &v); err != nil {
		return v, err
	}
	return v, logRead(ctx, s, p, v.Application.Worker, v.Application.County, id, kindsOf(v.Proofs)...)
}

// place fills in what p may see of where an application stands.
func (a *App) place(s Store, p auth.Principal, v *Placed) error {
	id := v.Application.ID
	v.Reasons = v.Application.Reasons
	entries, err := s.EntriesOf(id)
	if err != nil {
		return err
	}
	if len(entries) > 0 {
		v.Entry = entries[0]
		r, err := s.PeekRound(v.Entry.RoundID)
		if err != nil {
			return err
		}
		if r.Root == "" || !p.ActsHimself(v.Application.Worker) {
			v.Entry.Ticket = "" // the applicant's alone, and of use where something is drawn
		} else if v.Proof, err = proof(s, r, v.Entry.Ticket); err != nil {
			return err
		}
	}
	if !v.Application.Waits() {
		return nil
	}
	sc, ranked, err := a.rank(s, v.Application.County, v.Application.Kind)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(ranked, func(st domain.Standing) bool { return st.Candidate.Application.ID == id })
	if i < 0 { // it got an offer since it was read
		return nil
	}
	v.Standing = ranked[i]
	v.Proofs = v.Standing.Candidate.Proofs
	why, err := sc.Explain(v.Standing, a.today())
	if err != nil {
		return err
	}
	v.Reasons = []rule.Trace{why}
	first, asked, err := sc.First(v.Application, a.today())
	if err != nil {
		return err
	}
	if asked {
		v.Reasons = append(v.Reasons, first)
	}
	was, on, err := s.Published(v.Application.County, v.Application.Kind)
	v.Was, v.PublishedOn = was[id], on
	return err
}

func proof(s Store, r domain.Round, ticket string) ([]string, error) {
	entries, err := s.Entries(r.ID)
	if err != nil {
		return nil, err
	}
	return r.Prove(entries, ticket)
}
