package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/person"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/table"
	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

var rounds = table.New(table.Spec[domain.Round]{
	Table: "school_round",
	Columns: func(r *domain.Round) []table.Column {
		return []table.Column{
			table.Key("id", &r.ID), table.Fixed("county", &r.County), table.Fixed("stage", &r.Stage), table.Changing("state", &r.State),
			table.Changing("opens_on", &r.OpensOn), table.Changing("closes_on", &r.ClosesOn), table.Changing("draw_on", &r.DrawOn), table.Changing("tie", &r.Tie),
			table.Changing("figure_source", &r.FigureSource), table.Changing("figure_on", &r.FigureOn), table.Changing("root", &r.Root),
			table.Changing("entries_count", &r.Entries), table.Changing("figure", &r.Figure), table.Changing("committed_by", &r.CommittedBy),
			table.Changing("typed_by", &r.TypedBy), table.Changing("confirmed_by", &r.ConfirmedBy), table.Changing("seed", &r.Seed),
			table.Changing("pass", &r.Pass), table.Changing("parts", &r.Parts), table.Fixed("planned_by", &r.PlannedBy), table.Changing("reason_code", &r.Why),
			table.Changing("doubles_on", &r.DoublesOn), table.Fixed("planned_at", &r.PlannedAt), table.Version(&r.Version),
		}
	},
	About: func(r *domain.Round) outbox.Subject {
		return outbox.Subject{Aggregate: r.ID, Division: r.County}
	},
	Unknown: domain.ErrRoundUnknown,
	Twice:   domain.ErrRoundTwice,
})

// Round loads and locks a round.
func (t *inTx) Round(id string) (domain.Round, error) { return rounds.Load(t.tx, id) }

// PeekRound reads a round without locking it.
func (t *inTx) PeekRound(id string) (domain.Round, error) { return rounds.Peek(t.tx, id) }

// HoldRound keeps a round as it is, beside others who do the same.
func (t *inTx) HoldRound(id string) (domain.Round, error) { return rounds.Share(t.tx, id) }

// Rounds lists rounds, the newest first.
func (t *inTx) Rounds(county string, stage domain.Stage) ([]domain.Round, error) {
	return rounds.List(t.tx, `WHERE ($1 = '' OR county = $1) AND ($2 = '' OR stage = $2) ORDER BY planned_at DESC, id DESC`, county, string(stage))
}

// SaveRound writes a round and its events. A second one of its county and stage
// that has not ended is ErrRoundTwice; outbox.ErrStale says that somebody else
// changed it since it was loaded.
func (t *inTx) SaveRound(ctx context.Context, r domain.Round, events ...domain.Event) error {
	t.placesChanged(ctx, r.County) // a round that begins or ends holds seats or sets them free
	return rounds.Save(ctx, t.outbox, t.tx, r, events...)
}

// seated are the schools of a round, with the seats that were given.
var seated = table.New(table.Spec[domain.Seated]{
	Table: "round_school",
	From:  "round_school rs JOIN school s ON s.id = rs.school_id",
	Columns: func(d *domain.Seated) []table.Column {
		v := &d.School
		return []table.Column{
			table.Key("round_id", &d.RoundID), table.Key("school_id", &v.ID), table.Changing("seats", &d.Seats), table.Changing("reserved", &d.Reserved),
			table.Version(&d.Version), table.Joined("s.reference", &v.Reference), table.Joined("s.title", &v.Name), table.Joined("s.kind", &v.Kind),
			table.Joined("s.county", &v.County), table.Joined("s.township", &v.Township), table.Joined("s.stage", &v.Stage),
			table.Joined("s.places", &v.Places), table.Joined("s.version", &v.Version),
			table.Joined(`(SELECT count(*) FROM offer o WHERE o.round_id = rs.round_id AND o.school_id = rs.school_id AND o.state IN ('open', 'accepted', 'better'))`, &d.Taken),
			table.Joined(`(SELECT count(*) FROM offer o JOIN entry e ON e.application_id = o.application_id AND e.round_id = o.round_id
				WHERE o.round_id = rs.round_id AND o.school_id = rs.school_id AND o.state IN ('open', 'accepted', 'better') AND e.newcomer = 1)`, &d.Newcomer),
		}
	},
	About: func(d *domain.Seated) outbox.Subject {
		return outbox.Subject{Aggregate: d.RoundID + "/" + d.School.ID, Division: d.School.County}
	},
})

// Seated lists the schools of a round by id.
func (t *inTx) Seated(roundID string) ([]domain.Seated, error) {
	return seated.List(t.tx, `WHERE rs.round_id = $1 ORDER BY s.id`, roundID)
}

// SeatedIn lists the schools of some rounds by id.
func (t *inTx) SeatedIn(roundIDs []string) ([]domain.Seated, error) {
	return seated.Among(t.tx, "rs.round_id", roundIDs, "ORDER BY s.id")
}

// SaveSeated writes a school's seats in a round and their events.
func (t *inTx) SaveSeated(ctx context.Context, d domain.Seated, events ...domain.Event) error {
	t.placesChanged(ctx, d.School.County)
	return seated.Save(ctx, t.outbox, t.tx, d, events...)
}

