//go:build chaos

package matrix

import (
	"context"
	"fmt"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/qiao-platform/qiao/pkg/answer"
	"github.com/qiao-platform/qiao/pkg/consume"
	"github.com/qiao-platform/qiao/pkg/death"
	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/run"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
)

// lifeSteps is how many changes a life has. Its people are a and b, who turn out to be
// one and, of most lives, to be two after all.
const lifeSteps = 12

// lives are what the registry says of one life after the other: guardians of a child,
// a join, a death that is reversed, what was recorded meanwhile, the parting that
// assigns it, what was on its way, and a guardian whose part ends. The lives differ by
// what becomes of the join.
func lives(n int64) change {
	i := n / lifeSteps
	id := func(name string) string { return fmt.Sprintf("%s-%d", name, i) }
	added := func(child string) proto.Message {
		return &registryv1.GuardianAdded{ChildId: id(child), GuardianKind: "parent"}
	}
	parted := &registryv1.WorkerParted{JoinId: id("join"), Alias: id("a"), Into: id("b"), ToAlias: []string{id("meanwhile"), id("late")}}
	switch n % lifeSteps {
	case 0:
		return change{id("first"), id("b"), added("child")}
	case 1:
		return change{id("join"), id("b"), &registryv1.WorkerJoined{JoinId: id("join"), Alias: id("a"), Into: id("b")}}
	case 2:
		return change{id("second"), id("b"), added("child")}
	case 3:
		return change{id("death"), id("a"), &registryv1.DeathRecorded{DiedOn: "2026-11-02"}}
	case 4:
		return change{id("meanwhile"), id("b"), added("meanwhile")}
	case 5:
		return change{id("death"), id("a"), &registryv1.DeathReversed{}}
	case 6:
		if i%3 == 2 { // it stands, and a third record is the person's too
			return change{id("further"), id("b"), &registryv1.WorkerJoined{JoinId: id("further"), Alias: id("c"), Into: id("b")}}
		}
		return change{id("part"), id("b"), parted}
	case 7:
		return change{id("late"), id("b"), added("late")}
	case 8:
		return change{id("first"), id("b"), &registryv1.GuardianEnded{ChildId: id("child"), ReasonCode: "custody_lost"}}
	case 9:
		return change{id("own"), id("a"), added("own")}
	case 10:
		if i%3 == 1 { // joined anew, the other way round
			return change{id("again"), id("a"), &registryv1.WorkerJoined{JoinId: id("again"), Alias: id("b"), Into: id("a")}}
		}
	case 11:
		if i%3 < 2 {
			return change{id("last"), id("b"), &registryv1.DeathRecorded{DiedOn: "2026-11-03"}}
		}
	}
	return change{id("hidden"), "", &registryv1.GuardianChanged{ChildId: id("child")}}
}

const taskFollow = "matrix.follow"

// guardianship is a department that has a place for each child, which the first of its
// guardians keeps who is one. It has no line about who is one person.
func guardianship(_ context.Context, k *run.Kit) (run.Parts, error) {
	r := consume.NewRouter()
	r.Every(func(_ context.Context, tx *sqldb.Tx, e event.Event) error {
		_, err := tx.Exec(`INSERT INTO heard (id, aggregate, version) VALUES ($1, $2, $3)`, e.ID, e.Aggregate, e.Version)
		return err
	}, event.Keeper)
	consume.On(r, event.Keeper, func(_ context.Context, tx *sqldb.Tx, e event.Event, m *registryv1.GuardianAdded) error {
		if _, err := tx.Exec(`INSERT INTO part (id, child, worker, ended) VALUES ($1, $2, $3, 0)`, e.Aggregate, m.GetChildId(), e.Worker); err != nil {
			return err
		}
		_, err := tx.Exec(`INSERT INTO place (child, number, keeper) SELECT CAST($1 AS TEXT), max(n), CAST($2 AS TEXT) FROM heard WHERE true ON CONFLICT (child) DO NOTHING`, m.GetChildId(), e.Aggregate)
		return err
	})
	consume.On(r, event.Keeper, func(ctx context.Context, tx *sqldb.Tx, e event.Event, m *registryv1.GuardianEnded) error {
		if _, err := tx.Exec(`UPDATE part SET ended = 1 WHERE id = $1`, e.Aggregate); err != nil {
			return err
		}
		return k.Tasks.Add(ctx, tx, taskFollow, []byte(m.GetChildId()), time.Time{})
	})
	k.Tasks.Handle(taskFollow, func(ctx context.Context, child []byte) error {
		return k.Outbox.DB().Update(ctx, func(tx *sqldb.Tx) error {
			_, err := tx.Exec(`UPDATE place SET keeper = (SELECT min(id) FROM part WHERE child = $1 AND ended = 0) WHERE child = $1 AND EXISTS (SELECT 1 FROM part WHERE child = $1 AND ended = 0)`, string(child))
			return err
		})
	})
	return run.Parts{Router: r, Revive: []death.Use{func(_ context.Context, tx *sqldb.Tx, worker string, _ answer.Pause) error {
		_, err := tx.Exec(`INSERT INTO revived (whose) VALUES ($1)`, worker)
		return err
	}}}, nil
}
