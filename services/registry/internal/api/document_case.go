package api

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/registry/internal/app"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// ProposeDocument opens a case to change a document or a name.
func (s *Server) ProposeDocument(ctx context.Context, req *registryv1.ProposeDocumentRequest) (*registryv1.ProposeDocumentResponse, error) {
	id, err := s.App.ProposeDocument(ctx, once(s, proposedDocument, (*registryv1.ProposeDocumentResponse).GetCaseId), req.GetWorker(), app.DocumentForm{
		DocumentForm: ident.DocumentForm{Kind: req.GetDocumentKind(), Number: req.GetDocumentNumber(), Country: req.GetDocumentCountry(), BirthDate: req.GetBirthDate()},
		Name:         req.GetName(), Grounds: domain.Grounds{Reason: req.GetReasonCode(), Paper: req.GetPaper()},
	})
	if err != nil {
		return nil, err
	}
	return proposedDocument(id), nil
}

func proposedDocument(id string) *registryv1.ProposeDocumentResponse {
	return &registryv1.ProposeDocumentResponse{CaseId: id}
}

// ListDocumentCases lists what waits for an officer.
func (s *Server) ListDocumentCases(ctx context.Context, _ *registryv1.ListDocumentCasesRequest) (*registryv1.ListDocumentCasesResponse, error) {
	out := &registryv1.ListDocumentCasesResponse{}
	err := s.view(ctx, func(st app.Store) error {
		all, decides, err := s.App.DocumentCases(ctx, st)
		for _, c := range all {
			out.Cases = append(out.Cases, documentCase(c, decides(c)))
		}
		return err
	})
	return out, err
}

func documentCase(c domain.DocumentCase, decidable bool) *registryv1.DocumentCase {
	return &registryv1.DocumentCase{
		CaseId: c.ID, Worker: c.Worker, County: c.County, NumberChanges: c.Number, NameChanges: c.Name, Officer: c.Officer, MadeAt: sqldb.Micros(c.MadeAt),
		Decidable: decidable, ReasonCode: c.Grounds.Reason, Paper: c.Grounds.Paper, State: c.State, DecidedBy: c.DecidedBy, DecidedAt: micros(c.DecidedAt),
		RefusalReasonCode: c.Refusal, ObjectedAt: micros(c.ObjectedAt), UnderAge: c.UnderAge, SettledBy: c.SettledBy, SettledAt: micros(c.SettledAt), Outcome: c.Outcome,
	}
}

// GetDocumentCase shows one case to an officer who works on it.
func (s *Server) GetDocumentCase(ctx context.Context, req *registryv1.GetDocumentCaseRequest) (*registryv1.GetDocumentCaseResponse, error) {
	c, err := s.App.ReadDocumentCase(ctx, req.GetCaseId())
	if err != nil {
		return nil, err
	}
	out := &registryv1.GetDocumentCaseResponse{Case: documentCase(c.Case, c.Decides), Held: c.Held, OtherWorker: c.Other}
	if c.From.Document.IsZero() {
		return out, nil
	}
	out.Registered, out.Wanted = details(c.From), details(c.To)
	if c.Case.Number {
		out.Wanted.DocumentNumber, out.Wanted.BirthDate = c.To.Document.Reveal(), c.To.Document.BirthDate().String()
		if c.From.Document.BirthDate() != c.To.Document.BirthDate() { // what rests on the age rests on this
			out.Registered.BirthDate = c.From.Document.BirthDate().String()
		}
	}
	return out, nil
}

// details writes by what a person is registered, of the number its last signs.
func details(k domain.Known) *registryv1.DocumentDetails {
	return &registryv1.DocumentDetails{
		Name: k.Name.Reveal(), DocumentKind: string(k.Document.Kind()), DocumentLast4: k.Document.Last4(), DocumentCountry: k.Document.Country(),
		BirthDate: k.Document.Form().BirthDate,
	}
}

// DecideDocument applies or refuses a case.
func (s *Server) DecideDocument(ctx context.Context, req *registryv1.DecideDocumentRequest) (*registryv1.DecideDocumentResponse, error) {
	err := s.App.DecideDocument(ctx, done[registryv1.DecideDocumentResponse](s), req.GetCaseId(), req.GetApprove(), req.GetReasonCode())
	return &registryv1.DecideDocumentResponse{}, err
}

// SettleDocumentAge notes that an officer looked at what rested on a wrong age.
func (s *Server) SettleDocumentAge(ctx context.Context, req *registryv1.SettleDocumentAgeRequest) (*registryv1.SettleDocumentAgeResponse, error) {
	return command(ctx, s, func(st app.Store) (*registryv1.SettleDocumentAgeResponse, error) {
		return &registryv1.SettleDocumentAgeResponse{}, s.App.SettleDocumentAge(ctx, st, req.GetCaseId(), req.GetOutcome())
	})
}

// ListDocumentChanges shows the person what officers asked to change.
func (s *Server) ListDocumentChanges(ctx context.Context, req *registryv1.ListDocumentChangesRequest) (*registryv1.ListDocumentChangesResponse, error) {
	all, err := s.App.DocumentChanges(ctx, req.GetWorker())
	out := &registryv1.ListDocumentChangesResponse{}
	for _, c := range all {
		one := &registryv1.DocumentChange{Case: documentCase(c.Case, false), Objectable: c.Case.Objectable()}
		if !c.To.Document.IsZero() {
			one.Wanted = details(c.To)
		}
		out.Changes = append(out.Changes, one)
	}
	return out, err
}

// ObjectDocument ends or undoes a change by the person's word.
func (s *Server) ObjectDocument(ctx context.Context, req *registryv1.ObjectDocumentRequest) (*registryv1.ObjectDocumentResponse, error) {
	state, err := s.App.ObjectDocument(ctx, once(s, objectedDocument, (*registryv1.ObjectDocumentResponse).GetState), req.GetCaseId())
	if err != nil {
		return nil, err
	}
	return objectedDocument(state), nil
}

func objectedDocument(state string) *registryv1.ObjectDocumentResponse {
	return &registryv1.ObjectDocumentResponse{State: state}
}
