package react

import (
	"context"
	"errors"

	"github.com/qiao-platform/qiao/pkg/evidence"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/employment/internal/app"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// Cases implements evidence.Cases: the one case of a worker here is the job
// search, open while the worker has a profile.
type Cases struct {
	App *app.App
	In  func(*sqldb.Tx) app.Store
}

// OpenCases names the worker's job search.
func (c Cases) OpenCases(tx *sqldb.Tx, worker string) ([]string, error) {
	_, err := c.In(tx).PeekProfile(worker)
	if errors.Is(err, domain.ErrProfileUnknown) {
		return nil, nil
	}
	return []string{domain.ProfileCase(worker)}, err
}

// EvidenceChanged writes into the profile's history which certificate came or left.
func (c Cases) EvidenceChanged(ctx context.Context, tx *sqldb.Tx, e evidence.Change) error {
	return c.App.NoteQualifications(ctx, c.In(tx), e.Worker, e.What)
}
