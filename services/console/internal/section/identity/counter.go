package identity

import (
	"net/url"
	"slices"
	"strings"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/ident"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
)

// papers are what gives power: written by the person, before a witness, by a notary.
var papers = []string{"written", "witnessed", "notarised"}

// counterBody is what an officer and a visitor do together.
type counterBody struct {
	Open        *identityv1.Visit // the visit under way
	Visits      []*identityv1.Visit
	Form        url.Values
	Papers      []string
	Code        string // for the visitor, shown once
	EndsAt      int64
	Minutes     int // that a visit lasts
	Months      int // that a power lasts at most
	Today, Last string
	Err         error
	At          string // of which form Err is
	Done        string
	Worker      string // who is to be asked for
	Handed      *handed
	Replaces    bool // the employer has a user who answers for the others
	Helpers     []*identityv1.Helper
	Unproved    string // where the officer is to show first who it is: the page to come back to
}

// counterDone is what the page says was done.
var counterDone = []string{"ended", "helper", "helper_ended", "stopped", "resumed"}

func (s *pages) counterPage(v *frame.Visit) error {
	done := v.Query("done")
	if !slices.Contains(counterDone, done) {
		done = ""
	}
	return s.showCounter(v, counterBody{Done: done, Worker: v.Query("worker")})
}

func (s *pages) showCounter(v *frame.Visit, b counterBody) error {
	return signedIn(func(v *frame.Visit) error {
		today := clock.Today(s.clock)
		r, err := s.counter.ListVisits(v.As(cases), &identityv1.ListVisitsRequest{Day: today.String()})
		if err != nil {
			return err
		}
		b.Unproved = v.Unproved(b.Err)
		b.Minutes, b.Months = s.limit("ID-ACCESS", "visit_minutes"), s.limit("ID-ACCESS", "helper_months")
		since := s.clock.Now().UnixMicro() - int64(b.Minutes)*60_000_000
		for _, one := range r.GetVisits() {
			if one.GetEndedAt() == 0 && one.GetBeganAt() > since && (b.Open == nil || one.GetBeganAt() > b.Open.GetBeganAt()) {
				b.Open = one
			}
		}
		if b.Open != nil {
			h, err := s.counter.ListHelpers(v.AsFor(b.Open.GetWorker(), visiting), &identityv1.ListHelpersRequest{Worker: b.Open.GetWorker()})
			if err != nil {
				return err
			}
			b.Helpers = h.GetHelpers()
		}
		b.Visits, b.Papers, b.Form = r.GetVisits(), papers, v.R.PostForm
		b.Today, b.Last = today.String(), today.AddMonths(b.Months).String()
		return v.Render(status(b.Err), "counter", frame.Page{Title: "counter.title", Nav: "counter", Body: b})
	})(v)
}

// beginVisit says that a person stands at the counter. A document number comes in a
// form and never in an address.
func (s *pages) beginVisit(v *frame.Visit) error {
	ref, err := s.found(v, strings.TrimSpace(v.Form("who")))
	if err == nil {
		_, err = s.counter.BeginVisit(v.As(cases), &identityv1.BeginVisitRequest{Worker: ref})
	}
	if err != nil {
		return s.showCounter(v, counterBody{Err: err, At: "begin", Worker: v.Form("who")})
	}
	v.Renewed() // the visit before is over, and what was proved within it
	return v.Back("/counter")
}

// found is a worker's reference, given as it stands or found by a document number.
func (s *pages) found(v *frame.Visit, who string) (string, error) {
	if number, _ := ident.NormaliseID(who); len(number) == 18 {
		r, err := s.registry.FindWorker(v.As(finding), &registryv1.FindWorkerRequest{DocumentNumber: number, CaseId: ident.NewID()})
		return r.GetWorker(), err
	}
	if who == "" || strings.ContainsAny(who, "/?# ") || len(who) > 64 {
		return "", frame.ErrInput
	}
	return who, nil
}

