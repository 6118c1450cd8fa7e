// Package call is how the console speaks to the services: as whom, for which
// purpose, and with which clients. Until sign-in exists the console itself says
// who sits before it; every page tells so.
package call

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/proto/contract"
	educationv1 "github.com/qiao-platform/qiao/proto/gen/education/v1"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	housingv1 "github.com/qiao-platform/qiao/proto/gen/housing/v1"
	insurancev1 "github.com/qiao-platform/qiao/proto/gen/insurance/v1"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	trainingv1 "github.com/qiao-platform/qiao/proto/gen/training/v1"
)

// Clients are the typed clients of every service.
type Clients struct {
	Caller     contract.Caller
	Registry   registryv1.RegistryClient
	Employment employmentv1.EmploymentClient
	Training   trainingv1.TrainingClient
	Insurance  insurancev1.InsuranceClient
	Education  educationv1.EducationClient
	Housing    housingv1.HousingClient
}

// New returns clients that call through c.
func New(c contract.Caller) *Clients {
	return &Clients{
		Caller:     c,
		Registry:   registryv1.RegistryClient{Caller: c, Target: "registry"},
		Employment: employmentv1.EmploymentClient{Caller: c, Target: "employment"},
		Training:   trainingv1.TrainingClient{Caller: c, Target: "training"},
		Insurance:  insurancev1.InsuranceClient{Caller: c, Target: "insurance"},
		Education:  educationv1.EducationClient{Caller: c, Target: "education"},
		Housing:    housingv1.HousingClient{Caller: c, Target: "housing"},
	}
}

// Ops is the client of the pipeline methods that every service answers.
func (c *Clients) Ops(service string) platformv1.OpsClient {
	return platformv1.OpsClient{Caller: c.Caller, Target: service}
}

// Operator looks at the pipeline; it sees no person.
func Operator(ctx context.Context) context.Context { return OperatorAs(ctx, "console-operator") }

// OperatorAs is an operator who gave a staff number for what is signed.
func OperatorAs(ctx context.Context, staff string) context.Context {
	return rpc.As(ctx, auth.Principal{Kind: auth.Officer, Subject: staff, Department: "ops", Division: auth.Everywhere, Purpose: "platform_operation", LegalBasis: "platform operation", Via: auth.ViaWeb})
}

// Finder is an officer at a counter who opens a worker's own page at the
// worker's request. The look-up is logged where the worker sees it.
func Finder(ctx context.Context) context.Context {
	return rpc.As(ctx, auth.Principal{Kind: auth.Officer, Subject: "console-counter", Department: "hrss", Division: auth.Everywhere, Purpose: "timeline_help", LegalBasis: "PIPL 13(1), 44-45", Via: auth.ViaCounter})
}

// Worker is the worker at his own page.
func Worker(ctx context.Context, worker string) context.Context {
	return rpc.As(ctx, auth.Principal{Kind: auth.Worker, Subject: worker, Purpose: "own_record", LegalBasis: "PIPL 44-45", Via: auth.ViaWeb})
}

// Counter is an officer of a department at its counter; worker is for whom the
// officer acts, or empty.
func Counter(ctx context.Context, department, worker, purpose, basis string) context.Context {
	return rpc.As(ctx, auth.Principal{Kind: auth.Officer, Subject: "console-" + department, Department: department, Division: auth.Everywhere, Purpose: purpose, LegalBasis: basis, Via: auth.ViaCounter, ActsFor: worker})
}

// Staff is an officer of a department who gave a staff number for an act that
// is the officer's own: one of two signatures, a decision on an appeal.
func Staff(ctx context.Context, department, staff, purpose, basis string) context.Context {
	return rpc.As(ctx, auth.Principal{Kind: auth.Officer, Subject: staff, Department: department, Division: auth.Everywhere, Purpose: purpose, LegalBasis: basis, Via: auth.ViaWeb})
}

// Employer is an employer who recruits.
func Employer(ctx context.Context, employer string) context.Context {
	return rpc.As(ctx, auth.Principal{Kind: auth.Employer, Subject: employer, Purpose: "recruit", LegalBasis: "LCL 7-8; SIL 58", Via: auth.ViaWeb})
}
