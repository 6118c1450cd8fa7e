package match

import (
	"context"
	"log/slog"
	"time"

	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// every is how often other instances' changes are looked for. What this
// instance commits is in the index with the commit.
const every = 50 * time.Millisecond

// Source is where vacancies come from.
type Source interface {
	// Open reads every open vacancy, a page at a time.
	Open(ctx context.Context, page func([]domain.Vacancy)) error
	// Next returns the vacancies that changed since the last call, as they are now.
	Next(ctx context.Context) ([]domain.Vacancy, error)
}

// Fill reads all that is open.
func (x *Index) Fill(ctx context.Context, from Source) error { return from.Open(ctx, x.PutAll) }

// Follow keeps the index right by the changes of all instances until ctx ends.
// A look that fails is repeated: what it would have told, the next one tells.
func (x *Index) Follow(ctx context.Context, from Source, log *slog.Logger) error {
	tick := time.NewTicker(every)
	defer tick.Stop()
	failing := false
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		changed, err := from.Next(ctx)
		if err != nil {
			if !failing && ctx.Err() == nil {
				log.WarnContext(ctx, "changes of vacancies cannot be read; suggestions may be behind", "error", err)
			}
			failing = true
			continue
		}
		failing = false
		x.PutAll(changed)
	}
}
