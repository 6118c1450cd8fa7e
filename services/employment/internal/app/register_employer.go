package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// Firm is what a sheet or a form says of an employer.
type Firm struct{ USCC, Name, IndustrySection, County, Phone string }

// RegisterEmployer records an employer; a code that is there already changes
// nothing. A well-formed code whose check character fails is taken, and marked
// for a person to look at.
func (a *App) RegisterEmployer(ctx context.Context, s Store, f Firm) (domain.Employer, string, error) {
	text, _ := ident.NormaliseUSCC(f.USCC)
	code, manual, err := ident.ParseUSCC(text)
	if err != nil {
		return domain.Employer{}, "", err
	}
	if known, found, err := s.EmployerByUSCC(code.String()); err != nil || found {
		if err == nil {
			err = mayManage(ctx, known, known.County)
		}
		return known, domain.Unchanged, err
	}
	if _, ok := a.Codes.County(f.County); !ok {
		return domain.Employer{}, "", domain.ErrCounty
	}
	if _, ok := a.Codes.IndustrySection(f.IndustrySection); !ok {
		return domain.Employer{}, "", domain.ErrIndustry
	}
	var phone ident.Phone
	if f.Phone != "" {
		text, _ := ident.NormalisePhone(f.Phone)
		if phone, err = ident.ParsePhone(text); err != nil {
			return domain.Employer{}, "", err
		}
	}
	e, events, err := domain.NewEmployer(a.NewID(), code, manual, f.Name, f.IndustrySection, f.County, phone)
	if err != nil {
		return domain.Employer{}, "", err
	}
	if err := mayManage(ctx, e, e.County); err != nil {
		return domain.Employer{}, "", err
	}
	return e, domain.Created, s.SaveEmployer(ctx, e, events...)
}
