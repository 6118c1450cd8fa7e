package startup

import (
	"github.com/qiao-platform/qiao/services/employment/internal/domain/startup"
)

// ListSlots lists the free times of a county from today on; everybody may.
func (a *App) ListSlots(s Store, county string) ([]startup.Slot, error) {
	return s.FreeSlots(county, a.today())
}
