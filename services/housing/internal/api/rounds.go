package api

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/answer"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	housingv1 "github.com/qiao-platform/qiao/proto/gen/housing/v1"
	"github.com/qiao-platform/qiao/services/housing/internal/app"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// GetPlace shows where an application stands.
func (s *Server) GetPlace(ctx context.Context, req *housingv1.GetPlaceRequest) (*housingv1.GetPlaceResponse, error) {
	return view(ctx, s.logged, func(st app.Store, out *housingv1.GetPlaceResponse) error {
		v, err := s.App.ReadPlace(ctx, st, req.GetApplicationId())
		out.Place = place(v)
		return err
	})
}

func place(v app.Placed) *housingv1.Place {
	p := v.Standing.Place
	out := &housingv1.Place{
		ApplicationId: v.Application.ID, CaseNo: v.Application.CaseNo(), County: v.Application.County, Kind: string(v.Application.Kind),
		Position: int32(p.Position), Total: int32(p.Of), Points: int32(p.Points), DecidedBy: string(p.By), Need: int32(p.Need),
		Was: int32(v.Was), PublishedOn: v.PublishedOn.String(), Why: rpc.Reasons(v.Reasons), RoundId: v.Entry.RoundID, Ticket: v.Entry.Ticket, RoundWhy: rpc.Reasons(v.Entry.Reasons), Word: v.Application.Word, Proof: v.Proof, Tied: int32(v.Standing.Tied), AheadBy: v.Standing.AheadBy,
	}
	for _, l := range v.Standing.Lines {
		out.Lines = append(out.Lines, &housingv1.PointLine{
			RuleId: l.Rule, Name: l.Fact, Form: l.Form, Have: int32(l.Have), Points: int32(l.Points), ToBeConfirmed: l.ToBeConfirmed, Source: l.Source, Most: int32(l.Most),
		})
	}
	return out
}

// SetDrawWord takes a word for the next draw.
func (s *Server) SetDrawWord(ctx context.Context, req *housingv1.SetDrawWordRequest) (*housingv1.SetDrawWordResponse, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*housingv1.SetDrawWordResponse, error) {
		nonce, hash, err := s.App.SetDrawWord(ctx, s.In(tx), req.GetApplicationId(), req.GetWord())
		return &housingv1.SetDrawWordResponse{Nonce: nonce, Word: hash}, err
	})
}

// The longest list that a page shows at once.
const longestList = 500

// ListWaiting shows a list by case number.
func (s *Server) ListWaiting(ctx context.Context, req *housingv1.ListWaitingRequest) (*housingv1.ListWaitingResponse, error) {
	kind, err := domain.ParseKind(req.GetKind())
	if err != nil {
		return nil, err
	}
	return view(ctx, s.App.Data.Look, func(st app.Store, out *housingv1.ListWaitingResponse) error {
		v, err := s.App.ReadList(ctx, st, req.GetCounty(), kind)
		if err != nil {
			return err
		}
		out.Total, out.HomesFree, out.PublishedOn = int32(len(v.Ranked)), int32(len(v.Free)), v.PublishedOn.String()
		limit := int(req.GetLimit())
		if limit <= 0 || limit > longestList {
			limit = longestList
		}
		for _, st := range v.Ranked[:min(limit, len(v.Ranked))] {
			a := st.Candidate.Application
			out.Waiting = append(out.Waiting, &housingv1.Waiting{
				ApplicationId: a.ID, CaseNo: a.CaseNo(), Position: int32(st.Place.Position), Points: int32(st.Place.Points), Was: int32(v.Was[a.ID]),
				State: string(a.State), WaitingSince: clock.DateOf(a.SubmittedAt).String(), Priority: string(a.Priority.State),
			})
		}
		for _, a := range v.Undecided {
			out.Undecided = append(out.Undecided, &housingv1.Waiting{ApplicationId: a.ID, CaseNo: a.CaseNo(), State: string(a.State), WaitingSince: clock.DateOf(a.SubmittedAt).String(), Priority: string(a.Priority.State)})
		}
		for _, r := range v.Rates {
			out.Rates = append(out.Rates, &housingv1.FormRate{RuleId: r.Rule, Form: r.Form, Count: int32(r.Count), Points: int32(r.Points)})
		}
		return nil
	})
}

// OpenRound opens a round.
func (s *Server) OpenRound(ctx context.Context, req *housingv1.OpenRoundRequest) (*housingv1.OpenRoundResponse, error) {
	kind, err := domain.ParseKind(req.GetKind())
	if err != nil {
		return nil, err
	}
	due, err := optionalDay(req.GetFigureDue())
	if err != nil {
		return nil, err
	}
	if kind.Listed() { // the list is fixed with it: who may be on it twice is shown before
		if _, err := s.App.FindHouseholds(ctx, req.GetCounty(), kind); err != nil {
			return nil, err
		}
	}
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*housingv1.OpenRoundResponse, error) {
		r, err := s.App.OpenRound(ctx, s.In(tx), domain.Round{County: req.GetCounty(), Kind: kind, HomeIDs: req.GetHomeIds(), FigureName: req.GetFigureName(), FigureDue: due}, app.Accepted{Undecided: req.GetAcceptUndecided(), Declared: req.GetAcceptDeclared()})
		return &housingv1.OpenRoundResponse{RoundId: r.ID}, err
	})
}

