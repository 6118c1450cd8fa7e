package store

import (
	"github.com/qiao-platform/qiao/pkg/account"
)

// Died reports whether a person's death is recorded: nothing lapses of what was
// offered, and nothing new is.
func (t *inTx) Died(worker string) (bool, error) { return account.Died(t.tx, worker) }
