package registry_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/pkg/testkit"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/registry"
)

// deaths is who works on cases about deaths.
type deaths struct {
	*fixture
	registryv1.DeathClient
	t *testing.T
}

func startDeaths(t *testing.T) deaths {
	f := start(t)
	return deaths{f, registryv1.DeathClient{Caller: f.Client(), Target: registry.Name}, t}
}

// at is an officer of a county who works on cases about who somebody is.
func (d deaths) at(staff, county string) context.Context {
	return d.As(auth.Principal{Kind: auth.Officer, Subject: staff, Department: "hrss", Division: county, Purpose: "person_case"})
}

func died(worker string) *registryv1.ProposeDeathRequest {
	return &registryv1.ProposeDeathRequest{Worker: worker, DiedOn: "2026-10-30", ReasonCode: "relative", Paper: "medical_certificate"}
}

func (d deaths) propose(worker string) string {
	d.t.Helper()
	got, err := d.ProposeDeath(d.at("a-1", home), died(worker))
	if err != nil {
		d.t.Fatal(err)
	}
	return got.GetCaseId()
}

func (d deaths) record(worker string) string {
	d.t.Helper()
	id := d.propose(worker)
	d.Settle() // the person is told before anything happens
	if _, err := d.DecideDeath(d.at("a-2", home), &registryv1.DecideDeathRequest{CaseId: id, Approve: true}); err != nil {
		d.t.Fatal(err)
	}
	d.Settle()
	return id
}

func (d deaths) reverse(as context.Context, n int) error {
	_, err := d.ReverseDeath(as, &registryv1.ReverseDeathRequest{DocumentNumber: number(adult, n), ShownPaper: "resident_card"})
	return err
}

func (d deaths) mailbox(worker string) (templates []string) {
	d.t.Helper()
	d.Settle()
	got, err := d.client.ListMessages(d.Worker(worker), &registryv1.ListMessagesRequest{Worker: worker})
	if err != nil {
		d.t.Fatal(err)
	}
	for _, m := range got.GetMessages() {
		templates = append(templates, m.GetTemplate())
	}
	slices.Sort(templates)
	return templates
}

// offered has employment tell the worker of an offer.
func (d deaths) offered(worker, offer string) {
	d.others["employment"].Publish(outbox.Subject{Aggregate: offer, Worker: worker, Division: home}, &employmentv1.OfferMade{OfferId: offer})
	d.Settle()
}

func (d deaths) published(types ...string) (n int) {
	for _, e := range d.Published("registry") {
		if slices.Contains(types, e.Type) {
			n++
		}
	}
	return n
}

