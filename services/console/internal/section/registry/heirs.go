package registry

import (
	"cmp"
	"net/http"
	"net/url"
	"strings"

	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/event"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
	"github.com/qiao-platform/qiao/services/console/internal/frame/words"
	"github.com/qiao-platform/qiao/services/console/internal/part/timeline"
)

// What the forms about heirs' requests offer; the contract names the same.
func heirPapers() []string {
	return []string{"household_register", "notarised", "police_certificate", "court_paper"}
}

func heirReasons() []string { return []string{"inheritance", "wages", "insurance", "home", "other"} }

func heirAsks() []string { return []string{"read", "correct", "delete"} }

func wrongReasons() []string { return []string{"wrong_date", "not_mine", "wrong_amount", "other"} }

// factKinds are the facts of which one can be called wrong.
func factKinds() (all []string) {
	for _, k := range event.FactKinds() {
		all = append(all, k.Name)
	}
	return all
}

func heirRefusals() []string { return []string{"no_kinship", "no_interest", "others_harmed", "other"} }

// heirs lists what is to be decided and to be shown.
func (s *pages) heirs(v *frame.Visit) error {
	d, ok := v.Desk(deskDivisions(v.P))
	if !ok {
		return s.sign(v, http.StatusOK, bodyOf(v, d))
	}
	reply, err := s.deaths.ListHeirRequests(v.At(d, person), &registryv1.ListHeirRequestsRequest{})
	return v.Render(http.StatusOK, "heirs", frame.Page{Title: "heir.title", Nav: "workers", Body: struct {
		Desk     deskBody
		Err      error
		Requests []*registryv1.HeirRequest
	}{bodyOf(v, d), err, reply.GetRequests()}})
}

// heirFormBody is the form in which a relative's request is entered.
type heirFormBody struct {
	Desk                     deskBody
	Ref                      string
	Form                     url.Values
	Reasons, Papers, Sources []string
	Asks, Kinds, Wrongs      []string
	Err                      error
	Field                    string
}

func (s *pages) heirForm(v *frame.Visit) error {
	d, ok := v.Desk(deskDivisions(v.P))
	if !ok {
		return s.sign(v, http.StatusOK, bodyOf(v, d))
	}
	form := url.Values{} // what was shown is called wrong, by its reference
	for _, name := range []string{"asked", "kind", "fact"} {
		form.Set(name, v.Query(name))
	}
	return s.showHeirForm(v, http.StatusOK, heirFormBody{Desk: bodyOf(v, d), Form: form})
}

func (s *pages) showHeirForm(v *frame.Visit, status int, b heirFormBody) error {
	b.Ref, b.Reasons, b.Papers, b.Sources = v.Path("ref"), heirReasons(), heirPapers(), holders()
	b.Asks, b.Kinds, b.Wrongs = heirAsks(), factKinds(), wrongReasons()
	return v.Render(status, "heir_form", frame.Page{Title: "heir.ask", Nav: "workers", Body: b})
}

// askAsHeir enters the request; what is wrong is told at its field.
func (s *pages) askAsHeir(v *frame.Visit) error {
	d, ok := v.Desk(deskDivisions(v.P))
	if !ok {
		return s.sign(v, http.StatusOK, bodyOf(v, d))
	}
	f := v.Form
	id, err := func() (string, error) {
		asked, source := cmp.Or(f("asked"), "read"), ""
		needed := map[string][]string{"read": {"source"}, "correct": {"kind", "fact", "wrong"}}[asked]
		if err := filled(v, append([]string{"name", "paper", "reason"}, needed...)...); err != nil {
			return "", err
		}
		if asked == "read" {
			source = f("source")
		}
		reply, err := s.deaths.AskAsHeir(v.At(d, person), &registryv1.AskAsHeirRequest{
			Worker: v.Path("ref"), RelativeName: strings.TrimSpace(f("name")), RelativePhone: strings.TrimSpace(f("phone")), Paper: f("paper"), ReasonCode: f("reason"), Source: source,
			Asked: asked, FactKind: f("kind"), SourceId: strings.TrimSpace(f("fact")), WrongReasonCode: f("wrong"),
		})
		return reply.GetRequestId(), err
	}()
	if inPlace(err) {
		return s.showHeirForm(v, http.StatusUnprocessableEntity, heirFormBody{Desk: bodyOf(v, d), Form: v.R.PostForm, Err: err, Field: heirField(err)})
	}
	return v.Done(err, "/deaths/heirs/"+url.PathEscape(id))
}

