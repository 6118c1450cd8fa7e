package rpc

import (
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
)

// Door lets the tests of this package see its shares.
type Door struct{ *door }

// NewDoor returns an empty one.
func NewDoor() Door { return Door{newDoor()} }

// Principal is door.principal.
func (d Door) Principal(p auth.Principal, now time.Time) (func(), bool) { return d.principal(p, now) }

// Stranger is door.stranger.
func (d Door) Stranger(address string, now time.Time) bool { return d.stranger(address, now) }

// Known is how many are remembered.
func (d Door) Known() int { return len(d.known) }
