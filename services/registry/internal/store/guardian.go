package store

import (
	"context"
	"slices"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/person"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/table"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

var guardians = table.New(table.Spec[domain.Guardian]{
	Table: "guardian",
	Columns: func(g *domain.Guardian) []table.Column {
		return []table.Column{
			table.Key("id", &g.ID), table.Fixed("child", &g.Child), table.Fixed("worker", &g.Worker), table.Fixed("guardian_kind", &g.Kind), table.Fixed("paper", &g.Paper),
			table.Fixed("county", &g.County), table.Changing("state", &g.State), table.Fixed("valid_from", &g.From), table.Fixed("valid_to", &g.Until),
			table.Fixed("officer", &g.Officer), table.Fixed("made_at", &g.MadeAt), table.Changing("answer_by", &g.AnswerBy), table.Changing("objected_by", &g.ObjectedBy),
			table.Changing("heard_present_at", &g.HeardPresent), table.Changing("heard_new_at", &g.HeardNew), table.Changing("decided_by", &g.DecidedBy),
			table.Changing("end_reason_code", &g.EndReason), table.Changing("ended_on", &g.EndedOn), table.Version(&g.Version),
		}
	},
	About: func(g *domain.Guardian) outbox.Subject {
		return outbox.Subject{Aggregate: g.ID, Worker: g.Worker} // of no county: that of the child may be hidden from this guardian
	},
	Unknown: domain.ErrGuardianNone,
	Twice:   domain.ErrGuardianTwice,
})

var guardianCases = table.New(table.Spec[domain.GuardianCase]{
	Table: "guardian_case",
	Columns: func(c *domain.GuardianCase) []table.Column {
		return []table.Column{
			table.Key("id", &c.ID), table.Fixed("case_kind", &c.Kind), table.Fixed("child", &c.Child), table.Fixed("guardian", &c.Guardian),
			table.Fixed("other_child", &c.Other), table.Fixed("worker", &c.Worker), table.Fixed("hidden", &c.Hidden), table.Fixed("valid_to", &c.Until),
			table.Fixed("reason_code", &c.Reason), table.Fixed("paper", &c.Paper), table.Fixed("county", &c.County), table.Fixed("officer", &c.Officer),
			table.Fixed("made_at", &c.MadeAt), table.Changing("state", &c.State), table.Changing("refusal_reason_code", &c.Refusal),
			table.Changing("decided_by", &c.DecidedBy), table.Changing("decided_at", &c.DecidedAt),
		}
	},
	Unknown: domain.ErrCaseUnknown,
})

// Person is the reference that answers for the person for whom a worker stands.
func (t *Tx) Person(worker string) (string, error) { return person.Remaining(t.tx, worker) }

// LockChild loads a child and keeps what is decided about it apart from what others
// decide at the same time.
func (t *Tx) LockChild(id string) (domain.Child, error) { return children.Load(t.tx, id) }

// ChildIDs are all references of a child, that which remains first.
func (t *Tx) ChildIDs(id string) (all []string, err error) {
	return sqldb.Collect(t.tx, func(s sqldb.Scanner) (id string, err error) { return id, s.Scan(&id) }, `
		WITH root AS (SELECT coalesce((SELECT into_id FROM same_child WHERE alias = $1), $1) AS id)
		SELECT id FROM (SELECT id, 0 AS place FROM root UNION ALL SELECT alias, 1 FROM same_child WHERE into_id = (SELECT id FROM root)) c ORDER BY place, id`, id)
}

// JoinChild makes a reference stand for another one.
func (t *Tx) JoinChild(alias, into string) error {
	_, err := t.tx.Exec(`INSERT INTO same_child (alias, into_id, since_at) VALUES ($1, $2, $3)`, alias, into, sqldb.Micros(t.clock.Now()))
	return err
}

// PartChild lets a reference stand for itself again.
func (t *Tx) PartChild(alias string) error {
	_, err := t.tx.Exec(`DELETE FROM same_child WHERE alias = $1`, alias)
	return err
}

// Guardian loads and locks one.
func (t *Tx) Guardian(id string) (domain.Guardian, error) { return guardians.Load(t.tx, id) }

// PeekGuardian reads one.
func (t *Tx) PeekGuardian(id string) (domain.Guardian, error) { return guardians.Peek(t.tx, id) }

// GuardiansOf lists who is, was or is to be a guardian of one of the references of a
// child, in the order in which they were entered.
func (t *Tx) GuardiansOf(ids ...string) (all []domain.Guardian, err error) {
	for _, id := range ids {
		some, err := guardians.List(t.tx, `WHERE child = $1 ORDER BY made_at, id`, id)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

// FamiliesOf tells of many children which reference answers for each, and which answer
// for who is a guardian under any of the references.
func (t *Tx) FamiliesOf(ids []string) (map[string]domain.Family, error) {
	type row struct{ id, remains, guardian string }
	all := make(map[string]domain.Family, len(ids))
	for some := range slices.Chunk(ids, 500) {
		marks, args := sqldb.In(some)
		rows, err := sqldb.Collect(t.tx, func(s sqldb.Scanner) (r row, err error) { return r, s.Scan(&r.id, &r.remains, &r.guardian) }, `
			WITH asked AS (SELECT c.id, coalesce(s.into_id, c.id) AS remains FROM child c LEFT JOIN same_child s ON s.alias = c.id WHERE c.id IN (`+marks+`)),
			named AS (SELECT id, remains, remains AS child FROM asked UNION ALL SELECT a.id, a.remains, s.alias FROM asked a JOIN same_child s ON s.into_id = a.remains)
			SELECT DISTINCT n.id, n.remains, coalesce(r.reference, g.worker, '') AS guardian FROM named n
				LEFT JOIN guardian g ON g.child = n.child AND g.state = 'active' LEFT JOIN remaining r ON r.worker = g.worker ORDER BY n.id, guardian`, args...)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			f := all[r.id]
			if f.Remains = r.remains; r.guardian != "" {
				f.Guardians = append(f.Guardians, r.guardian)
			}
			all[r.id] = f
		}
	}
	return all, nil
}

// Lapsed lists the children after an id, up to another, of whom a guardian's power was
// over before a day and did not end yet.
func (t *Tx) Lapsed(today clock.Date, after, last string) ([]string, error) {
	return sqldb.Collect(t.tx, func(s sqldb.Scanner) (id string, err error) { return id, s.Scan(&id) }, `
		SELECT DISTINCT child FROM guardian WHERE child > $1 AND child <= $2 AND state = 'active' AND valid_to <> '' AND valid_to < $3 ORDER BY child`, after, last, today.String())
}

// GuardianRows lists a person's parts in children.
func (t *Tx) GuardianRows(worker string) ([]domain.Guardian, error) {
	return guardians.List(t.tx, `WHERE `+person.Whose("worker", 1)+` ORDER BY made_at, id`, worker)
}

// Disputes lists the guardians about whom others disagree, in the counties that
// the divisions cover.
func (t *Tx) Disputes(counties string) ([]domain.Guardian, error) {
	return guardians.List(t.tx, `WHERE state = 'disputed' AND `+sqldb.Within("county", 1)+` ORDER BY answer_by, id LIMIT 500`, counties)
}

// Unguarded lists children of the counties whom nobody is guardian of any more, and
// who have not grown up.
func (t *Tx) Unguarded(counties string) ([]string, error) {
	return sqldb.Collect(t.tx, func(s sqldb.Scanner) (id string, err error) { return id, s.Scan(&id) }, `
		SELECT DISTINCT g.child FROM guardian g WHERE g.state = 'ended' AND `+sqldb.Within("g.county", 1)+`
			AND NOT EXISTS (SELECT 1 FROM guardian o WHERE o.state = 'active' AND (o.child = g.child
				OR o.child IN (SELECT into_id FROM same_child WHERE alias = g.child)
				OR o.child IN (SELECT s.alias FROM same_child s WHERE s.into_id = coalesce((SELECT into_id FROM same_child WHERE alias = g.child), g.child))))
			AND NOT EXISTS (SELECT 1 FROM child_step c WHERE c.child = g.child AND c.step = 'grown')
			AND NOT EXISTS (SELECT 1 FROM same_child WHERE alias = g.child)
		ORDER BY g.child LIMIT 500`, counties)
}

// SaveGuardian writes one and the events, or returns ErrGuardianTwice.
func (t *Tx) SaveGuardian(ctx context.Context, g domain.Guardian, events ...domain.Event) error {
	return guardians.Save(ctx, t.outbox, t.tx, g, events...)
}

var guardianWords = table.New(table.Spec[domain.GuardianWord]{
	Table: "guardian_word",
	Columns: func(w *domain.GuardianWord) []table.Column {
		return []table.Column{
			table.Key("id", &w.ID), table.Fixed("guardian", &w.Guardian), table.Fixed("worker", &w.Worker), table.Fixed("word", &w.Word), table.Fixed("said_at", &w.SaidAt),
		}
	},
})

// SaveWord keeps what a guardian said about another one.
func (t *Tx) SaveWord(w domain.GuardianWord) error { return guardianWords.Put(t.tx, w) }

// Words lists what was said about one who is or was to be added, oldest first.
func (t *Tx) Words(guardian string) ([]domain.GuardianWord, error) {
	return guardianWords.List(t.tx, `WHERE guardian = $1 ORDER BY said_at, id`, guardian)
}

// AskAt has a guardian begin when nobody objected until a day.
func (t *Tx) AskAt(ctx context.Context, id string, last clock.Date) error {
	return t.tasks.Add(ctx, t.tx, TaskGuardian, []byte(id), last.AddDays(1).Start())
}

// ShownAt has what a case hides be shown, and told, after a day.
func (t *Tx) ShownAt(ctx context.Context, id string, last clock.Date) error {
	return t.tasks.Add(ctx, t.tx, TaskShown, []byte(id), last.AddDays(1).Start())
}

// GuardianCase loads and locks a case, or returns ErrCaseUnknown.
func (t *Tx) GuardianCase(id string) (domain.GuardianCase, error) {
	return guardianCases.Load(t.tx, id)
}

// Hidings lists what is hidden about one of the references of a child on a day.
func (t *Tx) Hidings(on clock.Date, ids ...string) (all []domain.GuardianCase, err error) {
	for _, id := range ids {
		some, err := guardianCases.List(t.tx, `WHERE child = $1 AND case_kind = 'hide' AND state = 'applied' AND valid_to >= $2 ORDER BY id`, id, on.String())
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

// OpenGuardianCases lists what is not decided in the counties that the divisions cover,
// and what the officer opened, oldest first.
func (t *Tx) OpenGuardianCases(counties, officer string) ([]domain.GuardianCase, error) {
	return guardianCases.List(t.tx, `WHERE state = 'open' AND (`+sqldb.Within("county", 1)+` OR officer = $2) ORDER BY made_at, id LIMIT 500`, counties, officer)
}

// OwnCases lists what is not decided of whether an account is that of a child who grew up.
func (t *Tx) OwnCases(worker string) ([]domain.GuardianCase, error) {
	return guardianCases.List(t.tx, `WHERE state = 'open' AND case_kind = 'grown' AND `+person.Whose("worker", 1)+` ORDER BY made_at, id`, worker)
}

// SaveGuardianCase writes a case; one that has ended stays as it is, but that what
// was hidden may be shown again.
func (t *Tx) SaveGuardianCase(c domain.GuardianCase) error {
	written, err := guardianCases.PutWhere(t.tx, `guardian_case.state = 'open' OR guardian_case.state = 'applied' AND excluded.state = 'undone'`, c)
	if err == nil && !written {
		return outbox.ErrStale
	}
	return err
}

// GuardianChanged publishes that who may decide for children is another now. It is
// on nobody's timeline: that something was hidden is told to who asked for it alone.
func (t *Tx) GuardianChanged(ctx context.Context, id string, children ...string) error {
	for i, c := range children {
		if err := t.outbox.AppendEvents(ctx, t.tx, outbox.Subject{Aggregate: id, Version: int64(i)}, domain.GuardianChanged{ChildID: c}); err != nil {
			return err
		}
	}
	return nil
}

// TookStep notes that a child took a step of growing up, and reports whether it had
// not before.
func (t *Tx) TookStep(child, step string) (bool, error) {
	n, err := t.tx.Exec(`INSERT INTO child_step (child, step) VALUES ($1, $2) ON CONFLICT DO NOTHING`, child, step)
	return n > 0, err
}

// Took reports whether a child took a step of growing up.
func (t *Tx) Took(child, step string) (yes bool, err error) {
	return yes, t.tx.QueryRow(`SELECT EXISTS (SELECT 1 FROM child_step WHERE child = $1 AND step = $2)`, child, step).Scan(&yes)
}

// ChildrenAfter lists a page of children by id who have not grown up.
func (t *Tx) ChildrenAfter(id string, limit int) ([]domain.Child, error) {
	return children.List(t.tx, `WHERE id > $1 AND NOT EXISTS (SELECT 1 FROM child_step s WHERE s.child = child.id AND s.step = 'grown') ORDER BY id LIMIT $2`, id, limit)
}

// LikeChildren lists the children of the same name and birth date.
func (t *Tx) LikeChildren(likeness []byte) ([]domain.Child, error) {
	return children.List(t.tx, `WHERE likeness = $1 ORDER BY id LIMIT 50`, likeness)
}
