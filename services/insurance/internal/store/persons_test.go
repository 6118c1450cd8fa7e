package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/person"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/task"
	"github.com/qiao-platform/qiao/pkg/testkit"
	"github.com/qiao-platform/qiao/services/insurance/internal/domain"
	"github.com/qiao-platform/qiao/services/insurance/internal/store"
)

var errUndo = errors.New("undone by the test")

// In whatever order duties, joins and partings come, a worker has what the standing
// joins make the person's; and when all are parted, each reference has its own again,
// as if there had been no join, but for what was assigned by hand.
func TestWhatIsReadAfterAPartingIsWhatWouldHaveBeenRead(t *testing.T) {
	testkit.EachDatabase(t, store.Migrations, func(t *testing.T, open func(testing.TB) *sqldb.DB) {
		db := open(t)
		s := store.New(testkit.Outbox(t, "insurance", db), task.New(db, clock.System(), testkit.Telemetry(t).For("insurance")))
		ctx, workers := context.Background(), []string{"a", "b", "c", "d"}
		rapid.Check(t, func(t *rapid.T) {
			err := db.Update(ctx, func(tx *sqldb.Tx) error {
				in := s.In(tx)
				whose := map[string]string{} // by duty
				standing := map[string]person.Pair{}
				check := func() {
					for _, w := range workers {
						class := []string{w}
						for i := 0; i < len(class); i++ {
							for _, p := range standing {
								for _, pair := range [][2]string{{p.Alias, p.Remains}, {p.Remains, p.Alias}} {
									if pair[0] == class[i] && !slices.Contains(class, pair[1]) {
										class = append(class, pair[1])
									}
								}
							}
						}
						var want, got []string
						for duty, of := range whose {
							if slices.Contains(class, of) {
								want = append(want, duty)
							}
						}
						slices.Sort(want)
						duties, err := in.DutiesOf(w)
						if err != nil {
							t.Fatal(err)
						}
						for _, d := range duties {
							got = append(got, d.ID)
							if d.Worker != whose[d.ID] {
								t.Fatalf("%s stands under %s, not %s", d.ID, d.Worker, whose[d.ID])
							}
						}
						if !slices.Equal(got, want) {
							t.Fatalf("%s has %v, not %v", w, got, want)
						}
					}
				}
				steps := rapid.IntRange(1, 14).Draw(t, "steps")
				for i := range steps {
					w := rapid.Permutation(workers).Draw(t, "workers")
					switch rapid.SampledFrom([]string{"duty", "join", "part"}).Draw(t, "step") {
					case "duty":
						id := fmt.Sprintf("duty-%02d", i)
						d, events := domain.OpenDuty(id, "hire-"+id, w[0], "employer", "654301", clock.NewDate(2026, 11, 1), clock.NewDate(2026, 12, 1))
						if err := in.SaveDuty(ctx, d, events...); err != nil {
							return err
						}
						whose[id] = w[0]
					case "join":
						p := person.Pair{JoinID: fmt.Sprint("join-", i), Alias: w[0], Remains: w[1]}
						standing[p.JoinID] = p
						if err := person.Join(tx, p); err != nil {
							return err
						}
					case "part":
						if len(standing) == 0 {
							continue
						}
						var ids []string
						for id := range standing {
							ids = append(ids, id)
						}
						slices.Sort(ids)
						p := standing[rapid.SampledFrom(ids).Draw(t, "join")]
						parting := person.Parting{Pair: p, At: time.UnixMicro(int64(i + 1))}
						for i := range steps {
							duty := fmt.Sprintf("duty-%02d", i)
							if of := whose[duty]; of == p.Remains && rapid.Bool().Draw(t, "assigned") {
								parting.ToAlias, whose[duty] = append(parting.ToAlias, duty), p.Alias
							}
						}
						delete(standing, p.JoinID)
						if err := person.Part(tx, parting); err != nil {
							return err
						}
					}
					check()
				}
				for id, p := range standing {
					delete(standing, id)
					if err := person.Part(tx, person.Parting{Pair: p, At: time.UnixMicro(int64(steps + 1))}); err != nil {
						return err
					}
				}
				check()
				return errUndo
			})
			if !errors.Is(err, errUndo) {
				t.Fatal(err)
			}
		})
	})
}
