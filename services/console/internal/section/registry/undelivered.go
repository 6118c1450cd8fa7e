package registry

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
	form "github.com/qiao-platform/qiao/services/console/internal/part/filled"
)

// searching is what a counter looks for whom a message did not reach for.
var searching = frame.Purpose{Code: "case_handling", LegalBasis: "PIPL 13(3)"}

// tried are the ways to reach a person, each with what can come of it, as the form has them.
func tried() []string {
	return []string{
		"call:reached", "call:not_reached", "call:wrong_number", "second_number:reached", "second_number:not_reached", "second_number:wrong_number",
		"visit:reached", "visit:not_reached", "notice:posted",
	}
}

// oneTry is a try in the list of them.
type oneTry struct {
	*registryv1.MessageTry
	Text  string // a text id
	Wrong bool   // a later entry took it back
}

// triesIn are tries with what became of each.
func triesIn(all []*registryv1.MessageTry) (out []oneTry) {
	for _, t := range all {
		text := "try." + t.GetWay() + ":" + t.GetOutcome()
		if t.GetCorrects() > 0 {
			text = "try.correction"
		}
		out = append(out, oneTry{t, text, slices.ContainsFunc(all, func(c *registryv1.MessageTry) bool {
			return c.GetMessageId() == t.GetMessageId() && c.GetCorrects() == t.GetNumber()
		})})
	}
	return out
}

type undeliveredBody struct {
	*registryv1.GetUndeliveredResponse
	Tries []oneTry
	Ways  []string
	Form  form.Form
}

// undelivered shows whom a message did not reach, and what was tried.
func (s *pages) undelivered(v *frame.Visit) error {
	return s.showUndelivered(v, http.StatusOK, form.Form{})
}

func (s *pages) showUndelivered(v *frame.Visit, status int, f form.Form) error {
	reply, err := s.missed.GetUndelivered(v.As(searching), &registryv1.GetUndeliveredRequest{MessageId: v.Path("message")})
	if err != nil {
		return err
	}
	return v.Render(status, "undelivered", frame.Page{Title: "undelivered.title", Nav: "today", Body: undeliveredBody{reply, triesIn(reply.GetTries()), tried(), f}})
}

// recordTry keeps a try, or takes back one that was entered wrongly.
func (s *pages) recordTry(v *frame.Visit) error {
	r := &registryv1.RecordTryRequest{MessageId: v.Path("message")}
	if n, err := strconv.ParseInt(v.Form("corrects"), 10, 32); err == nil {
		r.Way, r.Outcome, r.Corrects = "correction", "entered_wrong", int32(n)
	} else {
		r.Way, r.Outcome, _ = strings.Cut(v.Form("tried"), ":")
	}
	var err error
	if r.GetOutcome() == "" {
		err = frame.ErrInput.With("field", "tried")
	} else {
		_, err = s.missed.RecordTry(v.As(searching), r)
	}
	if form.InPlace(err) {
		return s.showUndelivered(v, http.StatusUnprocessableEntity, form.Of("try", v.R.PostForm, err, map[string]string{"way": "tried", "outcome": "tried", "tried": "tried"}))
	}
	return v.Done(err, v.R.URL.EscapedPath())
}
