// Package collision is what becomes of two things of one kind when a join finds them
// to be one person's: two applications to one post, two leases, two covers. Nothing
// is dropped and nothing decides by itself. Both stand where they stood, and an
// officer of the department is given the pair until he has said which way it went.
package collision

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/person"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/proto/contract"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
)

// Errors of this package.
var (
	ErrUnknown = errs.New(errs.NotFound, "collision.unknown", "There is no such pair.")
	ErrOver    = errs.New(errs.Conflict, "collision.over", "This pair was settled already, or its records were parted again.")
	ErrReason  = errs.New(errs.Invalid, "collision.reason", "Say which way it went: one was ended, both stand, or they are not about one thing.")
)

// Reasons is which way a pair can have gone.
var Reasons = []string{"one_ended", "both_stand", "not_one"}

// One is a kind of thing of which a person has one for each purpose: an application
// to a post, a lease. Its query gives of the worker in $1, the earliest place first,
// each thing's id, the reference that it stands under, what it is for and its county;
// person.Whose finds them. Where a thing has no id but its worker's reference, which an
// officer of the pair is not shown, the pair is kept by a digest of it.
type One struct {
	Kind, Query string
	Digest      bool
}

// thing is one of them.
type thing struct{ id, worker, purpose, division string }

func (o One) of(tx *sqldb.Tx, worker string) ([]thing, error) {
	return sqldb.Collect(tx, func(s sqldb.Scanner) (t thing, err error) {
		err = s.Scan(&t.id, &t.worker, &t.purpose, &t.division)
		if o.Digest {
			sum := sha256.Sum256([]byte(o.Kind + " " + t.id))
			t.id = hex.EncodeToString(sum[:8])
		}
		return t, err
	}, o.Query, worker)
}

