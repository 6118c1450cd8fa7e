package registry

import (
	"html/template"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/qiao-platform/qiao/pkg/ident"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
	"github.com/qiao-platform/qiao/services/console/internal/frame/words"
	"github.com/qiao-platform/qiao/services/console/internal/part/timeline"
)

// findBody is the form by which somebody is found.
type findBody struct {
	Err    error
	Kinds  []string
	Former string // who was found by a number of before
}

func (s *pages) findForm(v *frame.Visit) error {
	if !v.WorksIn("hrss") {
		return frame.ErrDenied
	}
	return s.showFind(v, http.StatusOK, findBody{})
}

func (s *pages) showFind(v *frame.Visit, status int, b findBody) error {
	b.Kinds = documentKinds()
	return v.Render(status, "workers", frame.Page{Title: "nav.workers", Nav: "workers", Body: b})
}

// find opens a worker's page from a reference or a document number. The number
// comes in a form and never in an address, which histories and logs keep. Who was
// found by a number of before is opened only by one who was told to compare.
func (s *pages) find(v *frame.Visit) error {
	who, kind := strings.TrimSpace(v.Form("who")), v.Form("kind")
	other := kind != "" && kind != string(ident.ResidentNumber)
	if number, _ := ident.NormaliseID(who); len(number) == 18 || other {
		if !other {
			who = number
		}
		reply, err := s.registry.FindWorker(v.As(help), &registryv1.FindWorkerRequest{DocumentKind: kind, DocumentNumber: who, DocumentCountry: v.Form("country"), CaseId: ident.NewID()})
		switch {
		case err != nil:
			return s.showFind(v, http.StatusUnprocessableEntity, findBody{Err: err})
		case reply.GetFormer():
			return s.showFind(v, http.StatusOK, findBody{Former: reply.GetWorker()})
		}
		return v.Back("/workers/" + url.PathEscape(reply.GetWorker()))
	}
	if who == "" || strings.ContainsAny(who, "/?# ") || len(who) > 64 {
		return s.showFind(v, http.StatusUnprocessableEntity, findBody{Err: frame.ErrInput})
	}
	return v.Back("/workers/" + url.PathEscape(who))
}

// workerBody is what the tabs of a worker's page share.
type workerBody struct {
	Ref   string
	Death *registryv1.DeathCase // what waits or holds of the own death

	NobodyMay bool // no relative may ask afterwards
	Tab       string
	Tabs      []frame.Link
	Err       error // why the tab has nothing to show
	Days      []timeline.Day
	More      int64 // the next page begins before it; 0 is the end

	Tries    []oneTry // how counters looked for the person, newest first
	Messages []message
	Access   []*registryv1.AccessEntry // by the day, of everybody else
	Own      []*registryv1.AccessEntry // the worker's own looks
	Consents []*registryv1.Consent
	Have     []template.HTML // of each department

	Contact *registryv1.Worker // the person's own
	Changes []*registryv1.ContactCase

	Documents []*registryv1.DocumentChange // what officers ask about document and name

	Children []*registryv1.MyChild
	Persons  []*registryv1.PersonCase // what officers ask about who the person is
}

// Died reports that the person's death is recorded: nothing is done in the own name.
func (b workerBody) Died() bool { return b.Death.GetState() == "applied" }

func (s *pages) worker(v *frame.Visit, b workerBody) error {
	b.Ref, b.Tabs = v.Path("ref"), v.Tabs()
	b.Death, b.NobodyMay = s.standingDeath(v)
	return v.Render(http.StatusOK, "worker", frame.Page{Title: "worker.tab." + b.Tab, Nav: "workers", Body: b})
}

