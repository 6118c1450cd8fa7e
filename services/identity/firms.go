package identity

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/proto/contract"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	"github.com/qiao-platform/qiao/services/identity/internal/domain"
)

// firms asks the employment department which employers there are.
type firms struct{ employers employmentv1.EmploymentClient }

func newFirms(caller contract.Caller) firms {
	return firms{employmentv1.EmploymentClient{Caller: caller, Target: "employment"}}
}

// Employer implements app.Firms.
func (f firms) Employer(ctx context.Context, id string) (domain.Firm, error) {
	ctx = rpc.As(ctx, auth.Principal{Kind: auth.Service, Subject: Name, Purpose: "account_standing", LegalBasis: "PIPL 13(3)", Via: auth.ViaSystem})
	r, err := f.employers.GetEmployer(ctx, &employmentv1.GetEmployerRequest{EmployerId: id})
	if errs.KindOf(err) == errs.NotFound {
		err = domain.ErrFirm
	}
	return domain.Firm{ID: r.GetEmployerId(), Code: r.GetUscc(), County: r.GetCounty()}, err
}
