package api

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	educationv1 "github.com/qiao-platform/qiao/proto/gen/education/v1"
	"github.com/qiao-platform/qiao/services/education/internal/app"
	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

// FindDoubles asks which entries may be one child.
func (s *Server) FindDoubles(ctx context.Context, req *educationv1.FindDoublesRequest) (*educationv1.FindDoublesResponse, error) {
	open, err := s.App.FindDoubles(ctx, once(s, doublesFound, doublesOf), req.GetRoundId())
	if err != nil {
		return nil, err
	}
	return doublesFound(open), nil
}

func doublesFound(open int) *educationv1.FindDoublesResponse {
	return &educationv1.FindDoublesResponse{DoublesCount: int32(open)}
}

func doublesOf(m *educationv1.FindDoublesResponse) int { return int(m.GetDoublesCount()) }

// ListDoubles lists the pairs of a round.
func (s *Server) ListDoubles(ctx context.Context, req *educationv1.ListDoublesRequest) (*educationv1.ListDoublesResponse, error) {
	return view(ctx, s.look, func(st app.Store, out *educationv1.ListDoublesResponse) error {
		all, err := s.App.ListDoubles(ctx, st, req.GetRoundId())
		for _, d := range all {
			out.Doubles = append(out.Doubles, &educationv1.Double{
				DoubleId: d.ID, ApplicationId: d.First, OtherApplicationId: d.Second, Grounds: d.Grounds, State: d.State, WithdrawnId: d.Withdrawn,
				ReasonCode: d.Why, DecidedBy: d.DecidedBy, DecidedAt: sqldb.Micros(d.DecidedAt),
			})
		}
		return err
	})
}

// DecideDouble takes an officer's word on a pair. The evidence of an application
// that goes is not needed any more.
func (s *Server) DecideDouble(ctx context.Context, req *educationv1.DecideDoubleRequest) (*educationv1.DecideDoubleResponse, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*educationv1.DecideDoubleResponse, error) {
		return &educationv1.DecideDoubleResponse{}, s.App.DecideDouble(ctx, s.In(tx), req.GetDoubleId(), req.GetOutcome(), req.GetWithdrawnId(), req.GetReasonCode())
	})
}

// CorrectRound proposes the draw as it should have been.
func (s *Server) CorrectRound(ctx context.Context, req *educationv1.CorrectRoundRequest) (*educationv1.CorrectRoundResponse, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*educationv1.CorrectRoundResponse, error) {
		c, err := s.App.CorrectRound(ctx, s.In(tx), app.Fault{
			RoundID: req.GetRoundId(), Why: req.GetReasonCode(), Figure: req.GetFigure(), Relief: req.GetRelief(), Mends: mends(req),
		})
		return &educationv1.CorrectRoundResponse{CorrectionId: c.ID, Wronged: int32(c.Wronged)}, err
	})
}

func mends(req *educationv1.CorrectRoundRequest) (m domain.Mends) {
	for _, v := range req.GetSeats() {
		m.Seats = append(m.Seats, domain.SeatsMend{SchoolID: v.GetSchoolId(), Seats: int(v.GetSeats()), Reserved: int(v.GetReserved())})
	}
	for _, v := range req.GetClasses() {
		m.Classes = append(m.Classes, domain.ClassMend{ApplicationID: v.GetApplicationId(), SchoolID: v.GetSchoolId(), Class: int(v.GetPriorityClass())})
	}
	for _, v := range req.GetAdded() {
		e := domain.EntryMend{ApplicationID: v.GetApplicationId()}
		for _, id := range v.GetSchoolIds() {
			e.Wishes = append(e.Wishes, domain.Wish{SchoolID: id})
		}
		m.Added = append(m.Added, e)
	}
	m.LeftOut = req.GetLeftOut()
	return m
}

// DecideCorrection takes or drops a correction.
func (s *Server) DecideCorrection(ctx context.Context, req *educationv1.DecideCorrectionRequest) (*educationv1.DecideCorrectionResponse, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*educationv1.DecideCorrectionResponse, error) {
		c, err := s.App.DecideCorrection(ctx, s.In(tx), req.GetCorrectionId(), req.GetOutcome())
		return &educationv1.DecideCorrectionResponse{Wronged: int32(c.Wronged)}, err
	})
}

// ListCorrections lists a round's corrections.
func (s *Server) ListCorrections(ctx context.Context, req *educationv1.ListCorrectionsRequest) (*educationv1.ListCorrectionsResponse, error) {
	return view(ctx, s.look, func(st app.Store, out *educationv1.ListCorrectionsResponse) error {
		all, err := s.App.ListCorrections(ctx, st, req.GetRoundId())
		for _, c := range all {
			out.Corrections = append(out.Corrections, correction(c))
		}
		return err
	})
}

func correction(c domain.Correction) *educationv1.Correction {
	return &educationv1.Correction{
		CorrectionId: c.ID, Number: int32(c.Number), ReasonCode: c.Why, State: c.State, Relief: c.Relief, Wronged: int32(c.Wronged), Figure: c.Figure,
		ProposedBy: c.ProposedBy, DecidedBy: c.DecidedBy, ProposedAt: sqldb.Micros(c.ProposedAt), DecidedAt: sqldb.Micros(c.DecidedAt),
	}
}
