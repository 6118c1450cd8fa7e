package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// Firm is what a sheet or a form says of an employer.
type Firm struct{ Kind, USCC, Name, IndustrySection, County, Phone string }

// RegisterEmployer records an employer; a code that is there already changes
// nothing. A well-formed code whose check character fails is taken, and marked
// for a person to look at.
func (a *App) RegisterEmployer(ctx context.Context, s Store, f Firm) (domain.Employer, string, error) {
	switch domain.EmployerKind(f.Kind) {
	case "", domain.Firm:
	case domain.Household:
		return a.registerHousehold(ctx, s, f)
	default:
		return domain.Employer{}, "", domain.ErrEmployerKind
	}
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
	phone, err := readPhone(f.Phone)
	if err != nil {
		return domain.Employer{}, "", err
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

// registerHousehold records a person who hires for the own home, without a
// credit code. Nothing tells two households apart but the command's key: a
// household that comes again without it is recorded again.
func (a *App) registerHousehold(ctx context.Context, s Store, f Firm) (domain.Employer, string, error) {
	if f.USCC != "" {
		return domain.Employer{}, "", domain.ErrHouseholdCode
	}
	if _, ok := a.Codes.County(f.County); !ok {
		return domain.Employer{}, "", domain.ErrCounty
	}
	phone, err := readPhone(f.Phone)
	if err != nil {
		return domain.Employer{}, "", err
	}
	e, events, err := domain.NewHousehold(a.NewID(), f.Name, f.County, phone)
	if err != nil {
		return domain.Employer{}, "", err
	}
	if err := mayManage(ctx, e, e.County); err != nil {
		return domain.Employer{}, "", err
	}
	return e, domain.Created, s.SaveEmployer(ctx, e, events...)
}

// readPhone reads a phone number that may be left out.
func readPhone(s string) (ident.Phone, error) {
	if s == "" {
		return ident.Phone{}, nil
	}
	text, _ := ident.NormalisePhone(s)
	return ident.ParsePhone(text)
}
