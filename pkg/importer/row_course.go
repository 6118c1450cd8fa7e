package importer

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/sheet"
	trainingv1 "github.com/qiao-platform/qiao/proto/gen/training/v1"
)

func (im *run) course(r sheet.Row) func(context.Context) outcome {
	c, err := r.Course()
	if err != nil {
		return refuse(err)
	}
	kind, ok := courses[c.Type]
	if !ok {
		return refuse(ErrCode)
	}
	hours, err := count32(c.Hours, "学时")
	if err != nil {
		return refuse(err)
	}
	places, err := count32(c.Places, "名额")
	if err != nil {
		return refuse(err)
	}
	ref := reference(r)
	return im.thing(markOf(c.Provider, c.Occupation, c.OccupationCode, c.Level, kind, c.OrderCreditCode, c.StartsOn), func(ctx context.Context) outcome {
		var reply *trainingv1.PublishCourseResponse
		err := im.patiently(ctx, func() (err error) {
			reply, err = trainingv1.TrainingClient{Caller: im.Caller, Target: "training"}.PublishCourse(im.as(ctx, "hrss", ""), &trainingv1.PublishCourseRequest{
				Provider: c.Provider, Title: c.Occupation, Occupation: c.OccupationCode, Level: c.Level, Hours: hours, Places: places,
				StartsOn: c.StartsOn, Kind: kind, EmployerUscc: c.OrderCreditCode, SubsidyFen: c.SubsidyFen, County: countyOf(im.Tables, c.Provider), Reference: ref,
				CheckOnly: im.DryRun,
			})
			return err
		})
		return told(sheet.Courses, reply, c.Notes, err)
	})
}
