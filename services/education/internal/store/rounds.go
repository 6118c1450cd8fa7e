package store

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/rule"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

const roundColumns = `id, county, stage, state, opens_on, closes_on, draw_on, tie, figure_source, figure_on, root, entries_count, figure,
	committed_by, typed_by, confirmed_by, seed, pass, parts, planned_by, reason_code, doubles_on, planned_at, version`

func scanRound(s sqldb.Scanner) (r domain.Round, err error) {
	var planned int64
	err = s.Scan(&r.ID, &r.County, &r.Stage, &r.State, &r.OpensOn, &r.ClosesOn, &r.DrawOn, &r.Tie, &r.FigureSource, &r.FigureOn, &r.Root, &r.Entries, &r.Figure,
		&r.CommittedBy, &r.TypedBy, &r.ConfirmedBy, &r.Seed, &r.Pass, &r.Parts, &r.PlannedBy, &r.Why, &r.DoublesOn, &planned, &r.Version)
	r.PlannedAt = sqldb.Time(planned)
	return r, err
}

// Round loads and locks a round.
func (t *inTx) Round(id string) (domain.Round, error) { return t.round(id, t.lock()) }

// PeekRound reads a round without locking it.
func (t *inTx) PeekRound(id string) (domain.Round, error) { return t.round(id, "") }

func (t *inTx) round(id, lock string) (domain.Round, error) {
	r, err := scanRound(t.tx.QueryRow(`SELECT `+roundColumns+` FROM school_round WHERE id = $1`+lock, id))
	return found(r, err, domain.ErrRoundUnknown)
}

// Rounds lists rounds, the newest first.
func (t *inTx) Rounds(county string, stage domain.Stage) ([]domain.Round, error) {
	return sqldb.Collect(t.tx, scanRound, `SELECT `+roundColumns+` FROM school_round WHERE ($1 = '' OR county = $1) AND ($2 = '' OR stage = $2)
		ORDER BY planned_at DESC, id DESC`, county, string(stage))
}

