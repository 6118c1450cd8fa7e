package education

import (
	"context"
	"strconv"
	"strings"

	"github.com/qiao-platform/qiao/services/console/internal/frame"

	educationv1 "github.com/qiao-platform/qiao/proto/gen/education/v1"
)

// mends reads what of a round can be mended, and what was.
func (s *pages) mends(ctx context.Context, b *roundBody) error {
	state := b.GetState()
	b.MayChange = state == "planned" || state == "open" || state == "closed"
	b.MayCancel = b.MayChange || state == "committed"
	b.Reasons = []string{"dates", "figure", "seats", "law", "other"}
	if state == "open" || state == "closed" {
		reply, err := s.education.ListDoubles(ctx, &educationv1.ListDoublesRequest{RoundId: b.GetRoundId()})
		if err != nil {
			return err
		}
		b.Doubles = reply.GetDoubles()
		for _, d := range b.Doubles {
			if d.GetState() == "open" {
				b.Undecided++
			}
		}
	}
	if b.GetPass() == 0 {
		return nil
	}
	b.Faults = []string{"class", "entry", "seats", "figure", "procedure"}
	for n := range frame.MostMends {
		b.Lines = append(b.Lines, n+1)
	}
	reply, err := s.education.ListCorrections(ctx, &educationv1.ListCorrectionsRequest{RoundId: b.GetRoundId()})
	b.Mends = reply.GetCorrections()
	return err
}

// eduMend does what mends a round: a plan, a pair of entries, a draw.
func (s *pages) eduMend(ctx context.Context, v *frame.Visit, id, act string) (err error) {
	edu, f := s.education, v.Form
	switch act {
	case "change":
		_, err = edu.ChangeRound(ctx, &educationv1.ChangeRoundRequest{
			RoundId: id, OpensOn: f("opens"), ClosesOn: f("closes"), DrawOn: f("draw"), Tie: f("tie"), FigureSource: f("source"), FigureOn: f("figure"), ReasonCode: f("reason"),
		})
	case "cancel":
		if err := v.Sure(); err != nil {
			return err
		}
		_, err = edu.CancelRound(ctx, &educationv1.CancelRoundRequest{RoundId: id, ReasonCode: f("reason")})
	case "doubles":
		_, err = edu.FindDoubles(ctx, &educationv1.FindDoublesRequest{RoundId: id})
	case "double":
		outcome, gone, _ := strings.Cut(f("decision"), " ")
		_, err = edu.DecideDouble(ctx, &educationv1.DecideDoubleRequest{DoubleId: f("double"), Outcome: outcome, WithdrawnId: gone, ReasonCode: f("reason")})
	case "correct":
		var req *educationv1.CorrectRoundRequest
		if req, err = faultOf(v, id); err == nil {
			_, err = edu.CorrectRound(ctx, req)
		}
	case "take", "drop":
		if act == "take" {
			if err := v.Sure(); err != nil {
				return err
			}
		}
		outcome := map[string]string{"take": "taken", "drop": "dropped"}[act]
		_, err = edu.DecideCorrection(ctx, &educationv1.DecideCorrectionRequest{CorrectionId: f("correction"), Outcome: outcome})
	default:
		return frame.ErrNoPage
	}
	return err
}

// faultOf reads the form of a correction; lines that are empty say nothing.
func faultOf(v *frame.Visit, id string) (*educationv1.CorrectRoundRequest, error) {
	f := func(name string) string { return strings.TrimSpace(v.Form(name)) }
	req := &educationv1.CorrectRoundRequest{RoundId: id, ReasonCode: f("reason"), Relief: f("relief"), Figure: f("figure")}
	number := func(name string) (int32, error) { return v.Count(name, 100_000) }
	for i := range frame.MostMends {
		n := strconv.Itoa(i + 1)
		if f("school"+n) != "" {
			seats, err := number("seats" + n)
			if err != nil {
				return nil, err
			}
			reserved, err := number("reserved" + n)
			if err != nil {
				return nil, err
			}
			req.Seats = append(req.Seats, &educationv1.SeatsMend{SchoolId: f("school" + n), Seats: seats, Reserved: reserved})
		}
		if f("entry"+n) != "" {
			class, err := number("class" + n)
			if err != nil {
				return nil, err
			}
			req.Classes = append(req.Classes, &educationv1.ClassMend{ApplicationId: f("entry" + n), SchoolId: f("at" + n), PriorityClass: class})
		}
	}
	if f("added") != "" {
		m := &educationv1.EntryMend{ApplicationId: f("added")}
		for i := range frame.MostMends {
			if v := f("wish" + strconv.Itoa(i+1)); v != "" {
				m.SchoolIds = append(m.SchoolIds, v)
			}
		}
		req.Added = append(req.Added, m)
	}
	if f("out") != "" {
		req.LeftOut = []string{f("out")}
	}
	return req, nil
}
