package api

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/sqldb"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/registry/internal/app"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// CompareRecords shows two records side by side.
func (s *Server) CompareRecords(ctx context.Context, req *registryv1.CompareRecordsRequest) (*registryv1.CompareRecordsResponse, error) {
	pair, err := s.App.CompareRecords(ctx, req.GetWorker(), req.GetOtherId())
	if err != nil {
		return nil, err
	}
	out := &registryv1.CompareRecordsResponse{}
	out.Into, out.Alias, out.Likeness = pairFor(pair)
	return out, nil
}

func pairFor(p app.Pair) (into, alias *registryv1.PersonRecord, likeness []*registryv1.Likeness) {
	for _, l := range p.Likeness {
		likeness = append(likeness, &registryv1.Likeness{Field: l.Field, How: l.How})
	}
	return recordFor(p.Into, p.PersonInto, p.KnowsInto), recordFor(p.Alias, p.PersonAlias, p.KnowsAlias), likeness
}

// recordFor writes a record for a reader; of another county's there is no more than
// that it is one.
func recordFor(w domain.Worker, p domain.Person, known bool) *registryv1.PersonRecord {
	if !known {
		return &registryv1.PersonRecord{County: w.County}
	}
	return &registryv1.PersonRecord{
		Worker: w.ID, County: w.County, Known: true, Name: p.Name.Reveal(), DocumentLast4: p.Document.Last4(), Phone: p.Contact.Phone.Reveal(),
		Township: p.Contact.Township, RegisteredOn: w.RegisteredOn.String(), ContactVia: w.ContactVia, ContactAt: micros(w.ContactAt),
	}
}

// OpenJoin opens the case that two records are one person's.
func (s *Server) OpenJoin(ctx context.Context, req *registryv1.OpenJoinRequest) (*registryv1.OpenJoinResponse, error) {
	return command(ctx, s, func(st app.Store) (*registryv1.OpenJoinResponse, error) {
		id, err := s.App.OpenJoin(ctx, st, req.GetWorker(), req.GetOtherId(), req.GetOtherRemains(), domain.Grounds{Reason: req.GetReasonCode(), Paper: req.GetPaper()})
		return &registryv1.OpenJoinResponse{PersonCaseId: id}, err
	})
}

// OpenParting opens the case that records are two persons'.
func (s *Server) OpenParting(ctx context.Context, req *registryv1.OpenPartingRequest) (*registryv1.OpenPartingResponse, error) {
	return command(ctx, s, func(st app.Store) (*registryv1.OpenPartingResponse, error) {
		id, err := s.App.OpenParting(ctx, st, req.GetJoinId(), req.GetWorker(), req.GetOtherId(), domain.Grounds{Reason: req.GetReasonCode(), Paper: req.GetPaper()})
		return &registryv1.OpenPartingResponse{PersonCaseId: id}, err
	})
}

// AssignParts says whose things are.
func (s *Server) AssignParts(ctx context.Context, req *registryv1.AssignPartsRequest) (*registryv1.AssignPartsResponse, error) {
	return command(ctx, s, func(st app.Store) (*registryv1.AssignPartsResponse, error) {
		return &registryv1.AssignPartsResponse{}, s.App.AssignParts(ctx, st, req.GetPersonCaseId(), req.GetToAlias(), req.GetToInto())
	})
}

// ListPersonCases lists what an officer has to do.
func (s *Server) ListPersonCases(ctx context.Context, _ *registryv1.ListPersonCasesRequest) (*registryv1.ListPersonCasesResponse, error) {
	var out *registryv1.ListPersonCasesResponse
	err := s.view(ctx, func(st app.Store) error {
		out = &registryv1.ListPersonCasesResponse{}
		all, view, err := s.App.JoinCases(ctx, st)
		for _, c := range all {
			out.Cases = append(out.Cases, s.joinCaseFor(c, view(c)))
		}
		return err
	})
	return out, err
}

// joinCaseFor writes a case for an officer: of a record that the officer may not
// see, its county alone.
func (s *Server) joinCaseFor(c domain.JoinCase, v app.JoinView) *registryv1.PersonCase {
	one := s.ownCaseFor(c)
	one.IntoCounty, one.AliasCounty, one.JoinId, one.Revision = c.Into.County, c.Alias.County, c.JoinID, c.Version
	one.IntoToldAt, one.AliasToldAt, one.IntoHeardAt, one.AliasHeardAt = micros(c.Into.ToldAt), micros(c.Alias.ToldAt), micros(c.Into.HeardAt), micros(c.Alias.HeardAt)
	one.IntoHeardBy, one.AliasHeardBy, one.IntoHeardPaper, one.AliasHeardPaper = c.Into.HeardBy, c.Alias.HeardBy, c.Into.Paper, c.Alias.Paper
	if v.Into {
		one.IntoWorker = c.Into.Worker
	}
	if v.Alias {
		one.AliasWorker = c.Alias.Worker
	}
	one.Decidable = v.Decides && one.GetWaitsFor() == ""
	one.Assignable = v.Own && c.Kind == domain.KindPart && c.State == domain.CaseOpen
	return one
}

