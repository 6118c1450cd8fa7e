package api

import (
	"context"
	"fmt"

	"google.golang.org/protobuf/proto"

	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	"github.com/qiao-platform/qiao/services/employment/internal/app"
)

// SearchVacancies lists open vacancies, newest first. Nothing personal enters,
// so that pages are shared through the cache; a commit that changes a vacancy
// of the county makes them stale.
func (s *Server) SearchVacancies(ctx context.Context, req *employmentv1.SearchVacanciesRequest) (*employmentv1.SearchVacanciesResponse, error) {
	q, err := s.App.CheckSearch(app.Search{
		County: req.GetCounty(), Occupation: req.GetOccupation(), WageMinFen: req.GetWageMinFen(), On: req.GetOn(),
		Housing: req.GetHousing(), Township: req.GetTownship(), Household: req.GetHouseholdService(), After: req.GetAfter(), Limit: int(req.GetLimit()),
	})
	if err != nil {
		return nil, err
	}
	key := fmt.Sprintf("vacancies|%s|%s|%d|%s|%t|%s|%t|%s|%d", q.County, q.Occupation, q.WageMinFen, q.On, q.Housing, q.Township, q.Household, q.After, q.Limit)
	page, err := s.Pages.Get(ctx, app.SearchTag(q.County), key, func(ctx context.Context) ([]byte, error) {
		out := &employmentv1.SearchVacanciesResponse{}
		err := s.view(ctx, func(st app.Store) error {
			all, next, err := s.App.SearchVacancies(st, q)
			for _, v := range all {
				out.Vacancies = append(out.Vacancies, s.vacancy(v))
			}
			out.Next = next
			return err
		})
		if err != nil {
			return nil, err
		}
		return proto.Marshal(out)
	})
	if err != nil {
		return nil, err
	}
	out := &employmentv1.SearchVacanciesResponse{}
	return out, proto.Unmarshal(page, out)
}

// GetVacancy reads one vacancy, open or closed.
func (s *Server) GetVacancy(ctx context.Context, req *employmentv1.GetVacancyRequest) (*employmentv1.GetVacancyResponse, error) {
	out := &employmentv1.GetVacancyResponse{}
	err := s.view(ctx, func(st app.Store) error {
		v, err := s.App.SeeVacancy(st, req.GetVacancyId())
		out.Vacancy = s.vacancy(v)
		return err
	})
	return out, err
}