// SaveRound writes a round and its events. A second one of its county and stage
// that has not ended is ErrRoundTwice; outbox.ErrStale says that somebody else
// changed it since it was loaded.
func (t *inTx) SaveRound(ctx context.Context, r domain.Round, events ...domain.Event) error {
	n, err := t.tx.Exec(`INSERT INTO school_round (`+roundColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24)
		ON CONFLICT (id) DO UPDATE SET state = excluded.state, opens_on = excluded.opens_on, closes_on = excluded.closes_on, draw_on = excluded.draw_on,
			tie = excluded.tie, figure_source = excluded.figure_source, figure_on = excluded.figure_on, reason_code = excluded.reason_code, doubles_on = excluded.doubles_on, root = excluded.root, entries_count = excluded.entries_count, figure = excluded.figure,
			committed_by = excluded.committed_by, typed_by = excluded.typed_by, confirmed_by = excluded.confirmed_by, seed = excluded.seed,
			pass = excluded.pass, parts = excluded.parts, version = excluded.version
		WHERE school_round.version = $25`,
		r.ID, r.County, string(r.Stage), string(r.State), r.OpensOn.String(), r.ClosesOn.String(), r.DrawOn.String(), string(r.Tie), r.FigureSource, r.FigureOn.String(),
		r.Root, r.Entries, r.Figure, r.CommittedBy, r.TypedBy, r.ConfirmedBy, r.Seed, r.Pass, r.Parts, r.PlannedBy, r.Why, r.DoublesOn.String(), sqldb.Micros(r.PlannedAt), next(r.Version, len(events)), r.Version)
	if t.tx.Dialect().IsUnique(err) {
		return domain.ErrRoundTwice.Because(err)
	}
	if err != nil {
		return err
	}
	if n == 0 {
		return outbox.ErrStale
	}
	t.placesChanged(ctx, r.County) // a round that begins or ends holds seats or sets them free
	return t.log.Append(ctx, t.tx, outbox.Subject{Aggregate: r.ID, Version: r.Version, Division: r.County}, messages(events)...)
}

// Seated lists the schools of a round by id, with the seats that were given.
func (t *inTx) Seated(roundID string) ([]domain.Seated, error) {
	return sqldb.Collect(t.tx, func(s sqldb.Scanner) (d domain.Seated, err error) {
		v := &d.School
		return d, s.Scan(&d.RoundID, &d.Seats, &d.Reserved, &d.Version, &v.ID, &v.Reference, &v.Name, &v.Kind, &v.County, &v.Township, &v.Stage, &v.Places, &v.Version, &d.Taken, &d.Newcomer)
	}, `SELECT rs.round_id, rs.seats, rs.reserved, rs.version, s.id, s.reference, s.title, s.kind, s.county, s.township, s.stage, s.places, s.version,
		(SELECT count(*) FROM offer o WHERE o.round_id = rs.round_id AND o.school_id = rs.school_id AND o.state IN ('open', 'accepted', 'better')),
		(SELECT count(*) FROM offer o JOIN entry e ON e.application_id = o.application_id AND e.round_id = o.round_id
			WHERE o.round_id = rs.round_id AND o.school_id = rs.school_id AND o.state IN ('open', 'accepted', 'better') AND e.newcomer = 1)
		FROM round_school rs JOIN school s ON s.id = rs.school_id WHERE rs.round_id = $1 ORDER BY s.id`, roundID)
}

// SaveSeated writes a school's seats in a round and their events.
func (t *inTx) SaveSeated(ctx context.Context, d domain.Seated, events ...domain.Event) error {
	n, err := t.tx.Exec(`INSERT INTO round_school (round_id, school_id, seats, reserved, version) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (round_id, school_id) DO UPDATE SET seats = excluded.seats, reserved = excluded.reserved, version = excluded.version
		WHERE round_school.version = $6`, d.RoundID, d.School.ID, d.Seats, d.Reserved, next(d.Version, len(events)), d.Version)
	if err != nil {
		return err
	}
	if n == 0 {
		return outbox.ErrStale
	}
	t.placesChanged(ctx, d.School.County)
	return t.log.Append(ctx, t.tx, outbox.Subject{Aggregate: d.RoundID + "/" + d.School.ID, Version: d.Version, Division: d.School.County}, messages(events)...)
}

const entryColumns = `application_id, round_id, worker, county, ticket, nonce, word_hash, township, newcomer, wishes, first_at, outcome, choice, pass, reasons, review_by, filed_at, version`

func scanEntry(s sqldb.Scanner) (e domain.Entry, err error) {
	var newcomer, filed int64
	var word, wishes, reasons string
	err = s.Scan(&e.ApplicationID, &e.RoundID, &e.Worker, &e.County, &e.Ticket, &e.Nonce, &word, &e.Township, &newcomer, &wishes, &e.FirstAt, &e.Outcome, &e.Choice, &e.Pass, &reasons, &e.ReviewBy, &filed, &e.Version)
	if err != nil {
		return e, err
	}
	e.Newcomer, e.FiledAt = newcomer != 0, sqldb.Time(filed)
	if _, err = hex.Decode(e.Word[:], []byte(word)); err != nil {
		return e, err
	}
	if err = json.Unmarshal([]byte(wishes), &e.Wishes); err != nil {
		return e, err
	}
	e.Reasons, err = traces(reasons)
	return e, err
}

// Entry loads and locks an application's part in a round.
func (t *inTx) Entry(roundID, applicationID string) (domain.Entry, error) {
	e, err := scanEntry(t.tx.QueryRow(`SELECT `+entryColumns+` FROM entry WHERE round_id = $1 AND application_id = $2`+t.lock(), roundID, applicationID))
	return found(e, err, domain.ErrEntryUnknown)
}

// LastEntry reads an application's part in its latest round.
func (t *inTx) LastEntry(applicationID string) (domain.Entry, error) {
	e, err := scanEntry(t.tx.QueryRow(`SELECT `+entryColumns+` FROM entry WHERE application_id = $1 ORDER BY filed_at DESC, round_id DESC LIMIT 1`, applicationID))
	return found(e, err, domain.ErrEntryUnknown)
}

// Entries lists the entries of a round by ticket.
func (t *inTx) Entries(roundID string) ([]domain.Entry, error) {
	all, err := sqldb.Collect(t.tx, scanEntry, `SELECT `+entryColumns+` FROM entry WHERE round_id = $1`, roundID)
	slices.SortFunc(all, func(a, b domain.Entry) int { return strings.Compare(a.Ticket, b.Ticket) }) // not by the database's collation
	return all, err
}

// DropWithdrawn removes the entries of a round whose application does not wait
// for a place any more, before the list is committed.
func (t *inTx) DropWithdrawn(roundID string) error {
	_, err := t.tx.Exec(`DELETE FROM entry WHERE round_id = $1 AND application_id NOT IN (SELECT id FROM application WHERE state = 'submitted')`, roundID)
	return err
}

// Results lists the entries of a round by application.
func (t *inTx) Results(roundID, after string, limit int) ([]domain.Entry, error) {
	return sqldb.Collect(t.tx, scanEntry, `SELECT `+entryColumns+` FROM entry WHERE round_id = $1 AND application_id > $2 ORDER BY application_id LIMIT $3`, roundID, after, limit)
}

// SaveEntry writes an entry and its events, or returns outbox.ErrStale.
func (t *inTx) SaveEntry(ctx context.Context, e domain.Entry, events ...domain.Event) error {
	wishes, err := json.Marshal(e.Wishes)
	if err != nil {
		return err
	}
	reasons, err := written(e.Reasons)
	if err != nil {
		return err
	}
	n, err := t.tx.Exec(`INSERT INTO entry (`+entryColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
		ON CONFLICT (application_id, round_id) DO UPDATE SET nonce = excluded.nonce, word_hash = excluded.word_hash, township = excluded.township,
			newcomer = excluded.newcomer, wishes = excluded.wishes, first_at = excluded.first_at, outcome = excluded.outcome, choice = excluded.choice,
			pass = excluded.pass, reasons = excluded.reasons, review_by = excluded.review_by, filed_at = excluded.filed_at, version = excluded.version
		WHERE entry.version = $19`,
		e.ApplicationID, e.RoundID, e.Worker, e.County, e.Ticket, e.Nonce, hex.EncodeToString(e.Word[:]), e.Township, bit(e.Newcomer), string(wishes), e.FirstAt,
		string(e.Outcome), e.Choice, e.Pass, reasons, e.ReviewBy.String(), sqldb.Micros(e.FiledAt), next(e.Version, len(events)), e.Version)
	if err != nil {
		return err
	}
	if n == 0 {
		return outbox.ErrStale
	}
	return t.log.Append(ctx, t.tx, outbox.Subject{Aggregate: e.RoundID + "/" + e.ApplicationID, Version: e.Version, Worker: e.Worker, Division: e.County}, messages(events)...)
}

