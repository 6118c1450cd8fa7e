package death

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/qiao-platform/qiao/pkg/account"
	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/proto/contract"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
)

// Errors of this package.
var (
	ErrNotHeld = errs.New(errs.NotFound, "estate.unknown", "There is no such thing of somebody whose death is recorded.")
	ErrStays   = errs.New(errs.Conflict, "estate.stays", "This is not ended here: it is due to the family, or ends on the department's own pages.")
)

// Held is a kind of thing that people hold or await, of which a department is given a
// list where they died. Its query gives id, worker, state and division of those things
// of the dead; account.OfTheDead finds them. It is read anew each time, so that what
// was ended, and what is a living person's again, is not on it.
type Held struct {
	Kind, Query string
	// End is the department's ordinary act by which one ends, in the worker's name; nil
	// where it is no officer's alone.
	End func(ctx context.Context, tx *sqldb.Tx, id string) error
}

// Ends is a use case by which one thing ends, on a department's store.
func Ends[S any](in func(*sqldb.Tx) S, end func(ctx context.Context, store S, id string) error) func(context.Context, *sqldb.Tx, string) error {
	return func(ctx context.Context, tx *sqldb.Tx, id string) error { return end(ctx, in(tx), id) }
}

// Rows is the query of the rows of a table that are of the dead, where a condition
// holds; state and division are SQL of one row.
func Rows(table, state, division, where string) string {
	return `SELECT id, worker, ` + state + ` AS state, ` + division + ` AS division FROM ` + table + ` WHERE ` + account.OfTheDead(table+".worker") + ` AND ` + where
}

// How many things a page lists, where the caller does not say, and at most.
const few, most = 50, 200

// Server implements platformv1.EstateServer for one department.
type Server struct {
	Outbox *outbox.Outbox
	Held   []Held
}

// thing is one thing of somebody who died.
type thing struct{ id, worker, state, division string }

// of lists so many things of a kind in an officer's counties, in the order of their
// ids after one; id "" is all.
func (h Held) of(tx *sqldb.Tx, p auth.Principal, id, after string, limit int) ([]thing, error) {
	divisions, ok := p.Counties()
	if !ok {
		return nil, auth.ErrDivision
	}
	return sqldb.Collect(tx, func(s sqldb.Scanner) (t thing, err error) { return t, s.Scan(&t.id, &t.worker, &t.state, &t.division) },
		`SELECT id, worker, state, division FROM (`+h.Query+`) AS held WHERE (division = '' OR `+sqldb.Within("division", 1)+`) AND (id = $2 OR $2 = '') AND id > $3 ORDER BY id LIMIT $4`,
		divisions, id, after, limit)
}

// ListHeld lists a page of what the dead of the officer's counties hold and await.
func (s *Server) ListHeld(ctx context.Context, req *platformv1.ListHeldRequest) (*platformv1.ListHeldResponse, error) {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return nil, err
	}
	kind, after, _ := strings.Cut(req.GetAfter(), " ")
	first := slices.IndexFunc(s.Held, func(h Held) bool { return h.Kind == kind })
	if first < 0 && req.GetAfter() != "" {
		return nil, ErrNotHeld
	}
	limit := int(req.GetLimit())
	if limit <= 0 {
		limit = few
	}
	limit = min(limit, most)
	out := &platformv1.ListHeldResponse{}
	err = s.Outbox.DB().Update(ctx, func(tx *sqldb.Tx) error {
		out.Things, out.Next = nil, ""
		var seen []string
		from := after
		for _, h := range s.Held[max(first, 0):] {
			all, err := h.of(tx, p, "", from, limit+1-len(out.GetThings()))
			if err != nil {
				return err
			}
			from = ""
			for _, t := range all {
				if n := len(out.GetThings()); n == limit {
					out.Next = out.GetThings()[n-1].GetKind() + " " + out.GetThings()[n-1].GetId()
					return nil
				}
				out.Things = append(out.Things, &platformv1.HeldThing{Kind: h.Kind, Id: t.id, Worker: t.worker, Division: t.division, State: t.state, Endable: h.End != nil})
				if slices.Contains(seen, t.worker) {
					continue
				}
				seen = append(seen, t.worker)
				if err := s.Outbox.Read(ctx, tx, t.worker, t.division, "", "held"); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return out, err
}

// GiveUp ends one thing by its department's ordinary act, which is given in the name of
// who held it: the officer heard the family.
func (s *Server) GiveUp(ctx context.Context, req *platformv1.GiveUpRequest) (*platformv1.GiveUpResponse, error) {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return nil, err
	}
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*platformv1.GiveUpResponse, error) {
		at := slices.IndexFunc(s.Held, func(h Held) bool { return h.Kind == req.GetKind() })
		if at < 0 || req.GetId() == "" {
			return nil, ErrNotHeld
		}
		held, err := s.Held[at].of(tx, p, req.GetId(), "", 1)
		switch {
		case err != nil:
			return nil, err
		case len(held) == 0:
			return nil, ErrNotHeld
		case s.Held[at].End == nil:
			return nil, ErrStays
		}
		// Asked under the lock that a reversal takes: from here on the person is not found alive.
		switch err := account.Living(tx, held[0].worker); {
		case err == nil:
			return nil, ErrNotHeld
		case !errors.Is(err, account.ErrDeceased):
			return nil, err
		}
		p.ActsFor, p.Via = held[0].worker, auth.ViaCounter
		return &platformv1.GiveUpResponse{}, s.Held[at].End(auth.NewContext(ctx, p), tx, req.GetId())
	})
}

// Methods binds the server to the contract for the officers whom the department's own
// methods name.
func Methods(s *Server, own []contract.Method) []contract.Method {
	return contract.ForOfficersOf(own, platformv1.EstateMethods(s))
}
