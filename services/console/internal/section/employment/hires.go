package employment

import (
	"net/http"
	"slices"

	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
	"github.com/qiao-platform/qiao/services/console/internal/part/filled"
)

type hiresBody struct {
	Ref     string
	Hires   []*employmentv1.Hire
	Undo    map[string]undoing // by hire
	UndoErr error
	Done    string
	Err     error
	Wrong   error
}

// undoing is the acceptance of an offer that another gave, and until when the worker takes
// it back.
type undoing struct {
	Offer string
	By    int64
}

// hires is a worker's own jobs, and what an employer says of them that the worker confirms
// or does not.
func (s *pages) hires(v *frame.Visit) error { return s.showHires(v, http.StatusOK, nil) }

func (s *pages) showHires(v *frame.Visit, status int, wrong error) error {
	ctx, ref := v.As(frame.OwnRecord), v.Path("ref")
	reply, err := s.employment.ListHires(ctx, &employmentv1.ListHiresRequest{Worker: ref})
	b := hiresBody{Ref: ref, Hires: reply.GetHires(), Err: err, Wrong: wrong, Undo: map[string]undoing{}}
	if done := v.Query("done"); slices.Contains([]string{"confirm", "dispute", "confirm_end", "dispute_end", "undo"}, done) {
		b.Done = done
	}
	if v.Worker() && v.In().Subject == ref { // nobody else is told
		told, err := s.life.ListLife(ctx, &platformv1.ListLifeRequest{Worker: ref})
		b.UndoErr = err
		for _, t := range told.GetThings() {
			if t.GetMatter() == "hire" && t.GetUndoBy() > 0 {
				b.Undo[t.GetId()] = undoing{t.GetWithin(), t.GetUndoBy()}
			}
		}
	}
	return v.Render(status, "hires", frame.Page{Title: "hires.title", Nav: "workers", Body: b})
}

// answerHire is the worker's word on what an employer says of a job, or on what another
// accepted in the worker's name.
func (s *pages) answerHire(v *frame.Visit) error {
	ctx, act, id := v.As(frame.OwnRecord), v.Path("act"), v.Form("hire")
	var err error
	switch act {
	case "confirm":
		_, err = s.employment.ConfirmHire(ctx, &employmentv1.ConfirmHireRequest{HireId: id})
	case "dispute":
		if err = v.Sure(); err == nil {
			_, err = s.employment.DisputeHire(ctx, &employmentv1.DisputeHireRequest{HireId: id})
		}
	case "confirm_end":
		_, err = s.employment.ConfirmEnd(ctx, &employmentv1.ConfirmEndRequest{HireId: id})
	case "dispute_end":
		_, err = s.employment.DisputeEnd(ctx, &employmentv1.DisputeEndRequest{HireId: id})
	case "undo":
		_, err = s.employment.UndoAcceptance(ctx, &employmentv1.UndoAcceptanceRequest{OfferId: v.Form("offer")})
	default:
		return frame.ErrNoPage
	}
	if err != nil && filled.InPlace(err) {
		return s.showHires(v, http.StatusUnprocessableEntity, err)
	}
	return v.Done(err, "/workers/"+v.Part("ref")+"/hires?done="+act)
}
