package employment

import (
	"github.com/qiao-platform/qiao/pkg/ident"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	"github.com/qiao-platform/qiao/services/employment/internal/api"
	"github.com/qiao-platform/qiao/services/employment/internal/app"
)

// CheckProfile judges wishes by themselves, with the checks of SetProfile and
// before their worker is known, so that a row of a sheet whose wishes will be
// refused registers nobody.
func CheckProfile(codes *ident.Tables, req *employmentv1.SetProfileRequest) error {
	w, err := (&app.App{Codes: codes}).CheckWishes(api.Wished(req))
	if err != nil {
		return err
	}
	return w.Check()
}
