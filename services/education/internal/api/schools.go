package api

import (
	"context"

	"google.golang.org/protobuf/proto"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	educationv1 "github.com/qiao-platform/qiao/proto/gen/education/v1"
	"github.com/qiao-platform/qiao/services/education/internal/app"
	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

// AddSchool opens a school, unless it is known.
func (s *Server) AddSchool(ctx context.Context, req *educationv1.AddSchoolRequest) (*educationv1.AddSchoolResponse, error) {
	return outbox.CommandOrCheck(ctx, s.Outbox, req.GetCheckOnly(), func(tx *sqldb.Tx) (*educationv1.AddSchoolResponse, error) {
		said, err := s.App.AddSchool(ctx, s.In(tx), domain.School{
			Reference: req.GetReference(), Name: req.GetName(), Kind: domain.Kind(req.GetKind()), County: req.GetCounty(),
			Township: req.GetTownship(), Stage: domain.Stage(req.GetStage()), Places: int(req.GetPlaces()),
		})
		return &educationv1.AddSchoolResponse{SchoolId: said.ID, Outcome: said.Outcome, Differs: said.Differs}, err
	})
}

// ListSchools lists schools with their free places from the cache; an offer
// decides by the tables, never by this list.
func (s *Server) ListSchools(ctx context.Context, req *educationv1.ListSchoolsRequest) (*educationv1.ListSchoolsResponse, error) {
	county, stage := req.GetCounty(), req.GetStage()
	if err := s.App.CheckList(county, stage); err != nil { // before the words become a key
		return nil, err
	}
	tag := app.PagesTag(county)
	page, err := s.Pages.Get(ctx, tag, tag+":"+stage, func(ctx context.Context) ([]byte, error) {
		list, err := view(ctx, s.look, func(st app.Store, list *educationv1.ListSchoolsResponse) error {
			all, err := s.App.ListSchools(st, county, stage)
			for _, l := range all {
				list.Schools = append(list.Schools, school(l))
			}
			return err
		})
		if err != nil {
			return nil, err
		}
		return proto.Marshal(list)
	})
	if err != nil {
		return nil, err
	}
	out := &educationv1.ListSchoolsResponse{}
	return out, proto.Unmarshal(page, out)
}
