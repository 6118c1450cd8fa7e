//go:build chaos

package matrix

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/qiao-platform/qiao/pkg/account"
	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/person"
	"github.com/qiao-platform/qiao/pkg/sqldb"
)

// onLives is onSeveral with the registry, which says who is one person, who died, who
// lives and who is a child's guardian, and a department that follows.
func onLives(t *testing.T, test func(t *testing.T, r *rig)) {
	t.Helper()
	onSeveral(t, func(t *testing.T, r *rig) {
		r.roles, r.channel = [2]string{"registry", "department"}, event.Channel(event.Keeper, 0)
		r.exec(r.sub, `CREATE TABLE part (id TEXT PRIMARY KEY, child TEXT NOT NULL, worker TEXT NOT NULL, ended BIGINT NOT NULL)`)
		r.exec(r.sub, `CREATE TABLE place (child TEXT PRIMARY KEY, number BIGINT NOT NULL, keeper TEXT NOT NULL)`)
		r.exec(r.sub, `CREATE TABLE revived (whose TEXT NOT NULL)`)
		r.further = func() []string { return wrongLives(r, events/lifeSteps) }
		test(t, r)
	})
}

// wrongLives compares what the department knows with what the registry said of each
// life, whatever came between.
func wrongLives(r *rig, n int) (failures []string) {
	err := r.sub.View(context.Background(), func(tx *sqldb.Tx) error {
		for i := range n {
			wrong, err := wrongLife(tx, i)
			if err != nil {
				return err
			}
			failures = append(failures, wrong...)
		}
		parked, err := sqldb.Collect(tx, func(s sqldb.Scanner) (p [3]string, err error) { return p, s.Scan(&p[0], &p[1], &p[2]) }, `SELECT type, code, text FROM parked WHERE code <> 'event.behind_parked'`)
		if err != nil {
			return err
		}
		for _, p := range parked {
			failures = append(failures, fmt.Sprintf("parked: %s", p))
		}
		var moved int
		if err := tx.QueryRow(`SELECT count(*) FROM place p WHERE p.number <> (SELECT min(h.n) FROM heard h JOIN part t ON t.id = h.aggregate WHERE t.child = p.child)`).Scan(&moved); err != nil {
			return err
		}
		if moved > 0 {
			failures = append(failures, fmt.Sprintf("%d places have another number than they were given", moved))
		}
		return nil
	})
	if err != nil {
		failures = append(failures, err.Error())
	}
	return failures
}

func wrongLife(tx *sqldb.Tx, i int) (failures []string, err error) {
	id := func(name string) string { return fmt.Sprintf("%s-%d", name, i) }
	a, b, c := id("a"), id("b"), id("c")
	want := map[string]string{"class": a, "answers": a, "own": a, "second": b, "first": b, "meanwhile": a, "late": a, "keeper": id("second"), "lives again": "1", "died": "false"}
	switch i % 3 {
	case 1:
		want["class"], want["died"] = a+" "+b, "true"
	case 2:
		want["class"], want["answers"], want["meanwhile"], want["late"], want["died"] = a+" "+b+" "+c, b, b, b, "false"
	}
	got := map[string]string{}
	class, err1 := person.Class(tx, a)
	answers, err2 := person.Remaining(tx, a)
	died, err3 := account.Died(tx, a)
	for _, err := range []error{err1, err2, err3} {
		if err != nil {
			return nil, err
		}
	}
	got["class"], got["answers"], got["died"] = strings.Join(class, " "), answers, fmt.Sprint(died)
	for name, query := range map[string]string{
		"own": `SELECT max(worker) FROM part WHERE id = $1`, "first": `SELECT max(worker) FROM part WHERE id = $1`, "second": `SELECT max(worker) FROM part WHERE id = $1`,
		"meanwhile": `SELECT max(worker) FROM part WHERE id = $1`, "late": `SELECT max(worker) FROM part WHERE id = $1`,
		"keeper": `SELECT max(keeper) FROM place WHERE child = $1`, "lives again": `SELECT CAST(count(*) AS TEXT) FROM revived WHERE whose = $1`,
	} {
		arg := id(name)
		switch name {
		case "keeper":
			arg = id("child")
		case "lives again":
			arg = a
		}
		var v *string
		if err := tx.QueryRow(query, arg).Scan(&v); err != nil {
			return nil, err
		}
		if v != nil {
			got[name] = *v
		}
	}
	for name, w := range want {
		if got[name] != w {
			failures = append(failures, fmt.Sprintf("life %d: %s is %q, not %q", i, name, got[name], w))
		}
	}
	slices.Sort(failures)
	return failures, nil
}

// TestWhoIsOneIsFollowedThroughKills: joins, partings, deaths, their reversals and the
// hand-over of guardians come to the same in a department, wherever it or the registry
// dies between.
func TestWhoIsOneIsFollowedThroughKills(t *testing.T) {
	for point, role := range map[string]string{
		"outbox.committed:3": "publisher", "relay.sequenced:3": "publisher", "relay.published:3": "publisher",
		"consume.applied:2": "reader", "consume.committed:2": "reader", "person.reckoned:3": "reader", "death.revived:2": "reader", "task.done:1": "reader",
	} {
		t.Run(point, func(t *testing.T) {
			onLives(t, func(t *testing.T, r *rig) {
				killedAt(t, r, point, role)
				r.holds(events, false)
			})
		})
	}
}

// TestControlsOfWhoIsOne breaks what carries each, and expects that it is found out.
func TestControlsOfWhoIsOne(t *testing.T) {
	for broken, at := range map[string]string{
		"consume.cursor_apart": "consume.committed:2", // who lives is taken up twice
		"task.apart":           "task.left:2",         // a child is left without a keeper
	} {
		t.Run(broken, func(t *testing.T) {
			onLives(t, func(t *testing.T, r *rig) {
				killedAt(t, r, at, "reader", "QIAO_TEST_BROKEN="+broken)
				r.foundOut(events, false)
			})
		})
	}
	for _, broken := range []string{"consume.asks_not_whose", "person.gives_no_rows", "death.revives_nobody"} {
		t.Run(broken, func(t *testing.T) {
			onLives(t, func(t *testing.T, r *rig) {
				start(t, r.publisher(events))
				start(t, r.reader(), "QIAO_TEST_BROKEN="+broken)
				r.foundOut(events, false)
			})
		})
	}
}
