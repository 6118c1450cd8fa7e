package plot

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
)

// part is whom a story plays: many people at once, and nobody who signed in.
type part struct{ auth.Principal }

func worker(ref string) part {
	return part{auth.Principal{Kind: auth.Worker, Subject: ref, Via: auth.ViaWeb}}
}

func employer(id string) part {
	return part{auth.Principal{Kind: auth.Employer, Subject: id, Via: auth.ViaWeb}}
}

func officer(department string) part {
	return part{auth.Principal{Kind: auth.Officer, Subject: "story-" + department, Department: department, Division: auth.Everywhere, Via: auth.ViaWeb}}
}

// seeing is the officer before whose counter a worker stands.
func (p part) seeing(worker string) part {
	p.ActsFor = worker
	return p
}

// as returns a context whose calls the part makes for a purpose.
func (p part) as(ctx context.Context, to frame.Purpose) context.Context {
	p.Purpose, p.LegalBasis = to.Code, to.LegalBasis
	if to.Counter {
		p.Via = auth.ViaCounter
	}
	return rpc.As(ctx, p.Principal)
}