func (s *pages) endVisit(v *frame.Visit) error {
	if _, err := s.counter.EndVisit(v.As(cases), &identityv1.EndVisitRequest{VisitId: v.Form("visit")}); err != nil {
		return s.showCounter(v, counterBody{Err: err, At: "visit"})
	}
	v.Renewed()
	return v.Back("/counter?done=ended")
}

// printCode shows a code with which the visitor signs in, once.
func (s *pages) printCode(v *frame.Visit) error {
	r, err := s.counter.PrintCode(v.As(cases), &identityv1.PrintCodeRequest{VisitId: v.Form("visit")})
	if err != nil {
		return s.showCounter(v, counterBody{Err: err, At: "visit"})
	}
	return s.showCounter(v, counterBody{Code: r.GetCode(), EndsAt: r.GetEndsAt()})
}

// stopSignIns ends what signs the visitor in, whose telephone was lost.
func (s *pages) stopSignIns(v *frame.Visit) error {
	err := v.Sure()
	if err == nil {
		_, err = s.counter.StopSignIns(v.As(cases), &identityv1.StopSignInsRequest{VisitId: v.Form("visit")})
	}
	if err != nil {
		return s.showCounter(v, counterBody{Err: err, At: "stop"})
	}
	v.Ended()
	return v.Back("/counter?done=stopped")
}

// resumePhone lets the visitor's number sign in again.
func (s *pages) resumePhone(v *frame.Visit) error {
	if _, err := s.counter.ResumePhone(v.As(cases), &identityv1.ResumePhoneRequest{VisitId: v.Form("visit")}); err != nil {
		return s.showCounter(v, counterBody{Err: err, At: "stop"})
	}
	return v.Back("/counter?done=resumed")
}

// counterHelper enters a power of attorney that the visitor gives in writing.
func (s *pages) counterHelper(v *frame.Visit) error {
	_, err := s.counter.NameHelper(v.AsFor(v.Form("worker"), visiting), &identityv1.NameHelperRequest{
		Worker: v.Form("worker"), Helper: strings.TrimSpace(v.Form("helper")), EndsOn: v.Form("ends"), Paper: v.Form("paper"),
	})
	if err != nil {
		return s.showCounter(v, counterBody{Err: err, At: "helper"})
	}
	return v.Back("/counter?done=helper")
}

// counterHelperEnd ends a power of attorney by the word of the visitor, who cannot sign in.
func (s *pages) counterHelperEnd(v *frame.Visit) error {
	if _, err := s.counter.EndHelper(v.AsFor(v.Form("worker"), visiting), &identityv1.EndHelperRequest{DelegationId: v.Form("delegation")}); err != nil {
		return s.showCounter(v, counterBody{Err: err, At: "helpers"})
	}
	v.Ended()
	return v.Back("/counter?done=helper_ended")
}

// openEmployer opens the account of who answers for an employer's users, once the licence
// was seen. Where somebody does already, the officer says that another one takes the place.
func (s *pages) openEmployer(v *frame.Visit) error {
	if err := v.Sure(); err != nil {
		return s.showCounter(v, counterBody{Err: err, At: "employer"})
	}
	r, err := s.accounts.OpenEmployer(v.AsOf("hrss", cases), &identityv1.OpenEmployerRequest{
		EmployerId: strings.TrimSpace(v.Form("employer")), LoginName: strings.TrimSpace(v.Form("login")), Responsible: true, Replaces: v.Form("replaces") == "yes",
	})
	if err != nil {
		return s.showCounter(v, counterBody{Err: err, At: "employer", Replaces: errs.CodeOf(err) == "identity.responsible" || v.Form("replaces") == "yes"})
	}
	if r.GetActId() != "" { // somebody answers for it already: another officer decides
		return v.Back("/counter/employer?done=asked")
	}
	return s.showCounter(v, counterBody{Handed: handing(v, r.GetLoginName(), r.GetLink(), r.GetEndsAt())})
}

// firmsBody is what was asked of who answers for employers.
type firmsBody struct {
	Acts   []*identityv1.Act
	Why    []string // why one refuses
	Err    error
	At     string
	Handed *handed
	Days   int
	Done   string
}

