package registry_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
)

// keeper is an officer who works on persons' cases in a county.
func (f *fixture) keeper(staff, county string) context.Context {
	return f.As(auth.Principal{Kind: auth.Officer, Subject: staff, Department: "hrss", Division: county, Purpose: "person_case", LegalBasis: "PIPL 8, 46"})
}

func (f *fixture) documents() registryv1.DocumentsClient {
	return registryv1.DocumentsClient{Caller: f.Client(), Target: "registry"}
}

// propose opens a case of a changed number.
func (f *fixture) propose(t *testing.T, w, number string) string {
	t.Helper()
	got, err := f.documents().ProposeDocument(f.keeper("a-1", home), &registryv1.ProposeDocumentRequest{Worker: w, DocumentNumber: number, ReasonCode: "entered_wrong", Paper: "resident_card"})
	if err != nil {
		t.Fatal(err)
	}
	return got.GetCaseId()
}

func (f *fixture) agree(id string) error {
	_, err := f.documents().DecideDocument(f.keeper("a-2", home), &registryv1.DecideDocumentRequest{CaseId: id, Approve: true})
	return err
}

func (f *fixture) object(w, id string) (string, error) {
	got, err := f.documents().ObjectDocument(f.Worker(w), &registryv1.ObjectDocumentRequest{CaseId: id})
	return got.GetState(), err
}

func (f *fixture) person(t *testing.T, w string) *registryv1.Worker {
	t.Helper()
	got, err := f.client.GetWorker(f.Worker(w), &registryv1.GetWorkerRequest{Worker: w})
	if err != nil {
		t.Fatal(err)
	}
	return got.GetPerson()
}

// find looks a number up at a counter of a county.
func (f *fixture) find(county, number string) (*registryv1.FindWorkerResponse, error) {
	return f.client.FindWorker(f.of("hrss", "f-1", county, ""), &registryv1.FindWorkerRequest{DocumentNumber: number})
}

