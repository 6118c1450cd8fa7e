package api

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/registry/internal/app"
)

// FindDoubles tells whether there is likely a record of somebody already.
func (s *Server) FindDoubles(ctx context.Context, req *registryv1.FindDoublesRequest) (*registryv1.FindDoublesResponse, error) {
	d, err := s.App.FindDoubles(ctx, app.SomebodyForm{
		Document: ident.DocumentForm{Kind: req.GetDocumentKind(), Number: req.GetDocumentNumber(), Country: req.GetDocumentCountry(), BirthDate: req.GetBirthDate()},
		Name:     req.GetName(), Phone: req.GetPhone(), CaseID: req.GetCaseId(),
	})
	if err != nil {
		return nil, err
	}
	out := &registryv1.FindDoublesResponse{Elsewhere: d.Elsewhere}
	for _, f := range d.Found {
		out.Found = append(out.Found, &registryv1.FoundDouble{Worker: f.Worker, Grounds: f.Grounds})
	}
	return out, nil
}

// ListDoubles lists pairs of the officer's counties.
func (s *Server) ListDoubles(ctx context.Context, req *registryv1.ListDoublesRequest) (*registryv1.ListDoublesResponse, error) {
	var out *registryv1.ListDoublesResponse
	err := s.view(ctx, func(st app.Store) error {
		out = &registryv1.ListDoublesResponse{}
		all, err := s.App.ListDoubles(ctx, st, req.GetApart(), req.GetBeforeId(), int(req.GetLimit()))
		for _, d := range all {
			out.Doubles = append(out.Doubles, doubleFor(d))
		}
		return err
	})
	return out, err
}

// doubleFor writes a pair for a reader, who is told the references of records
// that the reader may know of.
func doubleFor(d app.ShownDouble) *registryv1.PersonDouble {
	one := &registryv1.PersonDouble{
		DoubleId: d.ID, Grounds: d.Grounds, State: d.State, FoundAt: sqldb.Micros(d.FoundAt), DecidedBy: d.DecidedBy, DecidedAt: micros(d.DecidedAt),
		ReasonCode: d.Why, Decidable: d.Decidable,
	}
	if d.First != nil {
		one.FirstId = d.First.Worker.ID
	}
	if d.Second != nil {
		one.SecondId = d.Second.Worker.ID
	}
	return one
}

// GetDouble shows two records side by side.
func (s *Server) GetDouble(ctx context.Context, req *registryv1.GetDoubleRequest) (*registryv1.GetDoubleResponse, error) {
	d, err := s.App.ReadDouble(ctx, req.GetDoubleId())
	if err != nil {
		return nil, err
	}
	return &registryv1.GetDoubleResponse{Double: doubleFor(d), First: doublePerson(d.First), Second: doublePerson(d.Second)}, nil
}

func doublePerson(d *app.DoublePerson) *registryv1.DoublePerson {
	if d == nil {
		return nil
	}
	return &registryv1.DoublePerson{
		Worker: d.Worker.ID, Name: d.Person.Name.Reveal(), BirthDate: d.Person.Document.BirthDate().String(), DocumentLast4: d.Person.Document.Last4(),
		Phone: d.Person.Contact.Phone.Reveal(), County: d.Worker.County, Township: d.Person.Contact.Township, RegisteredOn: d.Worker.RegisteredOn.String(),
	}
}

// DecideDouble sets a pair aside, or takes it up again.
func (s *Server) DecideDouble(ctx context.Context, req *registryv1.DecideDoubleRequest) (*registryv1.DecideDoubleResponse, error) {
	return command(ctx, s, func(st app.Store) (*registryv1.DecideDoubleResponse, error) {
		return &registryv1.DecideDoubleResponse{}, s.App.DecideDouble(ctx, st, req.GetDoubleId(), req.GetApart(), req.GetReasonCode())
	})
}