// ownCaseFor writes a case for its person, and nothing of the other record, which
// may be somebody else's.
func (s *Server) ownCaseFor(c domain.JoinCase) *registryv1.PersonCase {
	one := &registryv1.PersonCase{
		PersonCaseId: c.ID, Kind: c.Kind, ReasonCode: c.Grounds.Reason, Paper: c.Grounds.Paper, Officer: c.Officer, MadeAt: micros(c.MadeAt), State: c.State,
		DecidedBy: c.DecidedBy, DecidedAt: micros(c.DecidedAt), RefusalReasonCode: c.Refusal, ObjectedAt: micros(c.ObjectedAt),
	}
	if c.State == domain.CaseOpen {
		one.WaitsFor = s.App.Waits(c)
	}
	if until := c.Until(); !until.IsZero() {
		one.ObjectUntil = until.String()
	}
	return one
}

// GetPersonCase shows one case to an officer who works on it.
func (s *Server) GetPersonCase(ctx context.Context, req *registryv1.GetPersonCaseRequest) (*registryv1.GetPersonCaseResponse, error) {
	read, err := s.App.ReadJoinCase(ctx, req.GetPersonCaseId())
	if err != nil {
		return nil, err
	}
	out := &registryv1.GetPersonCaseResponse{Case: s.joinCaseFor(read.Case, read.View)}
	if read.Case.State != domain.CaseOpen {
		return out, nil
	}
	out.Into, out.Alias, out.Likeness = pairFor(read.Pair)
	for _, p := range read.Parts {
		out.Parts = append(out.Parts, &registryv1.PersonPart{
			Aggregate: p.Aggregate, Service: p.Service, Type: p.Type, Division: p.Division, OccurredAt: sqldb.Micros(p.At), Recorded: p.Recorded, Assigned: p.Assigned, ByHand: p.ByHand,
		})
	}
	return out, nil
}

// HearPerson records what a person said at a counter.
func (s *Server) HearPerson(ctx context.Context, req *registryv1.HearPersonRequest) (*registryv1.HearPersonResponse, error) {
	return command(ctx, s, func(st app.Store) (*registryv1.HearPersonResponse, error) {
		state, err := s.App.HearPerson(ctx, st, req.GetPersonCaseId(), req.GetSide(), req.GetPaper(), req.GetAgrees())
		return &registryv1.HearPersonResponse{State: state}, err
	})
}

// DecidePersonCase applies or refuses a case.
func (s *Server) DecidePersonCase(ctx context.Context, req *registryv1.DecidePersonCaseRequest) (*registryv1.DecidePersonCaseResponse, error) {
	state, err := s.App.DecideJoin(ctx, once(s, decided, decidedOf), req.GetPersonCaseId(),
		app.Decision{Approve: req.GetApprove(), Refusal: req.GetReasonCode(), Revision: req.GetRevision()})
	if err != nil {
		return nil, err
	}
	return decided(state), nil
}

func decided(state string) *registryv1.DecidePersonCaseResponse {
	return &registryv1.DecidePersonCaseResponse{State: state}
}

func decidedOf(m *registryv1.DecidePersonCaseResponse) string { return m.GetState() }

// ListOwnPersonCases shows the person what officers asked.
func (s *Server) ListOwnPersonCases(ctx context.Context, req *registryv1.ListOwnPersonCasesRequest) (*registryv1.ListOwnPersonCasesResponse, error) {
	var out *registryv1.ListOwnPersonCasesResponse
	err := s.view(ctx, func(st app.Store) error {
		out = &registryv1.ListOwnPersonCasesResponse{}
		all, err := s.App.OwnJoinCases(ctx, st, req.GetWorker())
		for _, c := range all {
			out.Cases = append(out.Cases, s.ownCaseFor(c))
		}
		return err
	})
	return out, err
}

// ObjectPersonCase takes the person's word against a case.
func (s *Server) ObjectPersonCase(ctx context.Context, req *registryv1.ObjectPersonCaseRequest) (*registryv1.ObjectPersonCaseResponse, error) {
	return command(ctx, s, func(st app.Store) (*registryv1.ObjectPersonCaseResponse, error) {
		state, err := s.App.ObjectJoin(ctx, st, req.GetPersonCaseId())
		return &registryv1.ObjectPersonCaseResponse{State: state}, err
	})
}
