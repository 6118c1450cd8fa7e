package fair

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/allocate"
	"github.com/qiao-platform/qiao/services/employment/internal/domain/fair"
)

// marksAStep is how many applications a step makes those of the committed list.
const marksAStep = 500

// MarkList makes the next applications after a ticket those of the list to which
// a large fair is being committed. Lists and ranks are over, so that what is
// marked stays as it is; who leaves before is not in it.
func (a *App) MarkList(s Store, fairID, after string) (last string, more bool, err error) {
	f, err := s.Share(fairID)
	if err != nil || f.State != fair.Closing {
		return "", false, err
	}
	return s.Commit(fairID, after, marksAStep)
}

// ReadList reads the whole marked list, and nil where the fair is not being closed
// any more.
func (a *App) ReadList(s Store, fairID string) (*fair.Lists, error) {
	f, err := s.Peek(fairID)
	if err != nil || f.State != fair.Closing {
		return nil, err
	}
	return readLists(s, f)
}

// CommitList commits a large fair to its list, if its figure still cannot exist
// and somebody is left.
func (a *App) CommitList(ctx context.Context, s Store, fairID string, c allocate.Commitment) error {
	f, err := s.Fair(fairID)
	if err != nil || f.State != fair.Closing {
		return err
	}
	rules, err := a.rules(a.today(), f.Division)
	if err != nil {
		return err
	}
	f = f.Reopened()
	if c.Entries == 0 || f.Closable(f.MatchOn, rules, a.today()) != nil {
		return s.Save(ctx, f)
	}
	f, events := f.Close(c, f.MatchOn, a.Clock.Now())
	return s.Save(ctx, f, events...)
}
