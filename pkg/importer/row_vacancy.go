package importer

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/sheet"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
)

func (im *run) vacancy(r sheet.Row) func(context.Context) outcome {
	v, err := r.Vacancy()
	if err != nil {
		return refuse(err)
	}
	county, ok := im.Tables.CountyByName(v.County)
	if !ok {
		return refuse(ErrPlace)
	}
	if v.EndsOn != "" && v.EndsOn < im.today {
		return refuse(ErrSeasonOver)
	}
	headcount, err := count32(v.Headcount, "人数")
	if err != nil {
		return refuse(err)
	}
	ref := reference(r)
	return im.thing(markOf(v.CreditCode, v.Title, v.OccupationCode, county.Code, v.StartsOn), func(ctx context.Context) outcome {
		var reply *employmentv1.PublishVacancyResponse
		err := im.patiently(ctx, func() (err error) {
			reply, err = employmentv1.EmploymentClient{Caller: im.Caller, Target: "employment"}.PublishVacancy(im.as(ctx, "hrss", ""), &employmentv1.PublishVacancyRequest{
				Uscc: v.CreditCode, Title: v.Title, Occupation: v.OccupationCode, Headcount: headcount, WageMinFen: v.WageLowFen, WageMaxFen: v.WageHighFen,
				County: county.Code, SeasonFrom: v.StartsOn, SeasonTo: v.EndsOn, Housing: v.HousingProvided == sheet.Yes, Meals: v.MealsProvided == sheet.Yes,
				Requirements: v.Requirements, Reference: ref, CheckOnly: im.DryRun,
			})
			return err
		})
		if im.DryRun && errs.CodeOf(err) == "employer_unknown" {
			im.mu.Lock()
			coming := im.firms[v.CreditCode]
			im.mu.Unlock()
			if coming { // by then the employer is there
				return outcome{what: created, notes: v.Notes}
			}
		}
		return told(sheet.Vacancies, reply, append(v.Notes, reply.GetNotes()...), err)
	})
}