// Waiting lists and locks the applications of a round that wait for a place, by id.
func (t *inTx) Waiting(roundID string) ([]domain.Application, error) {
	return sqldb.Collect(t.tx, scanApplication, `SELECT `+applicationColumns+` FROM application
		WHERE state = 'submitted' AND id IN (SELECT application_id FROM entry WHERE round_id = $1) ORDER BY id`+t.lock(), roundID)
}

// Declined lists, by application, the schools whose offer in a round was declined.
func (t *inTx) Declined(roundID string) (map[string][]string, error) {
	all, err := sqldb.Collect(t.tx, scanPair, `SELECT application_id, school_id FROM offer WHERE round_id = $1 AND state = 'declined' ORDER BY id`, roundID)
	declined := map[string][]string{}
	for _, d := range all {
		declined[d[0]] = append(declined[d[0]], d[1])
	}
	return declined, err
}

func scanPair(s sqldb.Scanner) (p [2]string, err error) { return p, s.Scan(&p[0], &p[1]) }

// Siblings lists the schools at which other children of a guardian have an
// accepted place, with the application behind each.
func (t *inTx) Siblings(worker, childID string) (map[string]string, error) {
	return t.bySchool(`SELECT o.school_id, a.id FROM application a JOIN offer o ON o.id = a.offer_id
		WHERE a.worker = $1 AND a.child_id <> $2 AND a.state = 'accepted' ORDER BY a.id`, worker, childID)
}

