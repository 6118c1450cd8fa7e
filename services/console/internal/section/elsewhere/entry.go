package elsewhere

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/qiao-platform/qiao/pkg/elsewhere"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
	"github.com/qiao-platform/qiao/services/console/internal/part/filled"
)

// typed is a field as it is typed into the other system.
type typed struct{ Label, Value string }

type entryBody struct {
	Service, Matter, Case string
	*platformv1.GetTypingResponse
	By      *platformv1.EntryForm // the newest; nil where none was made yet
	Fields  []typed
	Err     error             // why who it is about is not shown
	Current *platformv1.Entry // that stands
	Before  []*platformv1.Entry
	Again   bool // a case that stands there is shown to be typed once more
	Done    bool
	Form    filled.Form
}

// Reasons is why a number may be written again.
func (entryBody) Reasons() []string { return []string{"mistyped", "renumbered"} }

func (s *pages) entry(v *frame.Visit) error { return s.showEntry(v, http.StatusOK, filled.Form{}) }

func (s *pages) showEntry(v *frame.Visit, status int, f filled.Form) error {
	d, matter, err := s.at(v)
	if err != nil {
		return err
	}
	ctx := v.AsOf(d.Officers, typing)
	reply, err := s.client(d.Service).GetTyping(ctx, &platformv1.GetTypingRequest{Matter: matter, CaseId: v.Path("entry")})
	if err != nil {
		return err
	}
	v.Concerns(reply.GetCounty())
	b := entryBody{Service: d.Service, Matter: matter, Case: v.Path("entry"), GetTypingResponse: reply, By: reply.GetForm(), Again: v.Query("again") != "", Done: v.Query("done") != "", Form: f}
	if len(reply.GetEntries()) > 0 {
		b.Current, b.Before = reply.GetEntries()[0], reply.GetEntries()[1:]
	}
	if reply.GetForm() != nil && !reply.GetOver() && (b.Current == nil || b.Again) { // else nobody's name is read
		who := &registryv1.GetIdentityResponse{}
		if slices.ContainsFunc(reply.GetForm().GetFields(), func(f *platformv1.EntryField) bool { return strings.HasPrefix(f.GetField(), "person_") }) {
			if who, b.Err = s.registry.GetIdentity(ctx, &registryv1.GetIdentityRequest{Worker: reply.GetWorker(), CaseId: b.Case}); b.Err != nil {
				who = &registryv1.GetIdentityResponse{}
			}
		}
		child := &registryv1.Child{}
		if reply.GetChildId() != "" && slices.ContainsFunc(reply.GetForm().GetFields(), func(f *platformv1.EntryField) bool { return strings.HasPrefix(f.GetField(), "child_") }) {
			got, err := s.registry.GetChild(ctx, &registryv1.GetChildRequest{ChildId: reply.GetChildId(), CaseId: b.Case, Worker: reply.GetWorker()})
			if child, b.Err = got.GetChild(), cmp.Or(b.Err, err); child == nil {
				child = &registryv1.Child{}
			}
		}
		for i, one := range reply.GetForm().GetFields() {
			value := reply.GetTyped()[i]
			switch one.GetField() {
			case elsewhere.Name:
				value = who.GetName()
			case elsewhere.DocumentKind:
				if value = ""; who.GetDocumentKind() != "" {
					value = v.P.Code(who.GetDocumentKind())
				}
			case elsewhere.DocumentNumber:
				value = who.GetDocumentNumber()
			case elsewhere.ChildName:
				value = child.GetName()
			case elsewhere.ChildBirthDate:
				value = elsewhere.Typed(elsewhere.Date, one.GetFormat(), child.GetBirthDate())
			case elsewhere.BirthDate:
				value = elsewhere.Typed(elsewhere.Date, one.GetFormat(), who.GetBirthDate())
			}
			b.Fields = append(b.Fields, typed{one.GetLabel(), value})
		}
	}
	return v.Render(status, "elsewhere_entry", frame.Page{Title: "elsewhere.entry", Nav: "elsewhere", Body: b})
}

// record keeps the number that the other system gave, or that the case need not stand
// there.
func (s *pages) record(v *frame.Visit) error {
	d, matter, err := s.at(v)
	if err != nil {
		return err
	}
	version, _ := strconv.ParseInt(v.Form("version"), 10, 64)
	_, err = s.client(d.Service).RecordEntry(v.AsOf(d.Officers, typing), &platformv1.RecordEntryRequest{
		Matter: matter, CaseId: v.Path("entry"), Version: version, Number: strings.TrimSpace(v.Form("number")), ReasonCode: v.Form("reason_code"), Replaces: v.Form("replaces"),
	})
	if err != nil && filled.InPlace(err) {
		return s.showEntry(v, http.StatusUnprocessableEntity, filled.Of("number", v.R.PostForm, err, map[string]string{"number": "number", "reason_code": "reason_code"}))
	}
	return v.Done(err, "/elsewhere/"+v.Part("service")+"/"+v.Part("matter")+"/"+url.PathEscape(v.Path("entry"))+"?done=1")
}
