package api

import (
	"context"
	"time"

	"github.com/qiao-platform/qiao/pkg/sqldb"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/registry/internal/app"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// ProposeContact opens a case to change a contact or county without the person.
func (s *Server) ProposeContact(ctx context.Context, req *registryv1.ProposeContactRequest) (*registryv1.ProposeContactResponse, error) {
	id, err := s.App.ProposeContact(ctx, once(s, proposed, (*registryv1.ProposeContactResponse).GetCaseId), req.GetWorker(),
		app.ContactForm{Phone: req.GetPhone(), County: req.GetCounty(), Township: req.GetTownship(), Languages: req.GetLanguages()},
		domain.Grounds{Reason: req.GetReasonCode(), Paper: req.GetPaper()})
	if err != nil {
		return nil, err
	}
	return proposed(id), nil
}

func proposed(id string) *registryv1.ProposeContactResponse {
	return &registryv1.ProposeContactResponse{CaseId: id}
}

// ListContactCases lists what waits for a second officer.
func (s *Server) ListContactCases(ctx context.Context, _ *registryv1.ListContactCasesRequest) (*registryv1.ListContactCasesResponse, error) {
	out := &registryv1.ListContactCasesResponse{}
	err := s.view(ctx, func(st app.Store) error {
		all, view, err := s.App.ContactCases(ctx, st)
		for _, c := range all {
			out.Cases = append(out.Cases, caseFor(c, view(c)))
		}
		return err
	})
	return out, err
}

// caseFor writes a case for a reader: who may not know the person sees that
// there is a case, and no more.
func caseFor(c domain.ContactCase, v app.View) *registryv1.ContactCase {
	one := &registryv1.ContactCase{
		CaseId: c.ID, County: c.County, Officer: c.Officer, MadeAt: sqldb.Micros(c.MadeAt), Decidable: v.Decides, ReasonCode: c.Grounds.Reason, Paper: c.Grounds.Paper,
		State: c.State, DecidedBy: c.DecidedBy, DecidedAt: micros(c.DecidedAt), RefusalReasonCode: c.Refusal, ObjectedAt: micros(c.ObjectedAt),
	}
	if v.Knows {
		one.Worker, one.NameDiffers, one.FromCounty = c.Worker, c.NameDiffers, c.From
	}
	return one
}

// micros writes a time that may not have come.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return sqldb.Micros(t)
}

// GetContactCase shows one case to an officer who works on it.
func (s *Server) GetContactCase(ctx context.Context, req *registryv1.GetContactCaseRequest) (*registryv1.GetContactCaseResponse, error) {
	c, err := s.App.ReadContactCase(ctx, req.GetCaseId())
	if err != nil {
		return nil, err
	}
	out := &registryv1.GetContactCaseResponse{Case: caseFor(c.Case, c.View)}
	if c.Worker.ID == "" {
		return out, nil
	}
	out.Name = c.Name.Reveal()
	out.Wanted = &registryv1.ContactDetails{Phone: c.Asked.Phone.Reveal(), County: c.Case.County, Township: c.Asked.Township, Languages: c.Case.Languages}
	out.Registered = &registryv1.ContactDetails{Phone: c.Registered.Phone.Reveal(), County: c.Worker.County, Township: c.Registered.Township, Languages: c.Worker.Languages}
	return out, nil
}

// DecideContact applies or refuses a case.
func (s *Server) DecideContact(ctx context.Context, req *registryv1.DecideContactRequest) (*registryv1.DecideContactResponse, error) {
	return command(ctx, s, func(st app.Store) (*registryv1.DecideContactResponse, error) {
		return &registryv1.DecideContactResponse{}, s.App.DecideContact(ctx, st, req.GetCaseId(), req.GetApprove(), req.GetReasonCode())
	})
}

// ListContactChanges shows the person what officers asked to change.
func (s *Server) ListContactChanges(ctx context.Context, req *registryv1.ListContactChangesRequest) (*registryv1.ListContactChangesResponse, error) {
	out := &registryv1.ListContactChangesResponse{}
	err := s.view(ctx, func(st app.Store) error {
		all, err := s.App.ContactChanges(ctx, st, req.GetWorker())
		for _, c := range all {
			out.Cases = append(out.Cases, caseFor(c, app.View{Knows: true}))
		}
		return err
	})
	return out, err
}

// ObjectContact ends or undoes a change by the person's word.
func (s *Server) ObjectContact(ctx context.Context, req *registryv1.ObjectContactRequest) (*registryv1.ObjectContactResponse, error) {
	return command(ctx, s, func(st app.Store) (*registryv1.ObjectContactResponse, error) {
		state, err := s.App.ObjectContact(ctx, st, req.GetCaseId())
		return &registryv1.ObjectContactResponse{State: state}, err
	})
}
