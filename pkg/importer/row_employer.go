package importer

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/sheet"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
)

func (im *run) employer(r sheet.Row) func(context.Context) outcome {
	e, err := r.Employer()
	if err != nil {
		return refuse(err)
	}
	county, ok := im.Tables.CountyByName(e.County)
	if !ok {
		return refuse(ErrPlace)
	}
	return im.thing(markOf(e.CreditCode), func(ctx context.Context) outcome {
		var reply *employmentv1.RegisterEmployerResponse
		err := im.patiently(ctx, func() (err error) {
			reply, err = employmentv1.EmploymentClient{Caller: im.Caller, Target: "employment"}.RegisterEmployer(im.as(ctx, "hrss", ""), &employmentv1.RegisterEmployerRequest{
				Uscc: e.CreditCode, Name: e.Name, IndustrySection: e.IndustrySection, County: county.Code, Phone: e.Phone, CheckOnly: im.DryRun,
			})
			return err
		})
		notes := e.Notes
		if reply.GetManualCheck() {
			notes = append(notes, "uscc_manual_check")
		}
		if err == nil {
			im.mu.Lock()
			im.firms[e.CreditCode] = true
			im.mu.Unlock()
		}
		return told(sheet.Employers, reply, notes, err)
	})
}
