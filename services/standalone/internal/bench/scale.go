package bench

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/proto/contract"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/standalone"
)

const (
	// rowsACommit are the rows that an import brings in while one row is committed
	// durably and alone: four minutes for 1.44 million where that takes 0.45 ms.
	rowsACommit = 2.7
	// costGrowth is how much more a person may cost among ten times as many.
	costGrowth = 1.5
	timelines  = 1000 // pages that are asked for
	slowly     = 100  // acceptances a second
)

// scaling measures the platform as it grows, each size in a folder of its own:
// what must not follow the number of people, and what a person costs.
func scaling(ctx context.Context, b *bench) error {
	if b.Program == "" {
		return errors.New("the program itself is needed")
	}
	var before imported
	for _, people := range b.People {
		now, err := b.grown(ctx, people)
		if err != nil {
			return fmt.Errorf("%d people: %w", people, err)
		}
		if before.workers > 0 {
			b.atMost(fmt.Sprintf("processor a person, over that of %d people", before.workers), now.each()/before.each(), "x", costGrowth)
		}
		before = now
	}
	return nil
}

// each is the processor time that a worker cost.
func (i imported) each() float64 { return i.processor.Seconds() / float64(i.workers) }

// grown measures one size.
func (b *bench) grown(ctx context.Context, people int) (i imported, err error) {
	name := fmt.Sprintf("scale-%d", people)
	dir, err := b.dir(name + "-bare")
	if err != nil {
		return i, err
	}
	commits, err := bareCommits(ctx, filepath.Join(dir, "bare.db"))
	if err != nil {
		return i, err
	}
	b.raw("one-row synchronous=FULL commits", commits, "/s")
	if i, err = b.imported(ctx, b.Program, name, people); err != nil {
		return i, err
	}
	i.note(b)
	b.atLeast("the same, rows for each raw commit", float64(people)/i.took.Seconds()/commits, "", rowsACommit)
	b.raw("the databases of these on disk, a person", onDisk(i.data)*1024/float64(people), "KiB")
	s, err := b.start(ctx, i.data, 3*time.Second)
	if err != nil {
		return i, err
	}
	b.atMost(fmt.Sprintf("ready with %d people", people), s.ready.Seconds(), "s", 1)
	b.atMost("the same, the first page", 1000*s.page.Seconds(), "ms", 100)
	b.raw("the same, resident at rest", s.residentMiB, "MiB")
	workers, err := some(ctx, i.data, timelines)
	if err != nil {
		return i, err
	}
	err = invented(ctx, filepath.Dir(i.data), func(ctx context.Context, p *standalone.Platform, caller contract.Caller) error {
		pages, err := lives(ctx, caller, workers)
		if err != nil {
			return err
		}
		b.raw(fmt.Sprintf("a page of a timeline among %d people, p95", people), quantile(pages, 0.95), "ms")
		took, err := react(ctx, p, caller, people, 5*slowly, slowly)
		if err != nil {
			return err
		}
		b.atMost("every department has reacted, 100/s, p50 over one raw commit", quantile(took, 0.5)*commits/1000, "x", 10)
		return nil
	})
	return i, err
}

// some names workers of an import, spread over all of them.
func some(ctx context.Context, data string, most int) (workers []string, err error) {
	db, err := sqldb.Open(ctx, "sqlite:"+filepath.Join(data, "registry.db"))
	if err != nil {
		return nil, err
	}
	err = db.View(ctx, func(tx *sqldb.Tx) (err error) {
		workers, err = sqldb.Collect(tx, func(s sqldb.Scanner) (id string, err error) { return id, s.Scan(&id) },
			`SELECT id FROM worker ORDER BY substr(id, -12) LIMIT $1`, most) // an id ends by chance
		return err
	})
	return workers, errors.Join(err, db.Close())
}

// lives asks for the first page of each one's timeline.
func lives(ctx context.Context, caller contract.Caller, workers []string) ([]time.Duration, error) {
	registry := registryv1.RegistryClient{Caller: caller, Target: "registry"}
	took := make([]time.Duration, len(workers))
	for i, w := range workers {
		start := time.Now()
		page, err := registry.ListTimeline(himself(ctx, w), &registryv1.ListTimelineRequest{Worker: w, Limit: 50})
		if err != nil {
			return nil, err
		}
		if took[i] = time.Since(start); len(page.GetEntries()) == 0 {
			return nil, errors.New("an imported worker's timeline is empty")
		}
	}
	return took, nil
}
