package importer

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/sheet"
	educationv1 "github.com/qiao-platform/qiao/proto/gen/education/v1"
)

func (im *run) school(r sheet.Row) func(context.Context) outcome {
	s, err := r.School()
	if err != nil {
		return refuse(err)
	}
	county, okCounty := im.Tables.CountyByName(s.County)
	township, okTownship := im.Tables.TownshipByName(county.Code, s.Township)
	kind, okKind := owners[s.Ownership]
	stage, okStage := stages[s.Stage]
	if !okCounty || !okTownship && s.Township != "" {
		return refuse(ErrPlace)
	}
	if !okKind || !okStage {
		return refuse(ErrCode)
	}
	places, err := count32(s.Places, "可供随迁子女学位")
	if err != nil {
		return refuse(err)
	}
	ref := reference(r)
	return im.thing(markOf(s.Name, county.Code, stage), func(ctx context.Context) outcome {
		var reply *educationv1.AddSchoolResponse
		err := im.patiently(ctx, func() (err error) {
			reply, err = educationv1.EducationClient{Caller: im.Caller, Target: "education"}.AddSchool(im.as(ctx, "edu", ""), &educationv1.AddSchoolRequest{
				Name: s.Name, Kind: kind, County: county.Code, Township: township.Code, Stage: stage, Places: places, Reference: ref, CheckOnly: im.DryRun,
			})
			return err
		})
		return told(sheet.Schools, reply, s.Notes, err)
	})
}