// optionalDay reads a date that may be missing.
func optionalDay(s string) (clock.Date, error) {
	if s == "" {
		return clock.Date{}, nil
	}
	return clock.ParseDate(s)
}

// ChangeRound changes a round's homes.
func (s *Server) ChangeRound(ctx context.Context, req *housingv1.ChangeRoundRequest) (*housingv1.ChangeRoundResponse, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*housingv1.ChangeRoundResponse, error) {
		return &housingv1.ChangeRoundResponse{}, s.App.ChangeRound(ctx, s.In(tx), req.GetRoundId(), req.GetHomeIds())
	})
}

// ConfirmFigure enters or confirms the figure.
func (s *Server) ConfirmFigure(ctx context.Context, req *housingv1.ConfirmFigureRequest) (*housingv1.ConfirmFigureResponse, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*housingv1.ConfirmFigureResponse, error) {
		r, err := s.App.ConfirmFigure(ctx, s.In(tx), req.GetRoundId(), req.GetFigure())
		return &housingv1.ConfirmFigureResponse{State: string(r.State)}, err
	})
}

// OfferRound offers what is free to those who are next.
func (s *Server) OfferRound(ctx context.Context, req *housingv1.OfferRoundRequest) (*housingv1.OfferRoundResponse, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*housingv1.OfferRoundResponse, error) {
		n, err := s.App.OfferRound(ctx, s.In(tx), req.GetRoundId())
		return &housingv1.OfferRoundResponse{Offered: int32(n)}, err
	})
}

// CloseRound ends a round.
func (s *Server) CloseRound(ctx context.Context, req *housingv1.CloseRoundRequest) (*housingv1.CloseRoundResponse, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*housingv1.CloseRoundResponse, error) {
		return &housingv1.CloseRoundResponse{}, s.App.CloseRound(ctx, s.In(tx), req.GetRoundId())
	})
}

// ListRounds shows a county's rounds.
func (s *Server) ListRounds(ctx context.Context, req *housingv1.ListRoundsRequest) (*housingv1.ListRoundsResponse, error) {
	return view(ctx, s.App.Data.Look, func(st app.Store, out *housingv1.ListRoundsResponse) error {
		all, err := s.App.ReadRounds(ctx, st, req.GetCounty())
		for _, v := range all {
			out.Rounds = append(out.Rounds, round(v))
		}
		return err
	})
}

// GetRound shows a round to officers.
func (s *Server) GetRound(ctx context.Context, req *housingv1.GetRoundRequest) (*housingv1.GetRoundResponse, error) {
	return view(ctx, s.App.Data.Look, func(st app.Store, out *housingv1.GetRoundResponse) error {
		v, err := s.App.ReadRound(ctx, st, req.GetRoundId())
		if err != nil {
			return err
		}
		out.Round, out.Entries = round(v), entries(v, true)
		return nil
	})
}

// GetPublicList shows a round by case number while it is public.
func (s *Server) GetPublicList(ctx context.Context, req *housingv1.GetPublicListRequest) (*housingv1.GetPublicListResponse, error) {
	return view(ctx, s.App.Data.Look, func(st app.Store, out *housingv1.GetPublicListResponse) error {
		v, public, err := s.App.ReadPublic(st, req.GetRoundId())
		if err != nil {
			return err
		}
		out.Round, out.Entries, out.Over = round(v), entries(v, false), !public
		out.Round.HomeIds = nil
		return nil
	})
}

// GetRoundBundle gives what a draw is checked with.
func (s *Server) GetRoundBundle(ctx context.Context, req *housingv1.GetRoundBundleRequest) (*housingv1.GetRoundBundleResponse, error) {
	return view(ctx, s.App.Data.Look, func(st app.Store, out *housingv1.GetRoundBundleResponse) (err error) {
		out.Bundle, err = s.App.ReadBundle(st, req.GetRoundId())
		return err
	})
}

func round(v app.RoundShown) *housingv1.Round {
	r := v.Round
	out := &housingv1.Round{
		RoundId: r.ID, County: r.County, Kind: string(r.Kind), State: string(r.State), Homes: int32(len(r.HomeIDs)), HomesFree: int32(v.Free), Total: int32(r.Total),
		OpenedOn: r.OpenedOn.String(), FigureName: r.FigureName, FigureDue: r.FigureDue.String(), Figure: r.Figure, Root: r.Root,
		PublicUntil: r.PublicUntil.String(), ClosedOn: r.ClosedOn.String(), HomeIds: r.HomeIDs, ReasonCode: r.Why, Pass: int32(r.Pass),
	}
	for _, c := range v.Mended {
		out.Corrections = append(out.Corrections, correction(c))
	}
	return out
}

// entries lists a round's entries. In public they are waiting or reached: what
// somebody answered to an offer is nobody's business.
func entries(v app.RoundShown, officer bool) []*housingv1.RoundEntry {
	var all []*housingv1.RoundEntry
	for _, e := range v.Entries {
		one := &housingv1.RoundEntry{CaseNo: domain.CaseNo(e.ApplicationID), Position: int32(e.Position), Points: int32(e.Points), Outcome: "waiting"}
		st := v.Offers[e.OfferID].State
		switch {
		case officer && (st == answer.Open || st == answer.Accepted || st == domain.OfferSigned):
			one.Outcome = string(st)
		case !officer && e.OfferID != "":
			one.Outcome = "reached"
		}
		if officer {
			one.ApplicationId = e.ApplicationID
		}
		all = append(all, one)
	}
	return all
}
