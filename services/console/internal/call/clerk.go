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

// Desk is an officer of the registering department who gave a staff number and
// the county that he works for.
func Desk(ctx context.Context, staff, division string) context.Context {
	return rpc.As(ctx, auth.Principal{Kind: auth.Officer, Subject: staff, Department: "hrss", Division: division, Purpose: "contact_case", LegalBasis: "PIPL 46", Via: auth.ViaWeb})
}
