package identity

import (
	"net/http"
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

	Day    string             // of which visits are listed, where it is not today
	Person *registryv1.Worker // who stands there; nil where the registry does not say
	Offers []offered
	Asked  []string // papers of what was done so far, of which some may be missing, each once
	Card   string   // what was wrong with the card: over or name
}

// offered is what can be done for the visitor, with the key that opens it.
type offered struct {
	frame.Offer
	Key string
}

// offerKeys are the keys of what is offered, in its order; 0 ends the visit.
const offerKeys = "123456789abcdefghijklm"

// numbered gives what is offered its keys.
func numbered(all []frame.Offer) (out []offered) {
	for i, o := range all {
		one := offered{Offer: o}
		if i < len(offerKeys) {
			one.Key = offerKeys[i : i+1]
		}
		out = append(out, one)
	}
	return out
}

// service is whose a method is: employment of employment.Apply.
func service(method string) string {
	of, _, _ := strings.Cut(method, ".")
	return of
}

// papersOf are the papers of what is offered by the departments that did something in a
// visit, and those that are noted already, each once.
func papersOf(all []frame.Offer, v *identityv1.Visit) (papers []string) {
	add := func(codes []string) {
		for _, c := range codes {
			if !slices.Contains(papers, c) {
				papers = append(papers, c)
			}
		}
	}
	for _, o := range all {
		if slices.ContainsFunc(v.GetTasks(), func(t *identityv1.VisitTask) bool { return service(t.GetTask()) == service(o.Method) }) {
			add(o.Papers)
		}
	}
	add(v.GetMissingPapers())
	return papers
}

// counterDone is what the page says was done.
var counterDone = []string{"helper", "helper_ended", "stopped", "resumed", "task", "papers"}

// cardWrong is what the page says of a card that was read.
var cardWrong = []string{"over", "name"}

func (s *pages) counterPage(v *frame.Visit) error {
	done := v.Query("done")
	if !slices.Contains(counterDone, done) {
		done = ""
	}
	b := counterBody{Done: done, Worker: v.Query("worker")}
	if card := v.Query("card"); slices.Contains(cardWrong, card) {
		b.Card = card
	}
	return s.showCounter(v, b)
}

func (s *pages) showCounter(v *frame.Visit, b counterBody) error {
	return signedIn(func(v *frame.Visit) error {
		today := clock.Today(s.clock)
		day := today
		if d, err := clock.ParseDate(v.Query("day")); err == nil && d.Before(today) {
			day, b.Day = d, d.String() // of a day before, receipts are printed again
		}
		r, err := s.counter.ListVisits(v.As(cases), &identityv1.ListVisitsRequest{Day: day.String()})
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
			if b.Person, err = s.standsThere(v, b.Open.GetVisitId(), b.Open.GetWorker()); err != nil {
				v.Log().WarnContext(v.R.Context(), "who stands at the counter is not shown", "error", err)
			}
			offers, err := v.AtCounter(b.Open.GetWorker())
			if err != nil {
				return err
			}
			b.Offers, b.Asked = numbered(offers), papersOf(offers, b.Open)
		}
		b.Visits, b.Papers, b.Form = r.GetVisits(), papers, v.R.PostForm
		b.Today, b.Last = today.String(), today.AddMonths(b.Months).String()
		return v.Render(status(b.Err), "counter", frame.Page{Title: "counter.title", Nav: "counter", Body: b})
	})(v)
}

// beginVisit says that a person stands at the counter. A document number comes in a
// form and never in an address.
func (s *pages) beginVisit(v *frame.Visit) error {
	who := strings.TrimSpace(v.Form("visitor"))
	read, line := readCard(who)
	if line {
		who = read.Number // the rest of the line ends here
	}
	ref, err := s.found(v, who)
	var begun *identityv1.BeginVisitResponse
	if err == nil {
		begun, err = s.counter.BeginVisit(v.As(cases), &identityv1.BeginVisitRequest{Worker: ref})
	}
	if err != nil {
		if len(who) > 64 || len(strings.Fields(who)) > 4 {
			who = "" // whatever a reader wrote in another way is not shown again either
		}
		return s.showCounter(v, counterBody{Err: err, At: "begin", Worker: who})
	}
	v.Renewed() // the visit before is over, and what was proved within it
	if !read.Until.IsZero() && read.Until.Before(clock.Today(s.clock)) {
		return v.Back("/counter?card=over")
	}
	if read.Name != "" {
		if p, err := s.standsThere(v, begun.GetVisitId(), ref); err == nil && p.GetName() != "" && p.GetName() != read.Name {
			return v.Back("/counter?card=name")
		}
	}
	return v.Back("/counter")
}

// standsThere is the visitor as the registry knows him; the look is in his access log.
func (s *pages) standsThere(v *frame.Visit, visit, worker string) (*registryv1.Worker, error) {
	r, err := s.registry.GetWorker(v.AsFor(worker, visiting), &registryv1.GetWorkerRequest{Worker: worker, CaseId: visit})
	return r.GetPerson(), err
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
	return v.Back(receiptPath(v.Form("visit")) + "?done=ended")
}

// notePapers says which papers are missing over all that was done, in place of before.
func (s *pages) notePapers(v *frame.Visit) error {
	_, err := s.counter.NotePapers(v.As(cases), &identityv1.NotePapersRequest{VisitId: v.Form("visit"), MissingPapers: v.R.PostForm["missing"], PapersUntil: v.Form("until")})
	if err != nil {
		return s.showCounter(v, counterBody{Err: err, At: "papers"})
	}
	return v.Back("/counter?done=papers")
}

func receiptPath(visit string) string { return "/counter/receipts/" + url.PathEscape(visit) }

// receiptBody is the one receipt of a visit.
type receiptBody struct {
	Visit *identityv1.Visit
	Of    []string // the departments' services that did something, each once
	Done  bool     // the visit has just ended
	Own   bool     // the visitor looks
}

// receipt is shown to the officer whose visit it was, now and later.
func (s *pages) receipt(v *frame.Visit) error {
	return s.showReceipt(v, cases, receiptBody{Done: v.Query("done") == "ended"})
}

// ownReceipt is shown to the visitor.
func (s *pages) ownReceipt(v *frame.Visit) error {
	return s.showReceipt(v, frame.OwnRecord, receiptBody{Own: true})
}

func (s *pages) showReceipt(v *frame.Visit, p frame.Purpose, b receiptBody) error {
	r, err := s.counter.GetReceipt(v.As(p), &identityv1.GetReceiptRequest{VisitId: v.Path("visit")})
	if err != nil {
		return err
	}
	b.Visit = r.GetVisit()
	for _, t := range b.Visit.GetTasks() {
		if of := service(t.GetTask()); slices.Contains(doing, of) && !slices.Contains(b.Of, of) {
			b.Of = append(b.Of, of)
		}
	}
	nav := "counter"
	if b.Own {
		nav = "own"
	}
	return v.Render(http.StatusOK, "receipt", frame.Page{Title: "visit.receipt.title", Nav: nav, Body: b})
}

// doing are the services that do something for a visitor: the receipt says of each what
// comes next, and where to object.
var doing = []string{"education", "employment", "housing", "registry", "training"}

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
