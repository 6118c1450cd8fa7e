package web

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/ident"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/console/internal/call"
	"github.com/qiao-platform/qiao/services/console/internal/words"
)

// timelinePage is how many steps a page shows; the next begins before its last.
const timelinePage = 60

func (s *Site) findForm(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	return s.render(w, r, p, http.StatusOK, "workers", page{Title: "nav.workers", Nav: "workers", Body: struct{ Err error }{}})
}

// find opens a worker's page from a reference or a document number. The number
// comes in a form and never in an address, which histories and logs keep.
func (s *Site) find(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	who := strings.TrimSpace(r.PostFormValue("who"))
	if number, _ := ident.NormaliseID(who); len(number) == 18 {
		reply, err := s.Clients.Registry.FindWorker(call.Finder(r.Context()), &registryv1.FindWorkerRequest{DocumentNumber: number, CaseId: ident.NewID()})
		if err != nil {
			return s.render(w, r, p, http.StatusUnprocessableEntity, "workers", page{Title: "nav.workers", Nav: "workers", Body: struct{ Err error }{err}})
		}
		return back(w, r, "/workers/"+url.PathEscape(reply.GetWorker()))
	}
	if who == "" || strings.ContainsAny(who, "/?# ") || len(who) > 64 {
		return s.render(w, r, p, http.StatusUnprocessableEntity, "workers", page{Title: "nav.workers", Nav: "workers", Body: struct{ Err error }{errInput}})
	}
	return back(w, r, "/workers/"+url.PathEscape(who))
}

// workerBody is what the tabs of a worker's page share.
type workerBody struct {
	Ref  string
	Tab  string
	Err  error // why the tab has nothing to show
	Days []day
	More int64 // the next page begins before it; 0 is the end

	Messages []message
	Access   []*registryv1.AccessEntry // by the day, of everybody else
	Own      []*registryv1.AccessEntry // the worker's own looks
	Consents []*registryv1.Consent
	Have     *have

	Contact *registryv1.Worker // the person's own
	Changes []*registryv1.ContactCase
	Key     string // the forms of a page are taken once
}

// day is the steps of one civil date.
type day struct {
	Date  string
	Steps []step
}

// step is one entry of the timeline in words.
type step struct {
	*registryv1.TimelineEntry
	Facts, IDs []words.Fact
}

func (s *Site) worker(w http.ResponseWriter, r *http.Request, p *words.Printer, b workerBody) error {
	b.Ref = r.PathValue("ref")
	return s.render(w, r, p, http.StatusOK, "worker", page{Title: "worker.tab." + b.Tab, Nav: "workers", Body: b})
}

// ofSomebody lets a worker's pages be shown, and be acted on, where the registry
// knows the worker: the page of nobody is not found. Where the registry does
// not answer, each page says itself what it cannot show.
func (s *Site) ofSomebody(h handler) handler {
	return func(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
		ctx, cancel := asWorker(r)
		_, err := s.Clients.Registry.ListConsents(ctx, &registryv1.ListConsentsRequest{Worker: r.PathValue("ref")})
		cancel()
		if k := errs.KindOf(err); k == errs.NotFound || k == errs.Invalid {
			return errs.New(errs.NotFound, "registry.worker.unknown", "There is no such registered person.")
		}
		return h(w, r, p)
	}
}

// asWorker is the context of the worker at his own page, with a page's patience.
func asWorker(r *http.Request) (context.Context, context.CancelFunc) {
	return context.WithTimeout(call.Worker(r.Context(), r.PathValue("ref")), patience)
}

func (s *Site) timeline(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	ctx, cancel := asWorker(r)
	defer cancel()
	before, _ := strconv.ParseInt(r.URL.Query().Get("before"), 10, 64) // anything else begins at the newest
	reply, err := s.Clients.Registry.ListTimeline(ctx, &registryv1.ListTimelineRequest{Worker: r.PathValue("ref"), Before: before, Limit: timelinePage})
	b := workerBody{Tab: "timeline", Err: err, Days: days(p, reply.GetEntries())}
	if n := len(reply.GetEntries()); n >= timelinePage { // steps of one moment come together
		b.More = reply.GetEntries()[n-1].GetOccurredAt()
	}
	return s.worker(w, r, p, b)
}

// days groups steps by civil date, in the order they come.
func days(p *words.Printer, entries []*registryv1.TimelineEntry) (all []day) {
	for _, e := range entries {
		date := p.Day(e.GetOccurredAt())
		if len(all) == 0 || all[len(all)-1].Date != date {
			all = append(all, day{Date: date})
		}
		d := &all[len(all)-1]
		d.Steps = append(d.Steps, newStep(p, e))
	}
	return all
}

func newStep(p *words.Printer, e *registryv1.TimelineEntry) step {
	st := step{TimelineEntry: e}
	for _, name := range slices.Sorted(maps.Keys(e.GetFacts())) {
		if e.GetFacts()[name] == "" {
			continue
		}
		if f := p.Fact(name, e.GetFacts()[name]); f.ID {
			st.IDs = append(st.IDs, f)
		} else {
			st.Facts = append(st.Facts, f)
		}
	}
	return st
}

// message is one message of the mailbox in words.
type message struct {
	*registryv1.Message
	Facts []words.Fact
}

func (s *Site) messages(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	ctx, cancel := asWorker(r)
	defer cancel()
	reply, err := s.Clients.Registry.ListMessages(ctx, &registryv1.ListMessagesRequest{Worker: r.PathValue("ref"), Limit: 100})
	b := workerBody{Tab: "messages", Err: err}
	for _, m := range reply.GetMessages() {
		one := message{Message: m}
		for _, name := range slices.Sorted(maps.Keys(m.GetValues())) {
			if f := p.Fact(name, m.GetValues()[name]); !f.ID && f.Value != "" {
				one.Facts = append(one.Facts, f)
			}
		}
		b.Messages = append(b.Messages, one)
	}
	return s.worker(w, r, p, b)
}

func (s *Site) access(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	ctx, cancel := asWorker(r)
	defer cancel()
	reply, err := s.Clients.Registry.ListAccess(ctx, &registryv1.ListAccessRequest{Worker: r.PathValue("ref"), Limit: 200, Folded: true})
	b := workerBody{Tab: "access", Err: err}
	for _, e := range reply.GetEntries() {
		if e.GetOwn() {
			b.Own = append(b.Own, e)
		} else {
			b.Access = append(b.Access, e)
		}
	}
	return s.worker(w, r, p, b)
}

func (s *Site) consents(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	ctx, cancel := asWorker(r)
	defer cancel()
	reply, err := s.Clients.Registry.ListConsents(ctx, &registryv1.ListConsentsRequest{Worker: r.PathValue("ref")})
	return s.worker(w, r, p, workerBody{Tab: "consents", Err: err, Consents: reply.GetConsents()})
}

func (s *Site) withdraw(w http.ResponseWriter, r *http.Request, _ *words.Printer) error {
	grant := r.PostFormValue("grant")
	if grant == "" {
		return errInput
	}
	ctx, cancel := asWorker(r)
	defer cancel()
	if _, err := s.Clients.Registry.WithdrawConsent(ctx, &registryv1.WithdrawConsentRequest{GrantId: grant}); err != nil {
		return err
	}
	return back(w, r, "/workers/"+url.PathEscape(r.PathValue("ref"))+"/consents")
}