// timeline is the worker's own. An officer who comes to a person is led to the counter,
// where a visit begins and the pages are that an officer may use.
func (s *pages) timeline(v *frame.Visit) error {
	if v.Officer() {
		return v.Back("/counter?" + url.Values{"worker": {v.Path("ref")}}.Encode())
	}
	ctx := v.As(frame.OwnRecord)
	before, _ := strconv.ParseInt(v.Query("before"), 10, 64) // anything else begins at the newest
	reply, err := s.registry.ListTimeline(ctx, &registryv1.ListTimelineRequest{Worker: v.Path("ref"), Before: before, Limit: timeline.Page})
	b := workerBody{Tab: "timeline", Err: err, Days: timeline.Days(v.P, reply.GetEntries(), v.Demo() || v.WorksIn("ops"))}
	if n := len(reply.GetEntries()); n >= timeline.Page { // steps of one moment come together
		b.More = reply.GetEntries()[n-1].GetOccurredAt()
	}
	return s.worker(v, b)
}

// message is one message of the mailbox in words.
type message struct {
	*registryv1.Message
	Facts []words.Fact
}

// Page is where among the own pages a message is answered, "" where it only tells.
func (m message) Page() string {
	for about, page := range map[string]string{
		"registry.contact.": "/contact", "registry.join.": "/contact", "registry.part.": "/contact", "registry.death.": "/contact",
		"registry.document.": "/document", "registry.guardian.": "/children", "registry.child.": "/children", "employment.fair.": "/fairs",
	} {
		if strings.HasPrefix(m.GetTemplate(), about) {
			return page
		}
	}
	return map[string]string{"employment": "/jobs", "education": "/school", "housing": "/home", "insurance": "/have", "training": "/courses"}[m.GetAboutService()]
}

// atOnce is how close together a message that goes to each of a person's records is
// sent; it is shown once.
const atOnce = 2 * time.Minute

func (s *pages) messages(v *frame.Visit) error {
	ctx := v.As(frame.OwnRecord)
	reply, err := s.registry.ListMessages(ctx, &registryv1.ListMessagesRequest{Worker: v.Path("ref"), Limit: 100})
	b := workerBody{Tab: "messages", Err: err}
	told := map[string]int64{}
	for _, m := range reply.GetMessages() {
		what := m.GetTemplate() + " " + m.GetAbout()
		if at, ok := told[what]; ok && m.GetAbout() != "" && at-m.GetSentAt() < atOnce.Microseconds() {
			continue
		}
		told[what] = m.GetSentAt()
		one := message{Message: m}
		for _, f := range timeline.Facts(v.P, m.GetValues()) {
			if !f.ID && f.Value != "" {
				one.Facts = append(one.Facts, f)
			}
		}
		b.Messages = append(b.Messages, one)
	}
	b.Tries = triesIn(reply.GetTries())
	return s.worker(v, b)
}

func (s *pages) access(v *frame.Visit) error {
	ctx := v.As(frame.OwnRecord)
	reply, err := s.registry.ListAccess(ctx, &registryv1.ListAccessRequest{Worker: v.Path("ref"), Limit: 200, Folded: true})
	b := workerBody{Tab: "access", Err: err}
	for _, e := range reply.GetEntries() {
		for i, k := range e.GetKinds() { // of an account: that there is one, where elsewhere it is the state of a thing
			if k == "registered" {
				e.Kinds[i] = "account_standing"
			}
		}
		if e.GetOwn() {
			b.Own = append(b.Own, e)
		} else {
			b.Access = append(b.Access, e)
		}
	}
	return s.worker(v, b)
}

func (s *pages) consents(v *frame.Visit) error {
	ctx := v.As(frame.OwnRecord)
	reply, err := s.registry.ListConsents(ctx, &registryv1.ListConsentsRequest{Worker: v.Path("ref")})
	return s.worker(v, workerBody{Tab: "consents", Err: err, Consents: reply.GetConsents()})
}

func (s *pages) withdraw(v *frame.Visit) error {
	grant := v.Form("grant")
	if grant == "" {
		return frame.ErrInput
	}
	ctx := v.As(frame.OwnRecord)
	_, err := s.registry.WithdrawConsent(ctx, &registryv1.WithdrawConsentRequest{GrantId: grant})
	return v.Done(err, "/workers/"+v.Part("ref")+"/consents")
}

// have shows what each department holds for the worker.
func (s *pages) have(v *frame.Visit) error {
	parts, err := v.Holdings()
	if err != nil {
		return err
	}
	return s.worker(v, workerBody{Tab: "have", Have: parts})
}