func (s *pages) firms(v *frame.Visit) error {
	b := firmsBody{Done: v.Query("done")}
	if b.Done != "asked" && b.Done != "refused" {
		b.Done = ""
	}
	return s.showFirms(v, b)
}

func (s *pages) showFirms(v *frame.Visit, b firmsBody) error {
	return signedIn(func(v *frame.Visit) error {
		r, err := s.accounts.ListActs(v.AsOf("hrss", cases), &identityv1.ListActsRequest{})
		if err != nil {
			return err
		}
		b.Acts, b.Why, b.Days = r.GetActs(), refusals, s.limit("ID-ACCESS", "act_days")
		return v.Render(status(b.Err), "firms", frame.Page{Title: "firms.title", Nav: "counter", Body: b})
	})(v)
}

// decideFirm approves or refuses that another user answers for an employer.
func (s *pages) decideFirm(v *frame.Visit) error {
	id := v.Path("act")
	r, err := s.accounts.DecideAct(v.AsOf("hrss", cases), &identityv1.DecideActRequest{ActId: id, Approve: v.Form("do") == "approve", ReasonCode: v.Form("reason")})
	v.Ended()
	switch {
	case err != nil:
		return s.showFirms(v, firmsBody{Err: err, At: id})
	case r.GetLink() == "":
		return v.Back("/counter/employer?done=refused")
	}
	return s.showFirms(v, firmsBody{Handed: handing(v, "", r.GetLink(), r.GetEndsAt())})
}

// helpersBody is who may act for the worker who signed in.
type helpersBody struct {
	Own         string
	Helpers     []*identityv1.Helper
	Helped      []*identityv1.Helped // for whom the worker may act
	Pages       []frame.Link         // of whom one helps, which a helper may see
	Form        url.Values
	Papers      []string
	Months      int
	Today, Last string
	Err         error
	Done        string
	Unproved    string // where the worker is to show first who it is: the page to come back to
}

func (s *pages) helpers(v *frame.Visit) error {
	done := v.Query("done")
	if done != "named" && done != "ended" {
		done = ""
	}
	return s.showHelpers(v, helpersBody{Done: done})
}

func (s *pages) showHelpers(v *frame.Visit, b helpersBody) error {
	return signedIn(func(v *frame.Visit) error {
		b.Own = v.In().Subject
		r, err := s.counter.ListHelpers(v.As(frame.OwnRecord), &identityv1.ListHelpersRequest{Worker: b.Own})
		if err != nil {
			return err
		}
		today := clock.Today(s.clock)
		h, err := s.counter.ListHelped(v.As(frame.OwnRecord), &identityv1.ListHelpedRequest{})
		if err != nil {
			return err
		}
		b.Helped, b.Pages, b.Unproved = h.GetHelped(), v.Helped(), v.Unproved(b.Err)
		b.Helpers, b.Papers, b.Form, b.Months = r.GetHelpers(), papers, v.R.PostForm, s.limit("ID-ACCESS", "helper_months")
		b.Today, b.Last = today.String(), today.AddMonths(b.Months).String()
		return v.Render(status(b.Err), "helpers", frame.Page{Title: "helpers.title", Nav: "own", Body: b})
	})(v)
}

func (s *pages) nameHelper(v *frame.Visit) error {
	return signedIn(func(v *frame.Visit) error {
		_, err := s.counter.NameHelper(v.As(frame.OwnRecord), &identityv1.NameHelperRequest{
			Worker: v.In().Subject, Helper: strings.TrimSpace(v.Form("helper")), EndsOn: v.Form("ends"), Paper: papers[0],
		})
		if err != nil {
			return s.showHelpers(v, helpersBody{Err: err})
		}
		return v.Back("/me/helpers?done=named")
	})(v)
}

func (s *pages) endHelper(v *frame.Visit) error {
	return signedIn(func(v *frame.Visit) error {
		_, err := s.counter.EndHelper(v.As(frame.OwnRecord), &identityv1.EndHelperRequest{DelegationId: v.Form("delegation")})
		v.Ended() // with the helper's next page
		return v.Done(err, "/me/helpers?done=ended")
	})(v)
}