// heirField is the field of the form that an error is about.
func heirField(err error) string {
	e := errs.From(err)
	switch {
	case strings.HasPrefix(e.Code, "name_"):
		return "name"
	case strings.HasPrefix(e.Code, "phone_"):
		return "phone"
	}
	switch field := e.Detail["field"]; field {
	case "name", "phone", "paper", "source", "reason", "asked", "kind", "fact", "wrong":
		return field
	case "fact_kind":
		return "kind"
	case "source_id":
		return "fact"
	case "wrong_reason_code":
		return "wrong"
	case "reason_code":
		return "reason"
	}
	return ""
}

type heirCaseBody struct {
	Desk     deskBody
	Refusals []string
	Err      error
	*registryv1.GetHeirRequestResponse
}

// Next is how it goes on.
func (b heirCaseBody) Next() next {
	n := next{At: "heir." + b.GetRequest().GetState()}
	if b.GetRequest().GetState() == "open" {
		n.Until = b.GetRequest().GetDecideBy()
	}
	if b.GetRequest().GetEraseOn() != "" && b.GetRequest().GetState() == "granted" {
		n.At, n.Until = "heir.erases", b.GetRequest().GetEraseOn()
	}
	return n
}

func (s *pages) heirCase(v *frame.Visit) error {
	d, ok := v.Desk(deskDivisions(v.P))
	if !ok {
		return s.sign(v, http.StatusOK, bodyOf(v, d))
	}
	return s.showHeirCase(v, http.StatusOK, d, nil)
}

func (s *pages) showHeirCase(v *frame.Visit, status int, d frame.Desk, refused error) error {
	reply, err := s.deaths.GetHeirRequest(v.At(d, person), &registryv1.GetHeirRequestRequest{RequestId: v.Path("request")})
	if err != nil {
		return err
	}
	return v.Render(status, "heir_case", frame.Page{Title: "heir.case", Nav: "workers", Body: heirCaseBody{bodyOf(v, d), heirRefusals(), refused, reply}})
}

// heirStep is one thing that happened, in words.
type heirStep struct {
	*registryv1.HeirStep
	Facts []words.Fact
}

// decideHeir decides a request, or shows once what was granted.
func (s *pages) decideHeir(v *frame.Visit) error {
	d, ok := v.Desk(deskDivisions(v.P))
	if !ok {
		return s.sign(v, http.StatusOK, bodyOf(v, d))
	}
	ctx, id := v.At(d, person), v.Path("request")
	if v.Form("decision") == "show" {
		reply, err := s.deaths.ShowToHeir(ctx, &registryv1.ShowToHeirRequest{RequestId: id})
		if err != nil {
			return s.showHeirCase(v, http.StatusUnprocessableEntity, d, err)
		}
		var steps []heirStep
		for _, step := range reply.GetSteps() {
			one := heirStep{HeirStep: step}
			for _, f := range timeline.Facts(v.P, step.GetFacts()) {
				if !f.ID && f.Value != "" {
					one.Facts = append(one.Facts, f)
				}
			}
			steps = append(steps, one)
		}
		return v.Render(http.StatusOK, "heir_shown", frame.Page{Title: "heir.shown", Nav: "workers", Body: struct {
			Name   string
			Worker string
			Steps  []heirStep
		}{reply.GetName(), reply.GetWorker(), steps}})
	}
	if v.Form("decision") == "back" {
		err := v.Sure()
		if err == nil {
			_, err = s.deaths.WithdrawHeirRequest(ctx, &registryv1.WithdrawHeirRequestRequest{RequestId: id})
		}
		if inPlace(err) {
			return s.showHeirCase(v, http.StatusUnprocessableEntity, d, err)
		}
		return v.Done(err, v.R.URL.EscapedPath())
	}
	approve := v.Form("decision") == "agree"
	err := v.Sure()
	if !approve {
		err = nil
		if v.Form("reason") == "" {
			err = frame.ErrInput
		}
	}
	if err == nil {
		_, err = s.deaths.DecideHeirRequest(ctx, &registryv1.DecideHeirRequestRequest{RequestId: id, Approve: approve, ReasonCode: v.Form("reason")})
	}
	if inPlace(err) {
		return s.showHeirCase(v, http.StatusUnprocessableEntity, d, err)
	}
	return v.Done(err, v.R.URL.EscapedPath())
}

// heirsWish keeps what the person arranges for afterwards.
func (s *pages) heirsWish(v *frame.Visit) error {
	_, err := s.deaths.SetHeirsWish(v.As(frame.OwnRecord), &registryv1.SetHeirsWishRequest{Worker: v.Path("ref"), NobodyMay: v.Form("nobody") == "yes"})
	return v.Done(err, "/workers/"+v.Part("ref")+"/contact")
}
