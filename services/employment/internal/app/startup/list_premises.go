package startup

import (
	"github.com/qiao-platform/qiao/services/employment/internal/domain/startup"
)

// ListPremises lists the premises of a county, newest first; everybody may.
func (a *App) ListPremises(s Store, county string) ([]startup.Premises, error) {
	return s.PremisesOf(county)
}
