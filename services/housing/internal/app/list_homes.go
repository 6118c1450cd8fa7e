package app

import (
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// The number of homes on a page.
const (
	usualPage   = 50
	longestPage = 200
)

// ListHomes lists free homes after an id; next is "" on the last page. A county
// and a kind are optional.
func (a *App) ListHomes(s Store, county, kind, after string, limit int) (homes []domain.Home, next string, err error) {
	if county != "" {
		if err := a.county(county); err != nil {
			return nil, "", err
		}
	}
	if kind != "" {
		if _, err := domain.ParseKind(kind); err != nil {
			return nil, "", err
		}
	}
	if limit < 0 || after != "" && ident.ParseUUID(after) != nil {
		return nil, "", domain.ErrPage
	}
	if limit == 0 {
		limit = usualPage
	}
	limit = min(limit, longestPage)
	homes, err = s.FreeHomes(county, domain.Kind(kind), after, limit)
	if err == nil && len(homes) == limit {
		next = homes[limit-1].ID
	}
	return homes, next, err
}