// Attended lists the schools of a stage that go on from where a child has an
// accepted place in another stage: a school of several stages is there once for
// each, under one county and name.
func (t *inTx) Attended(childID string, stage domain.Stage) (map[string]string, error) {
	return t.bySchool(`SELECT n.id, a.id FROM application a JOIN offer o ON o.id = a.offer_id JOIN school s ON s.id = o.school_id
		JOIN school n ON n.county = s.county AND n.title = s.title AND n.stage = $2
		WHERE a.child_id = $1 AND a.stage <> $2 AND a.state = 'accepted' ORDER BY a.id`, childID, string(stage))
}

func (t *inTx) bySchool(query string, args ...any) (map[string]string, error) {
	all, err := sqldb.Collect(t.tx, scanPair, query, args...)
	at := map[string]string{}
	for _, p := range all {
		at[p[0]] = p[1]
	}
	return at, err
}

// bundlePart is how much of a bundle one row and one reply hold, in bytes: a
// reply stays well under the bus's limit of 1 MiB.
const bundlePart = 512 << 10

// SaveBundle writes what is published of a draw, in parts, and returns how many
// there are.
func (t *inTx) SaveBundle(roundID string, bundle []byte) (int, error) {
	return t.AddToBundle(roundID, 0, bundle)
}

// AddToBundle adds a section to what is published, in parts of its own: what was
// published before is not touched.
func (t *inTx) AddToBundle(roundID string, parts int, section []byte) (int, error) {
	for len(section) > 0 {
		n := min(bundlePart, len(section))
		if _, err := t.tx.Exec(`INSERT INTO bundle_part (round_id, part, data) VALUES ($1, $2, $3)`, roundID, parts, section[:n]); err != nil {
			return 0, err
		}
		section, parts = section[n:], parts+1
	}
	return parts, nil
}

// Bundle reads all of what is published of a draw.
func (t *inTx) Bundle(roundID string) ([]byte, error) {
	all, err := sqldb.Collect(t.tx, func(s sqldb.Scanner) (b []byte, err error) { return b, s.Scan(&b) }, `SELECT data FROM bundle_part WHERE round_id = $1 ORDER BY part`, roundID)
	if err == nil && len(all) == 0 {
		err = domain.ErrBundleUnknown
	}
	return slices.Concat(all...), err
}

// BundlePart reads a part of a bundle, or returns ErrRoundUnknown.
func (t *inTx) BundlePart(roundID string, part int) (data []byte, err error) {
	err = t.tx.QueryRow(`SELECT data FROM bundle_part WHERE round_id = $1 AND part = $2`, roundID, part).Scan(&data)
	return found(data, err, domain.ErrBundleUnknown)
}

// written is how traces are stored, and traces reads them.
func written(all []rule.Trace) (string, error) {
	if len(all) == 0 {
		return "[]", nil
	}
	b, err := json.Marshal(all)
	return string(b), err
}

func traces(s string) (all []rule.Trace, err error) {
	if s == "[]" {
		return nil, nil
	}
	return all, json.NewDecoder(strings.NewReader(s)).Decode(&all)
}