// Find keeps the pairs that a join has brought together. Call it after the join, in
// its transaction; it may be called again.
func Find(tx *sqldb.Tx, joinID, worker string, ones []One, now time.Time) error {
	for _, one := range ones {
		all, err := one.of(tx, worker)
		if err != nil {
			return err
		}
		first := map[string]thing{}
		for _, t := range all {
			f, taken := first[t.purpose]
			switch {
			case !taken:
				first[t.purpose] = t
			case f.worker != t.worker: // two under one reference are the department's own matter
				if err := keep(tx, joinID, one.Kind, f.worker, f.id, t.id, f.division, now); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// keep writes a pair, unless an earlier join has brought it. One that a parting made
// void, and that is one person's again, is open again.
func keep(tx *sqldb.Tx, joinID, kind, worker, first, second, division string, now time.Time) error {
	var known bool
	err := tx.QueryRow(`SELECT EXISTS (SELECT 1 FROM collision WHERE kind = $1 AND first_id = $2 AND second_id = $3 AND state <> 'void')`,
		kind, first, second).Scan(&known)
	if err != nil || known {
		return err
	}
	_, err = tx.Exec(`INSERT INTO collision (id, join_id, kind, worker, first_id, second_id, division, state, found_at, officer, note, settled_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, 'open', $8, '', '', 0)
		ON CONFLICT (join_id, kind, first_id, second_id) DO UPDATE SET state = 'open', found_at = excluded.found_at WHERE collision.state = 'void'`,
		ident.NewID(), joinID, kind, worker, first, second, division, sqldb.Micros(now))
	return err
}

// Apart is called after two were parted, of whom each may be one with others still. It
// makes void the open pairs that are two strangers' now, whichever join of a chain
// found them, and finds those that each of the two has without the other.
func Apart(tx *sqldb.Tx, a, b string, ones []One, now time.Time) error {
	one, err := person.Same(tx, a, b)
	if err != nil {
		return err
	}
	if !one { // nor by another chain of joins
		if err := strangers(tx, a, b, ones); err != nil {
			return err
		}
	}
	for _, w := range []string{a, b} {
		joinID, err := person.JoinOf(tx, w)
		if err != nil {
			return err
		}
		if joinID == "" {
			continue
		}
		if err := Find(tx, joinID, w, ones, now); err != nil {
			return err
		}
	}
	return nil
}

// strangers makes void the open pairs of which one is a's and one is b's.
func strangers(tx *sqldb.Tx, a, b string, ones []One) error {
	for _, one := range ones {
		as, err := one.of(tx, a)
		if err != nil {
			return err
		}
		bs, err := one.of(tx, b)
		if err != nil {
			return err
		}
		for _, sides := range [][2][]thing{{as, bs}, {bs, as}} {
			for _, t := range sides[0] {
				if err := void(tx, one.Kind, t, sides[1]); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// void ends the open pairs of a thing with those of a stranger.
func void(tx *sqldb.Tx, kind string, first thing, strangers []thing) error {
	seconds, err := sqldb.Collect(tx, func(s sqldb.Scanner) (id string, err error) { return id, s.Scan(&id) },
		`SELECT second_id FROM collision WHERE kind = $1 AND first_id = $2 AND state = 'open'`, kind, first.id)
	if err != nil {
		return err
	}
	for _, second := range seconds {
		if !slices.ContainsFunc(strangers, func(t thing) bool { return t.id == second }) {
			continue
		}
		if _, err := tx.Exec(`UPDATE collision SET state = 'void' WHERE kind = $1 AND first_id = $2 AND second_id = $3 AND state = 'open'`, kind, first.id, second); err != nil {
			return err
		}
	}
	return nil
}

// most is how many pairs one answer lists.
const most = 200

// Server implements platformv1.PersonsServer for one department.
type Server struct {
	Outbox *outbox.Outbox
	Clock  clock.Clock
}

// ListCollisions lists the pairs of the officer's counties, the oldest first. Each
// person reads of the look.
func (s *Server) ListCollisions(ctx context.Context, req *platformv1.ListCollisionsRequest) (*platformv1.ListCollisionsResponse, error) {
	divisions, err := counties(ctx)
	if err != nil {
		return nil, err
	}
	limit := int(req.GetLimit())
	if limit <= 0 || limit > most {
		limit = most
	}
	out := &platformv1.ListCollisionsResponse{}
	err = s.Outbox.DB().Update(ctx, func(tx *sqldb.Tx) error {
		var of []string // whose each is
		out.Collisions, err = sqldb.Collect(tx, func(s sqldb.Scanner) (*platformv1.Collision, error) {
			c, worker := &platformv1.Collision{}, ""
			err := s.Scan(&worker, &c.Id, &c.Kind, &c.FirstId, &c.SecondId, &c.Division, &c.State, &c.FoundAt, &c.ReasonCode, &c.SettledAt)
			of = append(of, worker)
			return c, err
		}, `SELECT worker, id, kind, first_id, second_id, division, state, found_at, note, settled_at FROM collision
			WHERE (state = 'open' OR $1 = 1) AND (division = '' OR `+sqldb.Within("division", 2)+`) ORDER BY CASE state WHEN 'open' THEN 0 ELSE 1 END, found_at, id LIMIT $3`,
			flag(req.GetAll()), divisions, limit)
		if err != nil {
			return err
		}
		for i, w := range of {
			if slices.Contains(of[:i], w) {
				continue
			}
			if err := s.Outbox.Read(ctx, tx, w, out.Collisions[i].GetDivision(), "", "collision"); err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

// SettleCollision notes which way a pair went, by an officer of its county.
func (s *Server) SettleCollision(ctx context.Context, req *platformv1.SettleCollisionRequest) (*platformv1.SettleCollisionResponse, error) {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(Reasons, req.GetReasonCode()) {
		return nil, ErrReason.With("field", "reason_code")
	}
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*platformv1.SettleCollisionResponse, error) {
		all, err := sqldb.Collect(tx, func(s sqldb.Scanner) (c [4]string, err error) { return c, s.Scan(&c[0], &c[1], &c[2], &c[3]) },
			`SELECT division, state, kind, first_id FROM collision WHERE id = $1`+tx.Dialect().ForUpdate(), req.GetId())
		switch {
		case err != nil:
			return nil, err
		case len(all) == 0 || all[0][0] != "" && p.CoversDivision(all[0][0]) != nil:
			return nil, ErrUnknown
		case all[0][1] != "open":
			return nil, ErrOver
		}
		if all[0][2] == person.KindAssigned && req.GetReasonCode() == "one_ended" { // nothing is in the thing's way any more
			if err := person.Give(tx, all[0][3]); err != nil {
				return nil, err
			}
		}
		_, err = tx.Exec(`UPDATE collision SET state = 'settled', officer = $1, note = $2, settled_at = $3 WHERE id = $4`,
			p.Subject, req.GetReasonCode(), s.Clock.Now().UnixMicro(), req.GetId())
		return &platformv1.SettleCollisionResponse{}, err
	})
}

func counties(ctx context.Context) (string, error) {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return "", err
	}
	divisions, ok := p.Counties()
	if !ok {
		return "", auth.ErrDivision
	}
	return divisions, nil
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Methods binds the server to the contract for the officers whom the department's own
// methods name.
func Methods(s *Server, own []contract.Method) []contract.Method {
	return contract.ForOfficersOf(own, platformv1.PersonsMethods(s))
}