// A death needs a paper, a day that was, and two officers of the county; what one of
// them asks changes nothing, and the person hears of it.
func TestADeathIsRecordedByTwoOfficersFromAPaper(t *testing.T) {
	d := startDeaths(t)
	w := d.register(t, 1)
	with := func(change func(*registryv1.ProposeDeathRequest)) *registryv1.ProposeDeathRequest {
		r := died(w)
		change(r)
		return r
	}
	for name, c := range map[string]struct {
		as          context.Context
		req         *registryv1.ProposeDeathRequest
		code, field string
	}{
		"no paper":                   {d.at("a-1", home), with(func(r *registryv1.ProposeDeathRequest) { r.Paper = "" }), "registry.death.reason", "paper"},
		"a witness":                  {d.at("a-1", home), with(func(r *registryv1.ProposeDeathRequest) { r.Paper = "witness" }), "registry.death.reason", "paper"},
		"no reason":                  {d.at("a-1", home), with(func(r *registryv1.ProposeDeathRequest) { r.ReasonCode = "" }), "registry.death.reason", "reason_code"},
		"tomorrow":                   {d.at("a-1", home), with(func(r *registryv1.ProposeDeathRequest) { r.DiedOn = "2026-11-03" }), "registry.death.date", ""},
		"no day":                     {d.at("a-1", home), with(func(r *registryv1.ProposeDeathRequest) { r.DiedOn = "" }), "registry.death.date", ""},
		"another county":             {d.at("b-1", away), died(w), "registry.worker.unknown", ""},
		"nobody":                     {d.at("a-1", home), died("nobody"), "registry.worker.unknown", ""},
		"another purpose":            {d.clerk("a-1", home), died(w), "auth.purpose", ""},
		"the police":                 {d.As(auth.Principal{Kind: auth.Officer, Subject: "p-1", Department: "psb", Division: home, Purpose: "person_case"}), died(w), "auth.denied", ""},
		"a sheet":                    {d.As(auth.Principal{Kind: auth.Officer, Subject: "a-1", Department: "hrss", Division: home, Purpose: "person_case", Via: auth.ViaImport}), died(w), "auth.denied", ""},
		"a worker about another":     {d.Worker("other"), died(w), "auth.denied", ""},
		"a department's own service": {d.Service("housing"), died(w), "auth.denied", ""},
	} {
		_, err := d.ProposeDeath(c.as, c.req)
		if errs.CodeOf(err) != c.code || c.field != "" && errs.From(err).Detail["field"] != c.field {
			t.Errorf("%s: %v", name, err)
		}
	}
	id := d.propose(w)
	if got := d.mailbox(w); !slices.Equal(got, []string{"registry.death.asked"}) {
		t.Errorf("the person is not told: %v", got)
	}
	if _, err := d.ProposeDeath(d.at("a-3", home), died(w)); errs.CodeOf(err) != "registry.death.stands" {
		t.Errorf("twice: %v", err)
	}
	yes := &registryv1.DecideDeathRequest{CaseId: id, Approve: true}
	for name, c := range map[string]struct {
		as   context.Context
		code string
	}{
		"who opened it":                {d.at("a-1", home), "registry.death.own"},
		"the same, written otherwise":  {d.at("A-1", home), "registry.death.own"},
		"an officer of another county": {d.at("b-1", away), "registry.death.unknown"},
		"another department":           {d.As(auth.Principal{Kind: auth.Officer, Subject: "e-1", Department: "edu", Division: home, Purpose: "person_case"}), "auth.denied"},
	} {
		if _, err := d.DecideDeath(c.as, yes); errs.CodeOf(err) != c.code {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got, err := d.GetDeathCase(d.at("a-2", home), &registryv1.GetDeathCaseRequest{CaseId: id}); err != nil || got.GetName() == "" || got.GetDocumentLast4() == "" || !got.GetCase().GetDecidable() || got.GetCase().GetDiedOn() != "2026-10-30" {
		t.Errorf("the second officer: %v, %v", got, err)
	}
	if _, err := d.DecideDeath(d.at("a-2", home), &registryv1.DecideDeathRequest{CaseId: id, ReasonCode: "no_reason"}); errs.CodeOf(err) != "registry.death.reason" {
		t.Errorf("refusing for no reason of the list: %v", err)
	}
	if _, err := d.DecideDeath(d.at("a-2", home), yes); err != nil {
		t.Fatal(err)
	}
	if _, err := d.DecideDeath(d.at("a-2", home), yes); errs.CodeOf(err) != "registry.death.decided" {
		t.Errorf("twice: %v", err)
	}
	d.Settle()
	if got := d.published("registry.death.recorded.v1"); got != 1 {
		t.Errorf("%d events", got)
	}
	list, err := d.ListDeathCases(d.at("a-9", home), &registryv1.ListDeathCasesRequest{})
	if err != nil || len(list.GetCases()) != 1 || list.GetCases()[0].GetState() != "applied" || list.GetCases()[0].GetWorker() != w {
		t.Errorf("%v, %v", list, err)
	}
	if list, err := d.ListDeathCases(d.at("b-1", away), &registryv1.ListDeathCasesRequest{}); err != nil || len(list.GetCases()) != 0 {
		t.Errorf("another county's list: %v, %v", list, err)
	}
	var readers []string
	for _, l := range d.accesses(t, w) {
		readers = append(readers, l.GetReader())
	}
	if !slices.Equal(readers, []string{"a-2", "a-2", "a-1"}) {
		t.Errorf("each look is in the person's log: %v", readers)
	}
	// A refused one stops nothing, and can be asked for anew.
	v := d.register(t, 2)
	if _, err := d.DecideDeath(d.at("a-2", home), &registryv1.DecideDeathRequest{CaseId: d.propose(v), ReasonCode: "paper_missing"}); err != nil {
		t.Fatal(err)
	}
	d.offered(v, "offer-v")
	if got := d.mailbox(v); !slices.Equal(got, []string{"employment.offer.made", "registry.death.asked"}) {
		t.Errorf("after a refusal: %v", got)
	}
	d.propose(v)
}

// The person's word ends a case that waits; nobody else's does.
func TestWhoLivesObjects(t *testing.T) {
	d := startDeaths(t)
	w := d.register(t, 1)
	id := d.propose(w)
	req := &registryv1.ObjectDeathRequest{CaseId: id}
	for name, as := range map[string]context.Context{"another": d.Worker("other"), "a helper": d.As(auth.Principal{Kind: auth.Worker, Subject: "h", ActsFor: w, Via: auth.ViaHelper})} {
		if _, err := d.ObjectDeath(as, req); errs.CodeOf(err) != "registry.death.unknown" {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := d.ListOwnDeathCases(as, &registryv1.ListOwnDeathCasesRequest{Worker: w}); errs.CodeOf(err) != "auth.not_yours" {
			t.Errorf("%s reads it: %v", name, err)
		}
	}
	if _, err := d.ObjectDeath(d.Worker(w), req); err != nil {
		t.Fatal(err)
	}
	if _, err := d.DecideDeath(d.at("a-2", home), &registryv1.DecideDeathRequest{CaseId: id, Approve: true}); errs.CodeOf(err) != "registry.death.decided" {
		t.Errorf("over the person's word: %v", err)
	}
	own, err := d.ListOwnDeathCases(d.Worker(w), &registryv1.ListOwnDeathCasesRequest{Worker: w})
	if err != nil || len(own.GetCases()) != 1 || own.GetCases()[0].GetState() != "objected" || own.GetCases()[0].GetOfficer() != "a-1" {
		t.Errorf("%v, %v", own, err)
	}
}

// While a death is recorded nothing is sent and nothing is done in the person's name;
// it is taken back in any county, at once, by the document that is shown, and what was
// held is delivered then, once.
func TestADeathIsTakenBackOnTheSpot(t *testing.T) {
	d := startDeaths(t)
	w := d.register(t, 1)
	d.offered(w, "offer-1")
	id := d.record(w)
	d.offered(w, "offer-2")
	before := d.published("registry.message.delivered.v1")
	if got := d.mailbox(w); !slices.Equal(got, []string{"employment.offer.made", "registry.death.asked"}) {
		t.Errorf("something was sent: %v", got)
	}
	for name, err := range map[string]error{
		"a consent":    second(d.client.GrantConsent(d.Worker(w), grant(w))),
		"at a counter": second(d.client.GrantConsent(d.of("hou", "o", home, w), grant(w))),
		"a contact":    second(d.client.UpdateContact(d.Worker(w), &registryv1.UpdateContactRequest{Worker: w, County: home})),
		"the end":      second(d.client.CloseAccount(d.Worker(w), &registryv1.CloseAccountRequest{Worker: w})),
	} {
		if errs.CodeOf(err) != "account.deceased" {
			t.Errorf("%s: %v", name, err)
		}
	}
	own, err := d.ListOwnDeathCases(d.Worker(w), &registryv1.ListOwnDeathCasesRequest{Worker: w})
	if err != nil || own.GetCases()[0].GetState() != "applied" || own.GetCases()[0].GetDiedOn() != "2026-10-30" {
		t.Errorf("the own page says it: %v, %v", own, err)
	}
	if err := d.reverse(d.at("b-1", away), 2); errs.CodeOf(err) != "registry.death.none" {
		t.Errorf("somebody of whom nothing is recorded: %v", err)
	}
	if _, err := d.ReverseDeath(d.at("b-1", away), &registryv1.ReverseDeathRequest{DocumentNumber: number(adult, 1)}); errs.From(err).Detail["field"] != "shown_paper" {
		t.Errorf("nothing was shown: %v", err)
	}
	once := d.at("b-1", away)
	if err := d.reverse(once, 1); err != nil {
		t.Fatal(err)
	}
	if err := d.reverse(d.at("b-2", away), 1); errs.CodeOf(err) != "registry.death.none" {
		t.Errorf("twice: %v", err)
	}
	if got := d.mailbox(w); !slices.Equal(got, []string{"employment.offer.made", "employment.offer.made", "registry.death.asked", "registry.death.reversed"}) {
		t.Errorf("what was held: %v", got)
	}
	if got := d.published("registry.message.delivered.v1"); got != before+2 {
		t.Errorf("%d arrivals, before %d", got, before)
	}
	if _, err := d.client.GrantConsent(d.Worker(w), grant(w)); err != nil {
		t.Errorf("in the own name again: %v", err)
	}
	req := &registryv1.ConfirmReversalRequest{CaseId: id}
	for name, c := range map[string]struct {
		as   context.Context
		code string
	}{
		"who took it back":  {d.at("B-1", home), "registry.death.own"},
		"of another county": {d.at("b-3", away), "registry.death.unknown"},
	} {
		if _, err := d.ConfirmReversal(c.as, req); errs.CodeOf(err) != c.code {
			t.Errorf("%s: %v", name, err)
		}
	}
	if list, err := d.ListDeathCases(d.at("a-1", home), &registryv1.ListDeathCasesRequest{}); err != nil || len(list.GetCases()) != 1 || !list.GetCases()[0].GetConfirmable() {
		t.Errorf("what waits for a second look: %v, %v", list, err)
	}
	if _, err := d.ConfirmReversal(d.at("a-1", home), req); err != nil {
		t.Fatal(err)
	}
	if list, err := d.ListDeathCases(d.at("a-1", home), &registryv1.ListDeathCasesRequest{}); err != nil || len(list.GetCases()) != 0 {
		t.Errorf("the list is empty again: %v, %v", list, err)
	}
	if got := d.timeline(t, w, 50); len(got) == 0 || !slices.ContainsFunc(got, func(e *registryv1.TimelineEntry) bool { return e.GetType() == "registry.death.reversed.v1" }) {
		t.Errorf("the timeline: %v", got)
	}
	d.record(w) // a second time is a new case
	if err := d.reverse(d.at("b-1", away), 1); err != nil {
		t.Fatal(err)
	}
	d.Settle()
	if got := d.published("registry.death.recorded.v1", "registry.death.reversed.v1"); got != 4 {
		t.Errorf("%d events", got)
	}
}

// A near relative of somebody who died reads one department's record for an own
// interest, once, after another officer granted it; nobody does where the person
// arranged so, and nobody reads of somebody who lives.
func TestANearRelativeAsks(t *testing.T) {
	d := startDeaths(t)
	w, v := d.register(t, 1), d.register(t, 2)
	d.offered(w, "offer-1")
	ask := func(worker string) *registryv1.AskAsHeirRequest {
		return &registryv1.AskAsHeirRequest{Worker: worker, RelativeName: "阿依古丽", RelativePhone: "15000018192", Paper: "household_register", ReasonCode: "wages", Source: "employment"}
	}
	first, second := d.at("a-1", home), d.at("a-2", home)
	if _, err := d.AskAsHeir(first, ask(w)); errs.CodeOf(err) != "registry.heir.lives" {
		t.Errorf("of somebody who lives: %v", err)
	}
	if _, err := d.SetHeirsWish(d.As(auth.Principal{Kind: auth.Worker, Subject: "h", ActsFor: v, Via: auth.ViaHelper}), &registryv1.SetHeirsWishRequest{Worker: v, NobodyMay: true}); errs.CodeOf(err) != "auth.not_yours" {
		t.Errorf("a helper: %v", err)
	}
	if _, err := d.SetHeirsWish(d.Worker(v), &registryv1.SetHeirsWishRequest{Worker: v, NobodyMay: true}); err != nil {
		t.Fatal(err)
	}
	if own, err := d.ListOwnDeathCases(d.Worker(v), &registryv1.ListOwnDeathCasesRequest{Worker: v}); err != nil || !own.GetNobodyMay() {
		t.Errorf("%v, %v", own, err)
	}
	d.record(w)
	d.record(v)
	if _, err := d.AskAsHeir(first, ask(v)); errs.CodeOf(err) != "registry.heir.nobody" {
		t.Errorf("over what the person arranged: %v", err)
	}
	if _, err := d.AskAsHeir(d.at("b-1", away), ask(w)); errs.CodeOf(err) != "registry.worker.unknown" {
		t.Errorf("another county: %v", err)
	}
	for field, change := range map[string]func(*registryv1.AskAsHeirRequest){
		"paper":       func(r *registryv1.AskAsHeirRequest) { r.Paper = "none" },
		"reason_code": func(r *registryv1.AskAsHeirRequest) { r.ReasonCode = "curious" },
		"source":      func(r *registryv1.AskAsHeirRequest) { r.Source = "registry" },
	} {
		req := ask(w)
		change(req)
		if _, err := d.AskAsHeir(first, req); errs.CodeOf(err) != "registry.heir.reason" || errs.From(err).Detail["field"] != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	asked, err := d.AskAsHeir(first, ask(w))
	if err != nil {
		t.Fatal(err)
	}
	id := asked.GetRequestId()
	decide := func(as context.Context, approve bool, reason string) error {
		_, err := d.DecideHeirRequest(as, &registryv1.DecideHeirRequestRequest{RequestId: id, Approve: approve, ReasonCode: reason})
		return err
	}
	show := func(as context.Context) (*registryv1.ShowToHeirResponse, error) {
		return d.ShowToHeir(as, &registryv1.ShowToHeirRequest{RequestId: id})
	}
	if err := decide(d.at("A-1", home), true, ""); errs.CodeOf(err) != "registry.heir.own" {
		t.Errorf("who entered it: %v", err)
	}
	if err := decide(d.at("b-1", away), true, ""); errs.CodeOf(err) != "registry.heir.unknown" {
		t.Errorf("another county: %v", err)
	}
	if err := decide(second, false, "because"); errs.CodeOf(err) != "registry.heir.reason" {
		t.Errorf("for no reason of the list: %v", err)
	}
	if _, err := show(first); errs.CodeOf(err) != "registry.heir.decided" {
		t.Errorf("before it was granted: %v", err)
	}
	got, err := d.GetHeirRequest(second, &registryv1.GetHeirRequestRequest{RequestId: id})
	if err != nil || got.GetRelativeName() != "阿依古丽" || got.GetRelativePhone() != "15000018192" || got.GetRequest().GetDecideBy() != "2026-11-17" || !got.GetRequest().GetDecidable() {
		t.Errorf("%v, %v", got, err)
	}
	if err := decide(second, true, ""); err != nil {
		t.Fatal(err)
	}
	keyed := rpc.Once(first, "the-button")
	shown, err := show(keyed)
	if err != nil || len(shown.GetSteps()) != 1 || shown.GetSteps()[0].GetType() != "employment.offer.made.v1" || shown.GetName() == "" {
		t.Errorf("that department's steps alone: %v, %v", shown, err)
	}
	if _, err := show(first); errs.CodeOf(err) != "registry.heir.decided" {
		t.Errorf("a second time: %v", err)
	}
	looks := func() (n int32) {
		for _, l := range d.accesses(t, w) {
			if l.GetCaseId() == id && slices.Equal(l.GetKinds(), []string{"name", "heirs_request"}) && l.GetReader() == "a-1" {
				n += l.GetTimes()
			}
		}
		return n
	}
	was := looks()
	d.clock.Advance(time.Hour)
	d.offered(w, "offer-2") // of which that showing said nothing
	again, err := show(keyed)
	if err != nil || !proto.Equal(again, shown) || looks() != was+1 || was != 1 {
		t.Errorf("the answer that was lost: %v, %v; %d looks, then %d", again, err, was, looks())
	}
	if _, err := show(rpc.Once(second, "the-button")); errs.CodeOf(err) != "registry.heir.decided" {
		t.Errorf("another officer: %v", err)
	}
	if list, err := d.ListHeirRequests(second, &registryv1.ListHeirRequestsRequest{}); err != nil || len(list.GetRequests()) != 0 {
		t.Errorf("%v, %v", list, err)
	}
	shownBefore := id
	asked, err = d.AskAsHeir(first, ask(w))
	if err != nil {
		t.Fatal(err)
	}
	id = asked.GetRequestId()
	if err := decide(second, true, ""); err != nil {
		t.Fatal(err)
	}
	if err := d.reverse(d.at("b-1", away), 1); err != nil {
		t.Fatal(err)
	}
	if _, err := show(first); errs.CodeOf(err) != "registry.heir.lives" {
		t.Errorf("of who lives after all: %v", err)
	}
	if _, err := d.ShowToHeir(keyed, &registryv1.ShowToHeirRequest{RequestId: shownBefore}); errs.CodeOf(err) != "registry.heir.lives" {
		t.Errorf("an answer was kept of who lives after all: %v", err)
	}
	if lines := d.accesses(t, w); !slices.ContainsFunc(lines, func(l *registryv1.AccessEntry) bool { return slices.Contains(l.GetKinds(), "heirs_request") }) {
		t.Errorf("the looks are not in the log: %v", lines)
	}
}

// heir enters what a near relative asks, and has another officer grant it.
func (d deaths) heir(t *testing.T, ask *registryv1.AskAsHeirRequest) string {
	t.Helper()
	ask.RelativeName, ask.Paper, ask.ReasonCode = "阿依古丽", "household_register", "inheritance"
	asked, err := d.AskAsHeir(d.at("a-1", home), ask)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.DecideHeirRequest(d.at("A-1", home), &registryv1.DecideHeirRequestRequest{RequestId: asked.GetRequestId(), Approve: true}); errs.CodeOf(err) != "registry.heir.own" {
		t.Errorf("who entered it: %v", err)
	}
	if _, err := d.DecideHeirRequest(d.at("a-2", home), &registryv1.DecideHeirRequestRequest{RequestId: asked.GetRequestId(), Approve: true}); err != nil {
		t.Fatal(err)
	}
	return asked.GetRequestId()
}

func (d deaths) heirRequest(t *testing.T, id string) *registryv1.HeirRequest {
	t.Helper()
	got, err := d.GetHeirRequest(d.at("a-2", home), &registryv1.GetHeirRequestRequest{RequestId: id})
	if err != nil {
		t.Fatal(err)
	}
	return got.GetRequest()
}

// A near relative has a fact called wrong, as the person could: by the second officer's
// word every holder hears of it, once.
func TestANearRelativeCorrects(t *testing.T) {
	d := startDeaths(t)
	w := d.register(t, 1)
	d.record(w)
	wrong := func() *registryv1.AskAsHeirRequest {
		return &registryv1.AskAsHeirRequest{
			Worker: w, RelativeName: "阿依古丽", Paper: "household_register", ReasonCode: "wages", Asked: "correct", FactKind: "job", SourceId: "hire-1", WrongReasonCode: "wrong_date",
		}
	}
	for field, change := range map[string]func(*registryv1.AskAsHeirRequest){
		"asked":             func(r *registryv1.AskAsHeirRequest) { r.Asked = "sell" },
		"fact_kind":         func(r *registryv1.AskAsHeirRequest) { r.FactKind = "name" },
		"source_id":         func(r *registryv1.AskAsHeirRequest) { r.SourceId = "" },
		"wrong_reason_code": func(r *registryv1.AskAsHeirRequest) { r.WrongReasonCode = "ugly" },
		"source":            func(r *registryv1.AskAsHeirRequest) { r.Asked, r.Source = "delete", "employment" },
	} {
		r := wrong()
		change(r)
		if _, err := d.AskAsHeir(d.at("a-1", home), r); errs.CodeOf(err) != "registry.heir.reason" || errs.From(err).Detail["field"] != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	id := d.heir(t, wrong())
	if r := d.heirRequest(t, id); r.GetState() != "corrected" || r.GetSource() != "employment" || r.GetDecidable() {
		t.Errorf("%v", r)
	}
	d.Settle()
	if n := d.published("registry.fact.corrected.v1"); n != 1 {
		t.Errorf("%d holders' news", n)
	}
	for name, err := range map[string]error{
		"decided again": second(d.DecideHeirRequest(d.at("a-3", home), &registryv1.DecideHeirRequestRequest{RequestId: id, Approve: true})),
		"shown":         second(d.ShowToHeir(d.at("a-3", home), &registryv1.ShowToHeirRequest{RequestId: id})),
		"taken back":    second(d.WithdrawHeirRequest(d.at("a-3", home), &registryv1.WithdrawHeirRequestRequest{RequestId: id})),
	} {
		if errs.CodeOf(err) != "registry.heir.decided" {
			t.Errorf("%s: %v", name, err)
		}
	}
	asked, err := d.AskAsHeir(d.at("a-1", home), wrong())
	if err != nil {
		t.Fatal(err)
	}
	if err := d.reverse(d.at("b-1", away), 1); err != nil {
		t.Fatal(err)
	}
	if _, err := d.DecideHeirRequest(d.at("a-2", home), &registryv1.DecideHeirRequestRequest{RequestId: asked.GetRequestId(), Approve: true}); errs.CodeOf(err) != "registry.heir.lives" {
		t.Errorf("of who lives: %v", err)
	}
	d.Settle()
	if n := d.published("registry.fact.corrected.v1"); n != 1 {
		t.Errorf("%d holders' news", n)
	}
}

// What a near relative had granted to be erased is erased on its day, and not before:
// until then it is taken back, and ends where the person lives.
func TestANearRelativeHasARecordErased(t *testing.T) {
	d := startDeaths(t)
	w, lives, back := d.register(t, 1), d.register(t, 2), d.register(t, 3)
	ids := map[string]string{}
	for n, worker := range []string{w, lives, back} {
		d.record(worker)
		ids[worker] = d.heir(t, &registryv1.AskAsHeirRequest{Worker: worker, Asked: "delete"})
		if r := d.heirRequest(t, ids[worker]); r.GetState() != "granted" || r.GetEraseOn() != clock.Today(d.clock).AddDays(183).String() {
			t.Errorf("%d: %v", n, r)
		}
	}
	if _, err := d.ShowToHeir(d.at("a-2", home), &registryv1.ShowToHeirRequest{RequestId: ids[w]}); errs.CodeOf(err) != "registry.heir.decided" {
		t.Errorf("who may erase does not read: %v", err)
	}
	if _, err := d.WithdrawHeirRequest(d.at("b-1", away), &registryv1.WithdrawHeirRequestRequest{RequestId: ids[back]}); errs.CodeOf(err) != "registry.heir.unknown" {
		t.Errorf("another county: %v", err)
	}
	if _, err := d.WithdrawHeirRequest(d.at("a-1", home), &registryv1.WithdrawHeirRequestRequest{RequestId: ids[back]}); err != nil {
		t.Fatal(err)
	}
	if err := d.reverse(d.at("b-1", away), 2); err != nil {
		t.Fatal(err)
	}
	d.record(lives) // anew: what was granted before is over
	if a, b := d.heirRequest(t, ids[back]).GetState(), d.heirRequest(t, ids[lives]).GetState(); a != "withdrawn" || b != "ended" {
		t.Errorf("%s and %s", a, b)
	}
	d.clock.Advance(182 * 24 * time.Hour)
	d.Settle()
	if r := d.heirRequest(t, ids[w]); r.GetState() != "granted" {
		t.Errorf("before its day: %v", r)
	}
	d.clock.Advance(2 * 24 * time.Hour)
	testkit.Eventually(t, "it is erased on its day", func() bool {
		d.Settle()
		_, err := d.GetHeirRequest(d.at("a-2", home), &registryv1.GetHeirRequestRequest{RequestId: ids[w]})
		return errs.CodeOf(err) == "registry.heir.unknown"
	})
	if n := d.published("registry.account.closed.v1"); n != 1 {
		t.Errorf("%d accounts were closed", n)
	}
	for _, worker := range []string{lives, back} {
		d.heirRequest(t, ids[worker]) // nothing of these is gone
	}
}

// Who was registered by a passport shows that, and is found by it.
func TestADeathIsTakenBackByAPassport(t *testing.T) {
	d := startDeaths(t)
	f := form(1)
	f.DocumentKind, f.DocumentNumber, f.DocumentCountry, f.BirthDate = "passport", "N01234567", "KAZ", "1990-03-07"
	got, err := d.client.RegisterWorker(d.Officer("hrss"), f)
	if err != nil || got.GetOutcome() != "created" {
		t.Fatalf("%v, %v", got, err)
	}
	id := d.record(got.GetWorker())
	shown := &registryv1.ReverseDeathRequest{DocumentKind: "passport", DocumentNumber: f.GetDocumentNumber(), DocumentCountry: "UZB", ShownPaper: "passport"}
	if _, err := d.ReverseDeath(d.at("b-1", away), shown); errs.CodeOf(err) != "registry.death.none" {
		t.Errorf("a passport of another country: %v", err)
	}
	shown.DocumentCountry = "KAZ"
	if undone, err := d.ReverseDeath(d.at("b-1", away), shown); err != nil || undone.GetCaseId() != id {
		t.Errorf("%v, %v", undone, err)
	}
}

// Of two records that were joined one death is recorded, and whatever stands of it is
// taken back together.
func TestADeathIsRecordedOnceOfJoinedRecords(t *testing.T) {
	d := startDeaths(t)
	w, double := d.register(t, 1), d.second(t, 11, home)
	one, other := d.propose(w), d.propose(double)
	d.joined(t, w, double)
	decide := func(id string) error {
		_, err := d.DecideDeath(d.at("a-2", home), &registryv1.DecideDeathRequest{CaseId: id, Approve: true})
		return err
	}
	if err := decide(one); err != nil {
		t.Fatal(err)
	}
	if err := decide(other); errs.CodeOf(err) != "registry.death.stands" {
		t.Errorf("recorded twice: %v", err)
	}
	if err := d.reverse(d.at("b-1", away), 1); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{one, other} {
		if err := decide(id); errs.CodeOf(err) != "registry.death.decided" {
			t.Errorf("it stands still: %v", err)
		}
	}
	if _, err := d.client.GrantConsent(d.Worker(double), grant(double)); err != nil {
		t.Errorf("in the own name again: %v", err)
	}
}
