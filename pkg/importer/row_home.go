package importer

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/sheet"
	housingv1 "github.com/qiao-platform/qiao/proto/gen/housing/v1"
)

func (im *run) home(r sheet.Row) func(context.Context) outcome {
	h, err := r.Home()
	if err != nil {
		return refuse(err)
	}
	county, ok := im.Tables.CountyByName(h.County)
	if !ok {
		return refuse(ErrPlace)
	}
	kind, ok := homeKinds[h.Category]
	if !ok {
		return refuse(ErrCode)
	}
	area, err := count32(h.AreaDM2, "面积(平方米)")
	if err != nil {
		return refuse(err)
	}
	ref := reference(r)
	return im.thing(markOf(county.Code, h.Estate, h.Number), func(ctx context.Context) outcome {
		var reply *housingv1.AddHomeResponse
		err := im.patiently(ctx, func() (err error) {
			reply, err = housingv1.HousingClient{Caller: im.Caller, Target: "housing"}.AddHome(im.as(ctx, "hou", ""), &housingv1.AddHomeRequest{
				Estate: h.Estate, Number: h.Number, Layout: h.Layout, AreaDm2: area, RentFen: h.RentFen, County: county.Code, Kind: kind, Reference: ref,
				CheckOnly: im.DryRun,
			})
			return err
		})
		return told(sheet.Housing, reply, h.Notes, err)
	})
}
