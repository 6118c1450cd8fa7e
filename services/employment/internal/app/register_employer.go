package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// Firm is what a sheet or a form says of an employer.
type Firm struct{ Kind, USCC, Name, IndustrySection, County, Phone string }

// RegisterEmployer records an employer; a code that is there already changes
// nothing, unless a sheet corrects what it said. A well-formed code whose check
// character fails is taken, and marked for a person to look at.
func (a *App) RegisterEmployer(ctx context.Context, s Store, f Firm) (domain.Employer, Said, error) {
	none := Said{}
	switch domain.EmployerKind(f.Kind) {
	case "", domain.Firm:
	case domain.Household:
		return a.registerHousehold(ctx, s, f)
	default:
		return domain.Employer{}, none, domain.ErrEmployerKind
	}
	text, _ := ident.NormaliseUSCC(f.USCC)
	code, manual, err := ident.ParseUSCC(text)
	if err != nil {
		return domain.Employer{}, none, err
	}
	known, found, err := s.EmployerByUSCC(code.String())
	if err != nil {
		return domain.Employer{}, none, err
	}
	if found {
		if err := MayManage(ctx, known, known.County); err != nil {
			return known, none, err
		}
		if p, err := auth.FromContext(ctx); err != nil || p.Via != auth.ViaImport {
			return known, Said{ID: known.ID, Outcome: domain.Unchanged}, err
		}
	}
	if _, ok := a.Codes.County(f.County); !ok {
		return domain.Employer{}, none, domain.ErrCounty
	}
	if _, ok := a.Codes.IndustrySection(f.IndustrySection); !ok {
		return domain.Employer{}, none, domain.ErrIndustry
	}
	phone, err := readPhone(f.Phone)
	if err != nil {
		return domain.Employer{}, none, err
	}
	if found {
		return a.correctEmployer(ctx, s, known, f, phone)
	}
	e, events, err := domain.NewEmployer(a.NewID(), code, manual, f.Name, f.IndustrySection, f.County, phone)
	if err != nil {
		return domain.Employer{}, none, err
	}
	if err := MayManage(ctx, e, e.County); err != nil {
		return domain.Employer{}, none, err
	}
	return e, Said{ID: e.ID, Outcome: domain.Created}, s.SaveEmployer(ctx, e, events...)
}

// correctEmployer brings a known employer to what a sheet says now.
func (a *App) correctEmployer(ctx context.Context, s Store, known domain.Employer, f Firm, phone ident.Phone) (domain.Employer, Said, error) {
	c, differs, events := known.Correct(f.Name, f.IndustrySection, f.County, phone)
	said := Said{ID: known.ID, Outcome: domain.Unchanged, Differs: differs}
	if len(differs) > 0 {
		said.Outcome = domain.Differs
	}
	if events == nil {
		return known, said, nil
	}
	said.Outcome = domain.Applied
	return c, said, s.SaveEmployer(ctx, c, events...)
}

// registerHousehold records a person who hires for the own home, without a
// credit code. Nothing tells two households apart but the command's key: a
// household that comes again without it is recorded again.
func (a *App) registerHousehold(ctx context.Context, s Store, f Firm) (domain.Employer, Said, error) {
	if f.USCC != "" {
		return domain.Employer{}, Said{}, domain.ErrHouseholdCode
	}
	if _, ok := a.Codes.County(f.County); !ok {
		return domain.Employer{}, Said{}, domain.ErrCounty
	}
	phone, err := readPhone(f.Phone)
	if err != nil {
		return domain.Employer{}, Said{}, err
	}
	e, events, err := domain.NewHousehold(a.NewID(), f.Name, f.County, phone)
	if err != nil {
		return domain.Employer{}, Said{}, err
	}
	if err := MayManage(ctx, e, e.County); err != nil {
		return domain.Employer{}, Said{}, err
	}
	return e, Said{ID: e.ID, Outcome: domain.Created}, s.SaveEmployer(ctx, e, events...)
}

// readPhone reads a phone number that may be left out.
func readPhone(s string) (ident.Phone, error) {
	if s == "" {
		return ident.Phone{}, nil
	}
	text, _ := ident.NormalisePhone(s)
	return ident.ParsePhone(text)
}