var entries = table.New(table.Spec[domain.Entry]{
	Table: "entry",
	Columns: func(e *domain.Entry) []table.Column {
		return []table.Column{
			table.Key("application_id", &e.ApplicationID), table.Key("round_id", &e.RoundID), table.Fixed("worker", &e.Worker), table.Fixed("county", &e.County),
			table.Changing("ticket", &e.Ticket), table.Changing("nonce", &e.Nonce), table.Changing("word_hash", (*digest)(&e.Word)),
			table.Changing("township", &e.Township), table.Changing("newcomer", &e.Newcomer), table.Changing("wishes", table.JSON(&e.Wishes)),
			table.Changing("first_at", &e.FirstAt), table.Changing("outcome", &e.Outcome), table.Changing("choice", &e.Choice), table.Changing("pass", &e.Pass),
			table.Changing("reasons", table.JSON(&e.Reasons)), table.Changing("review_by", &e.ReviewBy), table.Changing("filed_at", &e.FiledAt),
			table.Version(&e.Version),
		}
	},
	About: func(e *domain.Entry) outbox.Subject {
		return outbox.Subject{Aggregate: e.RoundID + "/" + e.ApplicationID, Worker: e.Worker, Division: e.County}
	},
	Unknown: domain.ErrEntryUnknown,
})

// digest is the hash of a family's own word, kept in hexadecimal.
type digest [32]byte

// Value implements driver.Valuer.
func (d *digest) Value() (driver.Value, error) { return hex.EncodeToString(d[:]), nil }

// Scan implements sql.Scanner.
func (d *digest) Scan(src any) error {
	s, ok := src.(string)
	if !ok || len(s) != 2*len(d) {
		return fmt.Errorf("%T of %d signs is no digest", src, len(s))
	}
	_, err := hex.Decode(d[:], []byte(s))
	return err
}

// Entry loads and locks an application's part in a round.
func (t *inTx) Entry(roundID, applicationID string) (domain.Entry, error) {
	return entries.Load(t.tx, applicationID, roundID)
}

// LastEntry reads an application's part in the latest round that it takes part in.
func (t *inTx) LastEntry(applicationID string) (domain.Entry, error) {
	return entries.One(t.tx, `WHERE application_id = $1 AND outcome <> 'dropped' ORDER BY filed_at DESC, round_id DESC LIMIT 1`, applicationID)
}

// LastFiled reads what was filed last for an application, dropped or not.
func (t *inTx) LastFiled(applicationID string) (domain.Entry, error) {
	return entries.One(t.tx, `WHERE application_id = $1 ORDER BY filed_at DESC, round_id DESC LIMIT 1`, applicationID)
}

// Entries lists the entries of a round by ticket.
func (t *inTx) Entries(roundID string) ([]domain.Entry, error) {
	all, err := entries.List(t.tx, `WHERE round_id = $1 AND outcome <> 'dropped'`, roundID)
	slices.SortFunc(all, func(a, b domain.Entry) int { return strings.Compare(a.Ticket, b.Ticket) }) // not by the database's collation
	return all, err
}

// DropSettled marks the entries of a round whose application has a place or was
// withdrawn, before the list is committed. A place that is only offered settles
// nothing: declining it must not cost the child its part in the round.
func (t *inTx) DropSettled(roundID string) error {
	_, err := t.tx.Exec(`UPDATE entry SET outcome = 'dropped' WHERE round_id = $1 AND application_id NOT IN (SELECT id FROM application WHERE state IN ('submitted', 'offered'))`, roundID)
	return err
}

// Results lists the entries of a round by application.
func (t *inTx) Results(roundID, after string, limit int) ([]domain.Entry, error) {
	return entries.List(t.tx, `WHERE round_id = $1 AND outcome <> 'dropped' AND application_id > $2 ORDER BY application_id LIMIT $3`, roundID, after, limit)
}

// SaveEntry writes an entry and its events, or returns outbox.ErrStale.
func (t *inTx) SaveEntry(ctx context.Context, e domain.Entry, events ...domain.Event) error {
	return saveKept(ctx, t, entries, e, e.ApplicationID, events)
}

// Waiting lists and locks the applications of a round that wait for a place, by id.
func (t *inTx) Waiting(roundID string) ([]domain.Application, error) {
	return applications.List(t.tx, `WHERE state = 'submitted' AND id IN (SELECT application_id FROM entry WHERE round_id = $1) ORDER BY id`+applications.Lock(t.tx), roundID)
}

// Declined lists, by application, the schools whose offer in a round was declined.
func (t *inTx) Declined(roundID string) (map[string][]string, error) {
	all, err := sqldb.Collect(t.tx, scanPair, `SELECT application_id, school_id FROM offer WHERE round_id = $1 AND round_id <> '' AND state = 'declined' ORDER BY id`, roundID) // as its index says
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
		WHERE `+person.Whose("a.worker", 1)+` AND a.child_id <> $2 AND a.state = 'accepted' ORDER BY a.id`, worker, childID)
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

// BundlePart reads a part of a bundle, or returns ErrBundleUnknown.
func (t *inTx) BundlePart(roundID string, part int) (data []byte, err error) {
	err = t.tx.QueryRow(`SELECT data FROM bundle_part WHERE round_id = $1 AND part = $2`, roundID, part).Scan(&data)
	if errors.Is(err, sql.ErrNoRows) {
		err = domain.ErrBundleUnknown
	}
	return data, err
}
