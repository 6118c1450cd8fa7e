package call

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/rpc"
)

// Clerk is an officer of a department who gave a staff number for what is decided.
func Clerk(ctx context.Context, department, staff string) context.Context {
	return rpc.As(ctx, auth.Principal{Kind: auth.Officer, Subject: staff, Department: department, Division: auth.Everywhere, Purpose: "case_handling", LegalBasis: "PIPL 13(3)", Via: auth.ViaWeb})
}
