package paper

import (
	"net/http"
	"net/url"

	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
	"github.com/qiao-platform/qiao/services/console/internal/part/filled"
	"github.com/qiao-platform/qiao/services/console/internal/part/papernumber"
)

// fields says at which field what was wrong belongs.
var fields = map[string]string{
	"identity.paper_forms": "forms", "identity.paper_task": "task", "forms": "forms", "task": "task",
	"identity.paper_reason": "reason", "reason_code": "reason", "identity.refusal": "reason", "refusal_reason_code": "reason",
	"identity.paper": "number", "identity.paper_number": "number", "identity.paper_void": "number", "identity.paper_used": "number", "identity.paper_confirmed": "number", "identity.paper_other": "number", "paper_form": "number",
	"identity.paper_future": "received", "identity.paper_before": "received", "identity.paper_back": "received", "identity.paper_differs": "received", "received_at": "received",
	"identity.paper_away": "away", "away_code": "away", "away_since": "since",
}

// list is the office's forms: what is to be done, and the blocks that were printed.
type list struct {
	*identityv1.ListPapersResponse
	Tasks, Refusals []string
	Form            filled.Form
	Done, Older     string
}

// said are what the page says was done.
var said = []string{"confirmed", "refused", "void"}

func (s *pages) list(v *frame.Visit) error {
	return s.showList(v, http.StatusOK, filled.Form{})
}

func (s *pages) showList(v *frame.Visit, status int, form filled.Form) error {
	r, err := s.papers.ListPapers(v.As(handling), &identityv1.ListPapersRequest{BeforeId: v.Query("before")})
	if err != nil {
		return err
	}
	b := list{ListPapersResponse: r, Tasks: tasks, Refusals: refusals, Form: form}
	for _, one := range said {
		if v.Query("done") == one {
			b.Done = one
		}
	}
	if next := r.GetNextBeforeId(); next != "" {
		b.Older = Path + "?before=" + url.QueryEscape(next)
	}
	return v.Render(status, "papers", frame.Page{Title: "nav.paper", Nav: "counter", Body: b})
}

// wrong shows a form of a page again, or says that something does not work.
func wrong(err error, again func() error) error {
	if !filled.InPlace(err) {
		return err
	}
	return again()
}

// print records a block, and leads to its sheets.
func (s *pages) print(v *frame.Visit) error {
	n, err := v.Whole("forms", 1000)
	var r *identityv1.PrintPapersResponse
	if err == nil {
		r, err = s.papers.PrintPapers(v.As(handling), &identityv1.PrintPapersRequest{Task: v.Form("task"), Forms: n})
	}
	if err != nil {
		return wrong(err, func() error {
			return s.showList(v, http.StatusUnprocessableEntity, filled.Of("print", v.R.PostForm, err, fields))
		})
	}
	return v.Back(Path + "/" + r.GetBlockId())
}

// decide confirms when a form was received, as the second officer reads it from the
// paper, or refuses what the first one said.
func (s *pages) decide(v *frame.Visit) error {
	approve := v.Form("do") == "approve"
	var err error
	if approve {
		err = v.Sure()
	}
	if err == nil {
		_, err = s.papers.DecidePaper(v.As(handling), &identityv1.DecidePaperRequest{PaperForm: v.Form("form"), Approve: approve, ReceivedAt: at(v.Form("received")), RefusalReasonCode: v.Form("reason")})
	}
	if err != nil {
		return wrong(err, func() error {
			return s.showList(v, http.StatusUnprocessableEntity, filled.Of(v.Form("do")+v.Form("form"), v.R.PostForm, err, fields))
		})
	}
	if approve {
		return v.Back(Path + "?done=confirmed")
	}
	return v.Back(Path + "?done=refused")
}

// blockBody is a block with its numbers.
type blockBody struct {
	*identityv1.ReadPapersResponse
	Voids []string
	Lines []line
	Form  filled.Form
}

func (s *pages) block(v *frame.Visit) error {
	return s.showBlock(v, http.StatusOK, "block", filled.Form{})
}

// sheets is the block as it is printed: a sheet for each form that is good for something.
func (s *pages) sheets(v *frame.Visit) error {
	return s.showBlock(v, http.StatusOK, "sheets", filled.Form{})
}

func (s *pages) showBlock(v *frame.Visit, status int, page string, form filled.Form) error {
	r, err := s.papers.ReadPapers(v.As(handling), &identityv1.ReadPapersRequest{BlockId: v.Path("block")})
	if err != nil {
		return err
	}
	if r.GetBlock() == nil {
		return frame.ErrNoPage
	}
	b := blockBody{ReadPapersResponse: r, Voids: voids, Lines: asked[r.GetBlock().GetTask()], Form: form}
	return v.Render(status, page, frame.Page{Title: "paper.block", Nav: "counter", Body: b})
}

// void says that what is left of a block is good for nothing any more.
func (s *pages) void(v *frame.Visit) error {
	err := v.Sure()
	if err == nil {
		_, err = s.papers.VoidPapers(v.As(handling), &identityv1.VoidPapersRequest{BlockId: v.Path("block"), ReasonCode: v.Form("reason")})
	}
	if err != nil {
		return wrong(err, func() error {
			return s.showBlock(v, http.StatusUnprocessableEntity, "block", filled.Of("void", v.R.PostForm, err, fields))
		})
	}
	return v.Back(Path + "?done=void")
}

// stateBody is the form by which an officer says when a visitor's form was received.
type stateBody struct {
	Ref  string
	Open []*identityv1.PaperForm // those that can be entered now
	Away []string
	Now  string
	Form filled.Form
}

func (s *pages) stateForm(v *frame.Visit) error {
	return s.showState(v, http.StatusOK, filled.Form{})
}

func (s *pages) showState(v *frame.Visit, status int, form filled.Form) error {
	r, err := s.papers.ListPapersOf(v.AsFor(v.Path("ref"), visiting), &identityv1.ListPapersOfRequest{Worker: v.Path("ref"), Task: tasks[0]})
	if err != nil {
		return err
	}
	return v.Render(status, "state", frame.Page{Title: "paper.state", Nav: "counter", Body: stateBody{v.Path("ref"), r.GetPapers(), away, local(s.clock.Now().UnixMicro()), form}})
}

func (s *pages) state(v *frame.Visit) error {
	_, err := s.papers.StatePaper(v.AsFor(v.Path("ref"), visiting), &identityv1.StatePaperRequest{
		PaperForm: papernumber.Plain(v.Form("number")), Worker: v.Path("ref"), ReceivedAt: at(v.Form("received")), AwayCode: v.Form("away"), AwaySince: at(v.Form("since")),
	})
	if err != nil {
		return wrong(err, func() error {
			return s.showState(v, http.StatusUnprocessableEntity, filled.Of("state", v.R.PostForm, err, fields))
		})
	}
	return v.Back(Path)
}