func TestANumberIsChangedByTwoOfficers(t *testing.T) {
	f := start(t)
	w := f.register(t, 1)
	wrong, right := number(adult, 1), number(adult, 2)
	for field, r := range map[string]*registryv1.ProposeDocumentRequest{
		"reason_code": {Worker: w, DocumentNumber: right, ReasonCode: "because", Paper: "resident_card"},
		"paper":       {Worker: w, DocumentNumber: right, ReasonCode: "entered_wrong", Paper: "none"},
	} {
		if _, err := f.documents().ProposeDocument(f.keeper("a-1", home), r); errs.CodeOf(err) != "registry.document_case.reason" || errs.From(err).Detail["field"] != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	for name, c := range map[string]struct {
		as   context.Context
		r    *registryv1.ProposeDocumentRequest
		code string
	}{
		"nothing new":        {f.keeper("a-1", home), &registryv1.ProposeDocumentRequest{Worker: w, DocumentNumber: wrong, ReasonCode: "other", Paper: "resident_card"}, "registry.document_case.same"},
		"a mistyped number":  {f.keeper("a-1", home), &registryv1.ProposeDocumentRequest{Worker: w, DocumentNumber: right[:17] + "?", ReasonCode: "other", Paper: "resident_card"}, "id_format"},
		"a name with digits": {f.keeper("a-1", home), &registryv1.ProposeDocumentRequest{Worker: w, Name: "杨1", ReasonCode: "other", Paper: "resident_card"}, "name_sign"},
		"another county":     {f.keeper("b-1", away), &registryv1.ProposeDocumentRequest{Worker: w, DocumentNumber: right, ReasonCode: "other", Paper: "resident_card"}, "registry.worker.unknown"},
		"nobody":             {f.keeper("a-1", home), &registryv1.ProposeDocumentRequest{Worker: "nobody", DocumentNumber: right, ReasonCode: "other", Paper: "resident_card"}, "registry.worker.unknown"},
		"another department": {f.of("edu", "e-1", home, ""), &registryv1.ProposeDocumentRequest{Worker: w, DocumentNumber: right, ReasonCode: "other", Paper: "resident_card"}, "auth.denied"},
		"the person":         {f.Worker(w), &registryv1.ProposeDocumentRequest{Worker: w, DocumentNumber: right, ReasonCode: "other", Paper: "resident_card"}, "auth.denied"},
	} {
		if _, err := f.documents().ProposeDocument(c.as, c.r); errs.CodeOf(err) != c.code {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
	}
	id := f.propose(t, w, right)
	for name, c := range map[string]struct {
		as   context.Context
		code string
	}{
		"who opened it":           {f.keeper("a-1", home), "registry.document_case.own"},
		"the same, in capitals":   {f.keeper("A-1", home), "registry.document_case.own"},
		"the same, in full width": {f.keeper("ａ－１", home), "registry.document_case.own"},
		"another county":          {f.keeper("b-1", away), "registry.document_case.unknown"},
		"another department":      {f.of("edu", "e-1", home, ""), "auth.denied"},
		"the person":              {f.Worker(w), "auth.denied"},
	} {
		if _, err := f.documents().DecideDocument(c.as, &registryv1.DecideDocumentRequest{CaseId: id, Approve: true}); errs.CodeOf(err) != c.code {
			t.Errorf("%s decides: %v, want %s", name, err, c.code)
		}
	}
	shown, err := f.documents().GetDocumentCase(f.keeper("a-2", home), &registryv1.GetDocumentCaseRequest{CaseId: id})
	if err != nil || !shown.GetCase().GetDecidable() || shown.GetHeld() || shown.GetWanted().GetDocumentNumber() != right || shown.GetRegistered().GetDocumentNumber() != "" ||
		shown.GetRegistered().GetDocumentLast4() != wrong[14:] || shown.GetRegistered().GetName() == "" {
		t.Errorf("the second officer sees %v, %v", shown, err)
	}
	if _, err := f.documents().GetDocumentCase(f.keeper("b-1", away), &registryv1.GetDocumentCaseRequest{CaseId: id}); errs.CodeOf(err) != "registry.document_case.unknown" {
		t.Errorf("another county reads it: %v", err)
	}
	if list, err := f.documents().ListDocumentCases(f.keeper("b-1", away), &registryv1.ListDocumentCasesRequest{}); err != nil || len(list.GetCases()) != 0 {
		t.Errorf("another county's list: %v, %v", list, err)
	}
	if list, err := f.documents().ListDocumentCases(f.keeper("a-2", home), &registryv1.ListDocumentCasesRequest{}); err != nil || len(list.GetCases()) != 1 || !list.GetCases()[0].GetDecidable() {
		t.Errorf("the second officer's list: %v, %v", list, err)
	}
	if err := f.agree(id); err != nil {
		t.Fatal(err)
	}
	if err := f.agree(id); errs.CodeOf(err) != "registry.document_case.decided" {
		t.Errorf("twice: %v", err)
	}
	if got := f.person(t, w).GetDocumentLast4(); got != right[14:] {
		t.Errorf("the number ends in %s", got)
	}
	f.Settle()
	told, err := f.client.ListMessages(f.Worker(w), &registryv1.ListMessagesRequest{Worker: w})
	if err != nil || len(told.GetMessages()) != 2 || told.GetMessages()[0].GetTemplate() != "registry.document.changed" || told.GetMessages()[1].GetTemplate() != "registry.document.asked" {
		t.Errorf("the person is not told: %v, %v", told, err)
	}
	for _, l := range f.accesses(t, w) {
		if l.GetPurpose() != "person_case" || l.GetCaseId() != id || l.GetReader() != "a-1" && l.GetReader() != "a-2" {
			t.Errorf("the person's log: %v", l)
		}
	}
	if n := len(f.accesses(t, w)); n != 3 { // asked, looked at, decided
		t.Errorf("%d looks", n)
	}
	if shown, err := f.documents().GetDocumentCase(f.keeper("a-2", home), &registryv1.GetDocumentCaseRequest{CaseId: id}); err != nil || shown.GetWanted() != nil || shown.GetRegistered() != nil {
		t.Errorf("a decided case shows who it is: %v, %v", shown, err)
	}
}

// What somebody was found by finds the record, and tells nobody what it was.
func TestFormerNumbersAndNamesFindTheRecord(t *testing.T) {
	f := start(t)
	w := f.register(t, 1)
	old, now := number(adult, 1), number(adult, 2)
	if err := f.agree(f.propose(t, w, now)); err != nil {
		t.Fatal(err)
	}
	renamed, err := f.documents().ProposeDocument(f.keeper("a-1", home), &registryv1.ProposeDocumentRequest{Worker: w, Name: "古丽娜·阿曼", ReasonCode: "spelled_anew", Paper: "police_certificate"})
	if err != nil {
		t.Fatal(err)
	}
	if err := f.agree(renamed.GetCaseId()); err != nil {
		t.Fatal(err)
	}
	if got := f.person(t, w); got.GetName() != "古丽娜·阿曼" || got.GetPhone() != "15000018190" || got.GetDocumentLast4() != now[14:] {
		t.Errorf("%v", got)
	}
	for n, former := range map[string]bool{old: true, now: false} {
		if got, err := f.find(home, n); err != nil || got.GetWorker() != w || got.GetFormer() != former {
			t.Errorf("former %v: %v, %v", former, got, err)
		}
		if _, err := f.find(away, n); errs.CodeOf(err) != "registry.worker.unknown" {
			t.Errorf("another county finds it: %v", err)
		}
	}
	for name, c := range map[string]struct{ number, name string }{
		"both as they were":  {old, form(1).GetName()},
		"the number as was":  {old, "古丽娜·阿曼"},
		"the name as it was": {now, form(1).GetName()},
		"both as they are":   {now, "古丽娜·阿曼"},
	} {
		r := form(1)
		r.DocumentNumber, r.Name = c.number, c.name
		if got, err := f.client.RegisterWorker(f.Officer("hrss"), r); err != nil || got.GetOutcome() != "unchanged" || got.GetWorker() != w {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	// The number that was entered by mistake is somebody's, who comes now.
	other := form(1)
	other.Name = "叶尔肯·努尔兰"
	got, err := f.client.RegisterWorker(f.Officer("hrss"), other)
	if err != nil || got.GetOutcome() != "created" || got.GetWorker() == w {
		t.Fatalf("whose number it is: %v, %v", got, err)
	}
	if found, err := f.find(home, old); err != nil || found.GetWorker() != got.GetWorker() || found.GetFormer() {
		t.Errorf("the number finds %v, %v", found, err)
	}
	again := form(1)
	again.DocumentNumber, again.Name = now, "叶尔肯·努尔兰"
	if _, err := f.client.RegisterWorker(f.Officer("hrss"), again); errs.CodeOf(err) != "registry.worker.identity_conflict" {
		t.Errorf("a name that was never the person's: %v", err)
	}
}

// A number that another record holds is no change but a likely double.
func TestANumberThatAnotherHoldsIsNoChange(t *testing.T) {
	f := start(t)
	w, other := f.register(t, 1), f.register(t, 2)
	far := form(3)
	far.County, far.RegisteredOn = away, "2026-10-30"
	there, err := f.client.RegisterWorker(f.As(auth.Principal{Kind: auth.Officer, Subject: "b-1", Department: "hrss", Division: away, Purpose: "registration"}), far)
	if err != nil {
		t.Fatal(err)
	}
	for n, c := range map[int]struct{ holder, shown string }{2: {other, other}, 3: {there.GetWorker(), ""}} {
		id := f.propose(t, w, number(adult, n))
		shown, err := f.documents().GetDocumentCase(f.keeper("a-2", home), &registryv1.GetDocumentCaseRequest{CaseId: id})
		if err != nil || !shown.GetHeld() || shown.GetOtherWorker() != c.shown {
			t.Errorf("%d: %v, %v", n, shown, err)
		}
		if err := f.agree(id); errs.CodeOf(err) != "registry.document_case.held" {
			t.Errorf("%d is agreed to: %v", n, err)
		}
		looks := f.accesses(t, c.holder)
		looks = slices.DeleteFunc(looks, func(l *registryv1.AccessEntry) bool { return l.GetPurpose() != "person_case" }) // but who registered people of one name
		if len(looks) == 0 || looks[len(looks)-1].GetReader() != "a-1" || (c.shown != "") != (len(looks) == 2) {
			t.Errorf("%d: the other person's log: %v", n, looks)
		}
		if _, err := f.documents().DecideDocument(f.keeper("a-2", home), &registryv1.DecideDocumentRequest{CaseId: id, ReasonCode: "held_by_another"}); err != nil {
			t.Error(err)
		}
	}
	for n := range 58 { // sixty an hour, with the two above
		f.propose(t, w, number(adult, 100+n))
	}
	if _, err := f.documents().ProposeDocument(f.keeper("a-1", home), &registryv1.ProposeDocumentRequest{Worker: w, DocumentNumber: number(adult, 4), ReasonCode: "other", Paper: "passport"}); errs.CodeOf(err) != "registry.lookup.limit" {
		t.Errorf("trying numbers out: %v", err)
	}
}

func TestThePersonHasADocumentPutBack(t *testing.T) {
	f := start(t)
	w := f.register(t, 1)
	before := f.person(t, w).String()
	waiting := f.propose(t, w, number(adult, 2))
	own, err := f.documents().ListDocumentChanges(f.Worker(w), &registryv1.ListDocumentChangesRequest{Worker: w})
	if err != nil || len(own.GetChanges()) != 1 || !own.GetChanges()[0].GetObjectable() || own.GetChanges()[0].GetWanted().GetDocumentLast4() != number(adult, 2)[14:] ||
		own.GetChanges()[0].GetWanted().GetDocumentNumber() != "" {
		t.Errorf("the person sees %v, %v", own, err)
	}
	helper := f.As(auth.Principal{Kind: auth.Worker, Subject: "h", ActsFor: w, Via: auth.ViaHelper})
	for name, as := range map[string]context.Context{"another": f.Worker("other"), "a helper": helper} {
		if _, err := f.documents().ObjectDocument(as, &registryv1.ObjectDocumentRequest{CaseId: waiting}); errs.CodeOf(err) != "registry.document_case.unknown" {
			t.Errorf("%s objects: %v", name, err)
		}
		if _, err := f.documents().ListDocumentChanges(as, &registryv1.ListDocumentChangesRequest{Worker: w}); errs.CodeOf(err) != "auth.not_yours" {
			t.Errorf("%s reads: %v", name, err)
		}
	}
	if state, err := f.object(w, waiting); err != nil || state != "objected" {
		t.Fatalf("%s, %v", state, err)
	}
	if err := f.agree(waiting); errs.CodeOf(err) != "registry.document_case.decided" {
		t.Errorf("over the person's word: %v", err)
	}
	made := f.propose(t, w, number(adult, 2))
	if err := f.agree(made); err != nil {
		t.Fatal(err)
	}
	if state, err := f.object(w, made); err != nil || state != "undone" {
		t.Fatalf("%s, %v", state, err)
	}
	if got := f.person(t, w).String(); got != before {
		t.Errorf("put back: %s, was %s", got, before)
	}
	if got, err := f.find(home, number(adult, 1)); err != nil || got.GetWorker() != w || got.GetFormer() {
		t.Errorf("the number finds %v, %v", got, err)
	}
	if _, err := f.find(home, number(adult, 2)); errs.CodeOf(err) != "registry.worker.unknown" {
		t.Errorf("what was put back still finds: %v", err)
	}
	if _, err := f.object(w, made); errs.CodeOf(err) != "registry.document_case.decided" {
		t.Errorf("twice: %v", err)
	}
	// A contact that changed since does not stand in the way, and stays.
	made = f.propose(t, w, number(adult, 2))
	if err := f.agree(made); err != nil {
		t.Fatal(err)
	}
	if _, err := f.client.UpdateContact(f.Worker(w), &registryv1.UpdateContactRequest{Worker: w, County: home, Phone: "15000018192"}); err != nil {
		t.Fatal(err)
	}
	if state, err := f.object(w, made); err != nil || state != "undone" {
		t.Fatalf("%s, %v", state, err)
	}
	if got := f.person(t, w); got.GetPhone() != "15000018192" || got.GetDocumentLast4() != number(adult, 1)[14:] {
		t.Errorf("%v", got)
	}
	// A newer change ends the older one's way back; a number that somebody else has
	// meanwhile does not come back.
	older := f.propose(t, w, number(adult, 3))
	if err := f.agree(older); err != nil {
		t.Fatal(err)
	}
	newer := f.propose(t, w, number(adult, 4))
	if err := f.agree(newer); err != nil {
		t.Fatal(err)
	}
	if _, err := f.object(w, older); errs.CodeOf(err) != "registry.document_case.decided" {
		t.Errorf("the older one: %v", err)
	}
	taken := form(3)
	taken.Name = "叶尔肯·努尔兰"
	if got, err := f.client.RegisterWorker(f.Officer("hrss"), taken); err != nil || got.GetOutcome() != "created" {
		t.Fatalf("%v, %v", got, err)
	}
	if _, err := f.object(w, newer); errs.CodeOf(err) != "registry.document_case.held" {
		t.Errorf("a number that is another's now: %v", err)
	}
}

// TestWhoWasTakenInTooYoungIsLookedAt: the right number says what the mistyped one
// did not, and a person looks; nothing is undone by itself.
func TestWhoWasTakenInTooYoungIsLookedAt(t *testing.T) {
	f := start(t)
	w, grown := f.register(t, 1), f.register(t, 2)
	young := number(clock.NewDate(2011, 5, 6), 1) // fifteen
	then := number(clock.NewDate(2010, 11, 1), 1) // sixteen since a day after the registration
	never := number(adult.AddYears(-3), 1)        // old enough ever
	waiting := func() (all []*registryv1.DocumentCase) {
		list, err := f.documents().ListDocumentCases(f.keeper("a-2", home), &registryv1.ListDocumentCasesRequest{})
		if err != nil {
			t.Fatal(err)
		}
		return list.GetCases()
	}
	for n, c := range []struct {
		worker, number string
		young          bool
	}{{w, young, true}, {w, then, true}, {grown, never, false}} {
		id := f.propose(t, c.worker, c.number)
		if err := f.agree(id); err != nil {
			t.Fatal(err)
		}
		all := waiting()
		if !c.young {
			if len(all) != 0 {
				t.Errorf("%d waits: %v", n, all)
			}
			continue
		}
		if len(all) != 1 || !all[0].GetUnderAge() || all[0].GetDecidable() || all[0].GetState() != "applied" {
			t.Fatalf("%d: no officer is told: %v", n, all)
		}
		settle := func(as context.Context, outcome string) error {
			_, err := f.documents().SettleDocumentAge(as, &registryv1.SettleDocumentAgeRequest{CaseId: id, Outcome: outcome})
			return err
		}
		if err := settle(f.keeper("b-1", away), "reported"); errs.CodeOf(err) != "registry.document_case.unknown" {
			t.Errorf("another county: %v", err)
		}
		if err := settle(f.keeper("a-2", home), "whatever"); errs.CodeOf(err) != "registry.document_case.reason" {
			t.Errorf("an outcome that is none: %v", err)
		}
		if err := settle(f.keeper("a-2", home), "reported"); err != nil {
			t.Fatal(err)
		}
		if err := settle(f.keeper("a-2", home), "reported"); errs.CodeOf(err) != "registry.document_case.decided" {
			t.Errorf("twice: %v", err)
		}
		if all := waiting(); len(all) != 0 {
			t.Errorf("%d still waits: %v", n, all)
		}
		if got := f.person(t, c.worker).GetDocumentLast4(); got != c.number[14:] {
			t.Errorf("%d: the account goes on: %s", n, got)
		}
	}
	if err := func() error {
		_, err := f.documents().SettleDocumentAge(f.keeper("a-2", home), &registryv1.SettleDocumentAgeRequest{CaseId: f.propose(t, grown, number(adult, 9)), Outcome: "reported"})
		return err
	}(); errs.CodeOf(err) != "registry.document_case.unknown" {
		t.Errorf("where no age is wrong: %v", err)
	}
}

// Documents other than the resident number, at the counter and afterwards.
func TestOtherDocumentsRegisterAndAreFound(t *testing.T) {
	f := start(t)
	for name, c := range map[string]struct {
		r     *registryv1.RegisterWorkerRequest
		again func(*registryv1.RegisterWorkerRequest) // the same, as somebody else writes it
		last4 string
	}{
		"a permit of Hong Kong":       {&registryv1.RegisterWorkerRequest{DocumentKind: "hk_macao_permit", DocumentNumber: "H1234567801"}, func(r *registryv1.RegisterWorkerRequest) { r.DocumentNumber = "ｈ12345678 02" }, "7801"},
		"a permit of Taiwan":          {&registryv1.RegisterWorkerRequest{DocumentKind: "taiwan_permit", DocumentNumber: "12345678"}, func(r *registryv1.RegisterWorkerRequest) { r.DocumentNumber = "1234567801(B)" }, "5678"},
		"a permanent residence":       {&registryv1.RegisterWorkerRequest{DocumentKind: "permanent_residence", DocumentNumber: "KAZ110090050612"}, func(r *registryv1.RegisterWorkerRequest) { r.DocumentNumber = "kaz 1100 900506 12" }, "0612"},
		"a passport":                  {&registryv1.RegisterWorkerRequest{DocumentKind: "passport", DocumentNumber: "12345678", DocumentCountry: "KAZ"}, func(r *registryv1.RegisterWorkerRequest) { r.DocumentCountry = "kz" }, "5678"},
		"the same of another country": {&registryv1.RegisterWorkerRequest{DocumentKind: "passport", DocumentNumber: "12345678", DocumentCountry: "KGZ"}, func(*registryv1.RegisterWorkerRequest) {}, "5678"},
	} {
		r := form(1)
		r.DocumentKind, r.DocumentNumber, r.DocumentCountry = c.r.GetDocumentKind(), c.r.GetDocumentNumber(), c.r.GetDocumentCountry()
		if _, err := f.client.RegisterWorker(f.Officer("hrss"), r); errs.CodeOf(err) != "birth_date_missing" {
			t.Errorf("%s, without a birth date: %v", name, err)
		}
		r.BirthDate = "2012-05-06"
		if r.DocumentKind == "permanent_residence" {
			r.BirthDate = "1991-05-06"
			if _, err := f.client.RegisterWorker(f.Officer("hrss"), r); errs.CodeOf(err) != "birth_date_differs" {
				t.Errorf("%s, born otherwise: %v", name, err)
			}
		} else if _, err := f.client.RegisterWorker(f.Officer("hrss"), r); errs.CodeOf(err) != "under_age" {
			t.Errorf("%s, of a child: %v", name, err)
		}
		r.BirthDate = "1990-05-06"
		got, err := f.client.RegisterWorker(f.Officer("hrss"), r)
		if err != nil || got.GetOutcome() != "created" {
			t.Errorf("%s: %v, %v", name, got, err)
			continue
		}
		if p := f.person(t, got.GetWorker()); p.GetDocumentKind() != r.GetDocumentKind() || p.GetDocumentLast4() != c.last4 || p.GetDocumentCountry() != r.GetDocumentCountry() {
			t.Errorf("%s: %v", name, p)
		}
		c.again(r)
		if same, err := f.client.RegisterWorker(f.Officer("hrss"), r); err != nil || same.GetOutcome() != "unchanged" || same.GetWorker() != got.GetWorker() {
			t.Errorf("%s, again: %v, %v", name, same, err)
		}
		found, err := f.client.FindWorker(f.of("hrss", "f-1", home, ""), &registryv1.FindWorkerRequest{DocumentKind: r.GetDocumentKind(), DocumentNumber: r.GetDocumentNumber(), DocumentCountry: r.GetDocumentCountry()})
		if err != nil || found.GetWorker() != got.GetWorker() {
			t.Errorf("%s, looked up: %v, %v", name, found, err)
		}
	}
	// A foreigner's passport gives way to the permanent residence card, and still finds him.
	found, err := f.client.FindWorker(f.of("hrss", "f-1", home, ""), &registryv1.FindWorkerRequest{DocumentKind: "passport", DocumentNumber: "12345678", DocumentCountry: "KAZ"})
	if err != nil {
		t.Fatal(err)
	}
	change, err := f.documents().ProposeDocument(f.keeper("a-1", home), &registryv1.ProposeDocumentRequest{Worker: found.GetWorker(), DocumentKind: "permanent_residence", DocumentNumber: "932682198501010017", ReasonCode: "newly_issued", Paper: "permanent_residence_card"})
	if err != nil {
		t.Fatal(err)
	}
	shown, err := f.documents().GetDocumentCase(f.keeper("a-2", home), &registryv1.GetDocumentCaseRequest{CaseId: change.GetCaseId()})
	if err != nil || shown.GetRegistered().GetBirthDate() != "1990-05-06" || shown.GetWanted().GetBirthDate() != "1985-01-01" {
		t.Errorf("another birth date is not shown: %v, %v", shown, err)
	}
	if err := f.agree(change.GetCaseId()); err != nil {
		t.Fatal(err)
	}
	if p := f.person(t, found.GetWorker()); p.GetDocumentKind() != "permanent_residence" || p.GetDocumentLast4() != "0017" || p.GetDocumentCountry() != "" {
		t.Errorf("%v", p)
	}
	if again, err := f.client.FindWorker(f.of("hrss", "f-1", home, ""), &registryv1.FindWorkerRequest{DocumentKind: "passport", DocumentNumber: "12345678", DocumentCountry: "KAZ"}); err != nil || again.GetWorker() != found.GetWorker() || !again.GetFormer() {
		t.Errorf("by the passport: %v, %v", again, err)
	}
	if state, err := f.object(found.GetWorker(), change.GetCaseId()); err != nil || state != "undone" {
		t.Fatalf("%s, %v", state, err)
	}
	if p := f.person(t, found.GetWorker()); p.GetDocumentKind() != "passport" || p.GetDocumentCountry() != "KAZ" {
		t.Errorf("put back: %v", p)
	}
	if age, err := f.client.CheckAge(f.As(auth.Principal{Kind: auth.Service, Subject: "insurance", Purpose: "age_check"}), &registryv1.CheckAgeRequest{Worker: found.GetWorker(), MinAge: 37, On: "2027-05-06"}); err != nil || !age.GetReached() {
		t.Errorf("the stated birth date counts: %v, %v", age, err)
	}
}

// TestManyAgreeAndObjectAtOnce: whatever comes first, one number finds one person,
// and the record is either as it was or as the last case that holds says.
func TestManyAgreeAndObjectAtOnce(t *testing.T) {
	f := start(t)
	w := f.register(t, 1)
	var ids []string
	for n := range 8 {
		ids = append(ids, f.propose(t, w, number(adult, 10+n)))
	}
	var wg sync.WaitGroup
	for _, id := range ids {
		wg.Go(func() { _ = f.agree(id) })
		wg.Go(func() { _, _ = f.object(w, id) })
	}
	wg.Wait()
	own, err := f.documents().ListDocumentChanges(f.Worker(w), &registryv1.ListDocumentChangesRequest{Worker: w})
	if err != nil {
		t.Fatal(err)
	}
	want := number(adult, 1)
	for i, c := range own.GetChanges() {
		if c.GetCase().GetState() == "applied" && c.GetObjectable() {
			for n, id := range ids {
				if id == c.GetCase().GetCaseId() {
					want = number(adult, 10+n)
				}
			}
		}
		if i > 0 && own.GetChanges()[i-1].GetObjectable() && c.GetObjectable() && c.GetCase().GetState() == "applied" && own.GetChanges()[i-1].GetCase().GetState() == "applied" {
			t.Error("two changes of the number hold")
		}
	}
	if got := f.person(t, w).GetDocumentLast4(); got != want[14:] {
		t.Errorf("the number ends in %s, want %s: %v", got, want[14:], own)
	}
	if got, err := f.find(home, want); err != nil || got.GetWorker() != w || got.GetFormer() {
		t.Errorf("%v, %v", got, err)
	}
}

// The vault knows by what its owners are found, also after a change: who is
// registered again after the registry was lost is who he was.
func TestClosingTakesWhatFindsTheRecordAlong(t *testing.T) {
	f := start(t)
	w := f.register(t, 1)
	if err := f.agree(f.propose(t, w, number(adult, 2))); err != nil {
		t.Fatal(err)
	}
	f.clock.Advance(time.Minute)
	if _, err := f.client.CloseAccount(f.Worker(w), &registryv1.CloseAccountRequest{Worker: w}); err != nil {
		t.Fatal(err)
	}
	for n := 1; n <= 2; n++ {
		if got, err := f.find(home, number(adult, n)); errs.CodeOf(err) != "registry.worker.unknown" {
			t.Errorf("%d finds %v, %v", n, got, err)
		}
		r := form(n)
		r.Name = fmt.Sprintf("叶尔肯·努尔兰%s", []string{"", "甲", "乙"}[n])
		if got, err := f.client.RegisterWorker(f.Officer("hrss"), r); err != nil || got.GetOutcome() != "created" || got.GetWorker() == w {
			t.Errorf("%d: %v, %v", n, got, err)
		}
	}
}

// Of joined records each has what was changed of it put back by itself, and a number
// of the other one finds the person already.
func TestNumbersOfJoinedRecords(t *testing.T) {
	f := start(t)
	w, double := f.register(t, 1), f.second(t, 11, home)
	change := func(w string, n int) string {
		t.Helper()
		id := f.propose(t, w, number(adult, n))
		if err := f.agree(id); err != nil {
			t.Fatal(err)
		}
		return id
	}
	changes := map[string]string{w: change(w, 3), double: change(double, 4)}
	into, alias, _ := f.joined(t, w, double)
	held := f.propose(t, into, number(adult, map[string]int{w: 3, double: 4}[alias]))
	shown, err := f.documents().GetDocumentCase(f.keeper("a-2", home), &registryv1.GetDocumentCaseRequest{CaseId: held})
	if err != nil || !shown.GetHeld() || shown.GetOtherWorker() != into {
		t.Errorf("%v, %v", shown, err)
	}
	if err := f.agree(held); errs.CodeOf(err) != "registry.document_case.joined" {
		t.Errorf("it finds the person already: %v", err)
	}
	if _, err := f.documents().DecideDocument(f.keeper("a-2", home), &registryv1.DecideDocumentRequest{CaseId: held, ReasonCode: "other"}); err != nil {
		t.Error(err)
	}
	change(into, 5)
	if _, err := f.object(into, changes[into]); errs.CodeOf(err) != "registry.document_case.decided" {
		t.Errorf("it was replaced since: %v", err)
	}
	if state, err := f.object(alias, changes[alias]); err != nil || state != "undone" {
		t.Errorf("the other record's own: %v, %v", state, err)
	}
}
