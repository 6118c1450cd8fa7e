package evidence

import (
	"context"
	"slices"

	"github.com/qiao-platform/qiao/pkg/person"
	"github.com/qiao-platform/qiao/pkg/sqldb"
)

// Joined collects for the open cases of a person what a join opens for them: each
// grant and each fact of one reference is the other's too. Call it after the join.
func (h *Holder) Joined(ctx context.Context, tx *sqldb.Tx, worker string) error {
	return h.collectAnew(ctx, tx, worker)
}

func (h *Holder) collectAnew(ctx context.Context, tx *sqldb.Tx, worker string) error {
	if err := lock(tx, worker); err != nil {
		return err
	}
	cases, err := h.cases.OpenCases(tx, worker)
	if err != nil {
		return err
	}
	for _, c := range cases {
		if err := h.CaseOpened(ctx, tx, c, worker); err != nil {
			return err
		}
	}
	return nil
}

// Parted takes from each case what was another person's, whose fact or whose grant,
// and collects anew what its own person's grants open. Call it after the parting,
// which has assigned by hand what it assigns.
func (h *Holder) Parted(ctx context.Context, tx *sqldb.Tx, p person.Parting) error {
	for worker, all := range map[string][]string{p.Alias: p.ToAlias, p.Remains: p.ToRemains} {
		for _, id := range all {
			if _, err := tx.Exec(`UPDATE evidence SET worker = $1 WHERE source_id = $2 AND grant_id <> ''`, worker, id); err != nil {
				return err
			}
		}
	}
	if err := Lock(tx, p.Alias, p.Remains); err != nil {
		return err
	}
	done := map[string]bool{}
	for _, worker := range []string{p.Alias, p.Remains} {
		class, err := person.Class(tx, worker)
		if err != nil {
			return err
		}
		for _, w := range class {
			if done[w] {
				continue
			}
			done[w] = true
			if err := h.sort(ctx, tx, w); err != nil {
				return err
			}
		}
		if err := h.collectAnew(ctx, tx, worker); err != nil {
			return err
		}
	}
	return nil
}

// piece is a row of evidence, with who gave its grant.
type piece struct{ caseID, source, sourceID, kind, worker, grantID, granter string }

// sort looks at the evidence that has to do with a reference: its fact or its grant.
func (h *Holder) sort(ctx context.Context, tx *sqldb.Tx, worker string) error {
	all, err := sqldb.Collect(tx, func(s sqldb.Scanner) (p piece, err error) {
		return p, s.Scan(&p.caseID, &p.source, &p.sourceID, &p.kind, &p.worker, &p.grantID, &p.granter)
	}, `SELECT e.case_id, e.source, e.source_id, e.kind, e.worker, e.grant_id, g.worker FROM evidence e JOIN consent_grant g ON g.id = e.grant_id
		WHERE e.case_id IN (SELECT case_id FROM evidence WHERE evidence.worker = $1 UNION SELECT f.case_id FROM evidence f JOIN consent_grant o ON o.id = f.grant_id WHERE o.worker = $1)
		ORDER BY e.case_id, e.source, e.source_id`, worker)
	if err != nil {
		return err
	}
	for _, p := range all {
		owner, err := h.owner(tx, p)
		if err != nil {
			return err
		}
		class, err := person.Class(tx, owner)
		if err != nil {
			return err
		}
		if !slices.Contains(class, p.worker) {
			if err := h.remove(ctx, tx, Retracted, `case_id = $1 AND source = $2 AND source_id = $3`, p.caseID, p.source, p.sourceID); err != nil {
				return err
			}
			continue
		}
		if slices.Contains(class, p.granter) {
			continue
		}
		g, ok, err := h.grantFor(tx, owner, p.kind)
		if err != nil {
			return err
		}
		if ok {
			_, err = tx.Exec(`UPDATE evidence SET grant_id = $1 WHERE case_id = $2 AND source = $3 AND source_id = $4`, g.ID, p.caseID, p.source, p.sourceID)
		} else {
			err = h.remove(ctx, tx, Withdrawn, `case_id = $1 AND source = $2 AND source_id = $3`, p.caseID, p.source, p.sourceID)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// owner is whose case holds a piece of evidence: the case says so itself, or the
// department lists it among somebody's open ones.
func (h *Holder) owner(tx *sqldb.Tx, p piece) (string, error) {
	if worker, found, err := person.Of(tx, p.caseID); err != nil || found {
		return worker, err
	}
	for _, w := range []string{p.worker, p.granter} {
		open, err := h.cases.OpenCases(tx, w)
		if err != nil {
			return "", err
		}
		if slices.Contains(open, p.caseID) {
			return w, nil
		}
	}
	return "", nil // nobody's any more: what it holds goes
}
