package registry_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/errs"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
)

// of is an officer of a department in a county; one who acts for somebody does
// so at the counter.
func (f *fixture) of(department, staff, county, actsFor string) context.Context {
	p := auth.Principal{Kind: auth.Officer, Subject: staff, Department: department, Division: county, ActsFor: actsFor}
	if actsFor != "" {
		p.Via = auth.ViaCounter
	}
	return f.As(p)
}

// clerk is an officer who works on contact cases in a county.
func (f *fixture) clerk(staff, county string) context.Context {
	return f.As(auth.Principal{Kind: auth.Officer, Subject: staff, Department: "hrss", Division: county, Purpose: "contact_case"})
}

const home, away = "654301", "654321"

func TestLookingUpLeavesATraceAndTellsNothingOfOtherCounties(t *testing.T) {
	f := start(t)
	w := f.register(t, 1)
	stranger := f.As(auth.Principal{Kind: auth.Officer, Subject: "b-1", Department: "hrss", Division: away, Purpose: "registration"})
	nobody := &registryv1.FindWorkerRequest{DocumentNumber: number(adult, 2), CaseId: "case-1"}
	_, there := f.client.FindWorker(stranger, &registryv1.FindWorkerRequest{DocumentNumber: number(adult, 1), CaseId: "case-1"})
	_, none := f.client.FindWorker(stranger, nobody)
	if there == nil || none == nil || there.Error() != none.Error() || errs.CodeOf(there) != "registry.worker.unknown" {
		t.Errorf("the answers differ: %v, %v", there, none)
	}
	lines := f.accesses(t, w)
	if len(lines) != 1 || lines[0].GetReader() != "b-1" || lines[0].GetPurpose() != "registration" || lines[0].GetCaseId() != "case-1" {
		t.Errorf("the person sees who looked: %v", lines)
	}
	for range 58 { // sixty an hour
		if _, err := f.client.FindWorker(stranger, nobody); errs.CodeOf(err) != "registry.worker.unknown" {
			t.Fatal(err)
		}
	}
	if _, err := f.client.FindWorker(stranger, nobody); errs.CodeOf(err) != "registry.lookup.limit" {
		t.Errorf("the sixty-first in an hour: %v", err)
	}
	if got, err := f.client.FindWorker(f.of("hrss", "a-1", home, ""), &registryv1.FindWorkerRequest{DocumentNumber: number(adult, 1)}); err != nil || got.GetWorker() != w {
		t.Errorf("another officer: %v, %v", got, err)
	}
	f.clock.Advance(time.Hour)
	if _, err := f.client.FindWorker(stranger, nobody); errs.CodeOf(err) != "registry.worker.unknown" {
		t.Errorf("an hour later: %v", err)
	}
	for _, department := range []string{"psb", "msb", ""} {
		if _, err := f.client.FindWorker(f.of(department, "c-1", home, ""), nobody); err == nil || errs.CodeOf(err) == "registry.worker.unknown" {
			t.Errorf("%q looks up: %v", department, err)
		}
	}
}

// Registering is no way to look a number up without a trace: only a sheet's rows
// are checked, and who registers again at a counter stands in the log.
func TestRegisteringIsNoLookUp(t *testing.T) {
	f := start(t)
	w := f.register(t, 1)
	check := form(1)
	check.CheckOnly = true
	for name, as := range map[string]context.Context{"a counter": f.of("hrss", "a-1", home, ""), "the person": f.Worker(w), "somebody else": f.Worker("w-9")} {
		if _, err := f.client.RegisterWorker(as, check); errs.CodeOf(err) != "auth.denied" {
			t.Errorf("%s only asks: %v", name, err)
		}
	}
	if got, err := f.client.RegisterWorker(f.of("hrss", "a-1", home, ""), form(1)); err != nil || got.GetOutcome() != "unchanged" {
		t.Fatalf("%v, %v", got, err)
	}
	if lines := f.accesses(t, w); len(lines) != 1 || lines[0].GetReader() != "a-1" {
		t.Errorf("the person sees who learned of the registration: %v", lines)
	}
}

// TestNobodyTakesARecordOver is the way in which it was done: register with the
// number in another county, then change the contact.
func TestNobodyTakesARecordOver(t *testing.T) {
	f := start(t)
	w := f.register(t, 1)
	own := &registryv1.GetWorkerRequest{Worker: w}
	before, err := f.client.GetWorker(f.Worker(w), own)
	if err != nil {
		t.Fatal(err)
	}
	moved, other := form(1), form(1)
	moved.County, moved.Phone = away, "15000018191"
	other.County, other.Name = away, "叶尔肯·努尔兰"
	for name, r := range map[string]*registryv1.RegisterWorkerRequest{"the same name": moved, "another name": other} {
		got, err := f.client.RegisterWorker(f.of("hrss", "b-1", away, ""), r)
		if err != nil || got.GetWorker() != "" || got.GetOutcome() != "requested" {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	change := &registryv1.UpdateContactRequest{Worker: w, County: home, Phone: "15000018191"}
	for name, c := range map[string]struct {
		as   context.Context
		code string
	}{
		"the police at a counter":      {f.of("psb", "p-1", home, w), "auth.denied"},
		"education at a counter":       {f.of("edu", "e-1", home, w), "auth.denied"},
		"another county at a counter":  {f.of("hrss", "b-1", away, w), "auth.not_yours"},
		"the county, for nobody":       {f.of("hrss", "a-1", home, ""), "auth.not_yours"},
		"the county, for another":      {f.of("hrss", "a-1", home, "other"), "auth.not_yours"},
		"another worker as his helper": {f.As(auth.Principal{Kind: auth.Worker, Subject: "h", ActsFor: w, Via: auth.ViaHelper}), "auth.not_yours"},
	} {
		if _, err := f.client.UpdateContact(c.as, change); errs.CodeOf(err) != c.code {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
	}
	after, err := f.client.GetWorker(f.Worker(w), own)
	if err != nil || after.GetPerson().String() != before.GetPerson().String() {
		t.Errorf("the record changed: %v, %v", after, err)
	}
}

func TestTwoOfficersChangeAContactAndThePersonIsTold(t *testing.T) {
	f := start(t)
	w := f.register(t, 1)
	first, second, stranger := f.clerk("a-1", home), f.clerk("a-2", home), f.clerk("b-1", away)
	change := &registryv1.ProposeContactRequest{Worker: w, County: away, Phone: "15000018191", Languages: []string{"kk-Arab"}, ReasonCode: "moved", Paper: "phone_contract"}
	_, foreign := f.client.ProposeContact(stranger, change)
	_, none := f.client.ProposeContact(stranger, &registryv1.ProposeContactRequest{Worker: "none", County: away})
	if errs.CodeOf(foreign) != "registry.worker.unknown" || errs.CodeOf(none) != "registry.worker.unknown" {
		t.Errorf("an officer who may not know the person: %v, %v", foreign, none)
	}
	opened, err := f.client.ProposeContact(first, change)
	if err != nil {
		t.Fatal(err)
	}
	yes := &registryv1.DecideContactRequest{CaseId: opened.GetCaseId(), Approve: true}
	for name, c := range map[string]struct {
		as   context.Context
		code string
	}{
		"who opened it":                    {first, "registry.contact_case.own"},
		"the same, written otherwise":      {f.clerk("A-1", home), "registry.contact_case.own"},
		"an officer of another county":     {stranger, "registry.contact_case.unknown"},
		"an officer of another department": {f.of("edu", "e-1", home, ""), "auth.denied"},
	} {
		if _, err := f.client.DecideContact(c.as, yes); errs.CodeOf(err) != c.code {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
	}
	if list, err := f.client.ListContactCases(stranger, &registryv1.ListContactCasesRequest{}); err != nil || len(list.GetCases()) != 0 {
		t.Errorf("another county's list: %v, %v", list, err)
	}
	if list, err := f.client.ListContactCases(second, &registryv1.ListContactCasesRequest{}); err != nil || len(list.GetCases()) != 1 || !list.GetCases()[0].GetDecidable() || list.GetCases()[0].GetWorker() != w {
		t.Errorf("the second officer's list: %v, %v", list, err)
	}
	if _, err := f.client.DecideContact(second, yes); err != nil {
		t.Fatal(err)
	}
	if _, err := f.client.DecideContact(second, yes); errs.CodeOf(err) != "registry.contact_case.decided" {
		t.Errorf("twice: %v", err)
	}
	f.Settle()
	got, err := f.client.GetWorker(f.Worker(w), &registryv1.GetWorkerRequest{Worker: w})
	if p := got.GetPerson(); err != nil || p.GetCounty() != away || p.GetPhone() != "15000018191" {
		t.Errorf("%v, %v", got, err)
	}
	told, err := f.client.ListMessages(f.Worker(w), &registryv1.ListMessagesRequest{Worker: w})
	if err != nil || len(told.GetMessages()) != 2 || told.GetMessages()[0].GetTemplate() != "registry.contact.changed" || told.GetMessages()[1].GetTemplate() != "registry.contact.asked" {
		t.Errorf("the person is not told: %v, %v", told, err)
	}
	var readers []string
	for _, l := range f.accesses(t, w) {
		readers = append(readers, l.GetReader())
	}
	if len(readers) != 2 || readers[0] != "a-2" || readers[1] != "a-1" {
		t.Errorf("both are logged: %v", readers)
	}
	// What the person changed since is never overwritten.
	opened, err = f.client.ProposeContact(f.clerk("b-1", away), &registryv1.ProposeContactRequest{Worker: w, County: home})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.client.UpdateContact(f.Worker(w), &registryv1.UpdateContactRequest{Worker: w, County: away, Phone: "15000018192"}); err != nil {
		t.Fatal(err)
	}
	late := f.clerk("b-2", away)
	if _, err := f.client.DecideContact(late, &registryv1.DecideContactRequest{CaseId: opened.GetCaseId(), Approve: true}); errs.CodeOf(err) != "registry.contact_case.stale" {
		t.Errorf("over the person's own word: %v", err)
	}
	if _, err := f.client.DecideContact(late, &registryv1.DecideContactRequest{CaseId: opened.GetCaseId()}); err != nil {
		t.Errorf("refusing it: %v", err)
	}
}

// What the second officer sees, and what nobody else does.
func TestAContactCaseIsReadByWhoWorksOnIt(t *testing.T) {
	f := start(t)
	w := f.register(t, 1)
	for field, change := range map[string]*registryv1.ProposeContactRequest{
		"reason_code": {Worker: w, County: home, ReasonCode: "because"},
		"paper":       {Worker: w, County: home, Paper: "a_letter"},
	} {
		if _, err := f.client.ProposeContact(f.clerk("a-1", home), change); errs.CodeOf(err) != "registry.contact_case.reason" || errs.From(err).Detail["field"] != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	opened, err := f.client.ProposeContact(f.clerk("a-1", home), &registryv1.ProposeContactRequest{Worker: w, County: home, Phone: "15000018191", ReasonCode: "phone_changed"})
	if err != nil {
		t.Fatal(err)
	}
	one := &registryv1.GetContactCaseRequest{CaseId: opened.GetCaseId()}
	got, err := f.client.GetContactCase(f.clerk("a-2", home), one)
	if err != nil || !got.GetCase().GetDecidable() || got.GetWanted().GetPhone() != "15000018191" || got.GetRegistered().GetPhone() == "15000018191" || got.GetName() == "" ||
		got.GetCase().GetReasonCode() != "phone_changed" || got.GetCase().GetPaper() != "none" {
		t.Errorf("the second officer: %v, %v", got, err)
	}
	if got, err := f.client.GetContactCase(f.clerk("a-1", home), one); err != nil || got.GetCase().GetDecidable() {
		t.Errorf("who opened it: %v, %v", got, err)
	}
	lines := f.accesses(t, w)
	if len(lines) != 3 || lines[0].GetReader() != "a-1" || lines[1].GetReader() != "a-2" || lines[1].GetCaseId() != opened.GetCaseId() {
		t.Errorf("each look is in the person's log: %v", lines)
	}
	no := &registryv1.DecideContactRequest{CaseId: opened.GetCaseId(), ReasonCode: "no_reason"}
	if _, err := f.client.DecideContact(f.clerk("a-2", home), no); errs.CodeOf(err) != "registry.contact_case.reason" {
		t.Errorf("refusing for a reason that is none: %v", err)
	}
	no.ReasonCode = "paper_missing"
	if _, err := f.client.DecideContact(f.clerk("a-2", home), no); err != nil {
		t.Fatal(err)
	}
	if got, err := f.client.GetContactCase(f.clerk("a-1", home), one); err != nil || got.GetCase().GetState() != "refused" || got.GetCase().GetRefusalReasonCode() != "paper_missing" || got.GetWanted() != nil {
		t.Errorf("what became of it, and no contact: %v, %v", got, err)
	}
	_, foreign := f.client.GetContactCase(f.clerk("b-1", away), one)
	_, none := f.client.GetContactCase(f.clerk("b-1", away), &registryv1.GetContactCaseRequest{CaseId: w})
	if errs.CodeOf(foreign) != "registry.contact_case.unknown" || errs.CodeOf(none) != errs.CodeOf(foreign) {
		t.Errorf("another county's case and none: %v, %v", foreign, none)
	}
}

// The person's word counts more than that of two officers: it ends what waits,
// and puts back what was changed.
func TestThePersonObjectsToAChange(t *testing.T) {
	f := start(t)
	w := f.register(t, 1)
	person := func() string {
		got, err := f.client.GetWorker(f.Worker(w), &registryv1.GetWorkerRequest{Worker: w})
		if err != nil {
			t.Fatal(err)
		}
		return got.GetPerson().String()
	}
	before := person()
	propose := func() string {
		got, err := f.client.ProposeContact(f.clerk("a-1", home), &registryv1.ProposeContactRequest{Worker: w, County: home, Phone: "15000018191", Languages: []string{"kk-Arab"}})
		if err != nil {
			t.Fatal(err)
		}
		return got.GetCaseId()
	}
	agree := func(id string) error {
		_, err := f.client.DecideContact(f.clerk("a-2", home), &registryv1.DecideContactRequest{CaseId: id, Approve: true})
		return err
	}
	object := func(as context.Context, id string) (string, error) {
		got, err := f.client.ObjectContact(as, &registryv1.ObjectContactRequest{CaseId: id})
		return got.GetState(), err
	}
	waiting := propose()
	_, foreign := object(f.Worker("other"), waiting)
	_, none := object(f.Worker("other"), w)
	if errs.CodeOf(foreign) != "registry.contact_case.unknown" || errs.CodeOf(none) != errs.CodeOf(foreign) {
		t.Errorf("another's word: %v; about none: %v", foreign, none)
	}
	if _, err := object(f.As(auth.Principal{Kind: auth.Worker, Subject: "h", ActsFor: w, Via: auth.ViaHelper}), waiting); errs.CodeOf(err) != "registry.contact_case.unknown" {
		t.Errorf("a helper's word: %v", err)
	}
	if state, err := object(f.Worker(w), waiting); err != nil || state != "objected" {
		t.Fatalf("%s, %v", state, err)
	}
	if err := agree(waiting); errs.CodeOf(err) != "registry.contact_case.decided" {
		t.Errorf("agreeing over it: %v", err)
	}
	made := propose()
	if err := agree(made); err != nil {
		t.Fatal(err)
	}
	if person() == before {
		t.Fatal("nothing was changed")
	}
	if state, err := object(f.Worker(w), made); err != nil || state != "undone" {
		t.Fatalf("%s, %v", state, err)
	}
	if got := person(); got != before {
		t.Errorf("put back: %s, was %s", got, before)
	}
	if _, err := object(f.Worker(w), made); errs.CodeOf(err) != "registry.contact_case.decided" {
		t.Errorf("twice: %v", err)
	}
	since := propose()
	if err := agree(since); err != nil {
		t.Fatal(err)
	}
	if _, err := f.client.UpdateContact(f.Worker(w), &registryv1.UpdateContactRequest{Worker: w, County: home, Phone: "15000018192"}); err != nil {
		t.Fatal(err)
	}
	if _, err := object(f.Worker(w), since); errs.CodeOf(err) != "registry.contact_case.since" {
		t.Errorf("over the person's own newer word: %v", err)
	}
	list, err := f.client.ListContactChanges(f.Worker(w), &registryv1.ListContactChangesRequest{Worker: w})
	if err != nil || len(list.GetCases()) != 3 {
		t.Fatalf("%v, %v", list, err)
	}
	var states []string
	for _, c := range list.GetCases() {
		states = append(states, c.GetState())
		if c.GetOfficer() != "a-1" || c.GetDecidable() {
			t.Errorf("%v", c)
		}
	}
	if !slices.Equal(states, []string{"applied", "undone", "objected"}) || list.GetCases()[1].GetDecidedBy() != "a-2" || list.GetCases()[2].GetObjectedAt() == 0 {
		t.Errorf("the person's list: %v", list)
	}
	for name, as := range map[string]context.Context{"another": f.Worker("other"), "a helper": f.As(auth.Principal{Kind: auth.Worker, Subject: "h", ActsFor: w, Via: auth.ViaHelper})} {
		if _, err := f.client.ListContactChanges(as, &registryv1.ListContactChangesRequest{Worker: w}); errs.CodeOf(err) != "auth.not_yours" {
			t.Errorf("%s reads it: %v", name, err)
		}
	}
}

// TestAMoveIsDecidedWhereThePersonIsRegistered: a registration with a number
// that another county knows waits for that county.
func TestAMoveIsDecidedWhereThePersonIsRegistered(t *testing.T) {
	f := start(t)
	w := f.register(t, 1)
	moved := form(1)
	moved.County = away
	if got, err := f.client.RegisterWorker(f.of("hrss", "b-1", away, ""), moved); err != nil || got.GetOutcome() != "requested" {
		t.Fatalf("%v, %v", got, err)
	}
	mine, err := f.client.ListContactCases(f.clerk("b-1", away), &registryv1.ListContactCasesRequest{})
	if err != nil || len(mine.GetCases()) != 1 || mine.GetCases()[0].GetWorker() != "" || mine.GetCases()[0].GetDecidable() {
		t.Fatalf("who asked sees the case, not the person: %v, %v", mine, err)
	}
	yes := &registryv1.DecideContactRequest{CaseId: mine.GetCases()[0].GetCaseId(), Approve: true}
	if _, err := f.client.DecideContact(f.clerk("b-2", away), yes); errs.CodeOf(err) != "registry.contact_case.unknown" {
		t.Errorf("two officers of the county that asks: %v", err)
	}
	if _, err := f.client.DecideContact(f.clerk("a-1", home), yes); err != nil {
		t.Fatal(err)
	}
	if got, err := f.client.GetWorker(f.Worker(w), &registryv1.GetWorkerRequest{Worker: w}); err != nil || got.GetPerson().GetCounty() != away {
		t.Errorf("%v, %v", got, err)
	}
}

func TestOnlyTheRightCounterActsForAPerson(t *testing.T) {
	f := start(t)
	w := f.register(t, 1)
	for name, as := range map[string]context.Context{
		"the police":      f.of("psb", "p", home, w),
		"a far county":    f.of("hou", "o", away, w),
		"for nobody":      f.of("hou", "o", home, ""),
		"no department":   f.of("", "o", home, w),
		"another's child": f.Worker("other"),
	} {
		for what, err := range map[string]error{
			"a consent":    second(f.client.GrantConsent(as, grant(w))),
			"a child":      second(f.client.RegisterChild(as, child(w))),
			"a correction": second(f.client.CorrectFact(as, &registryv1.CorrectFactRequest{Worker: w, Source: "housing", SourceId: "l", Kind: "lease", ReasonCode: "other"})),
		} {
			if k := errs.KindOf(err); k != errs.Denied && k != errs.NotFound && k != errs.Unauthenticated {
				t.Errorf("%s, %s: %v", name, what, err)
			}
		}
	}
	if _, err := f.client.RegisterChild(f.of("edu", "e", home, w), child(w)); err != nil {
		t.Errorf("education's counter in the county: %v", err)
	}
}

// A sheet that is imported again, a form that is sent again: who asks for the same
// while it waits is given the case that waits, and the person is told once.
func TestTheSameChangeIsAskedForOnce(t *testing.T) {
	f := start(t)
	w := f.register(t, 1)
	row := form(1)
	row.County, row.Phone = away, "15000018191"
	sheet := f.As(auth.Principal{Kind: auth.Officer, Subject: "import", Department: "hrss", Division: away, Via: auth.ViaImport})
	waiting := func(want int, when string) []*registryv1.ContactCase {
		t.Helper()
		got, err := f.client.ListContactCases(f.clerk("a-1", home), &registryv1.ListContactCasesRequest{})
		if err != nil || len(got.GetCases()) != want {
			t.Fatalf("%s: %d cases wait, want %d: %v", when, len(got.GetCases()), want, err)
		}
		return got.GetCases()
	}
	for range 3 {
		if got, err := f.client.RegisterWorker(sheet, row); err != nil || got.GetOutcome() != "requested" {
			t.Fatalf("%v, %v", got, err)
		}
	}
	first := waiting(1, "the sheet again")[0].GetCaseId()
	row.Phone = "15000018192"
	if _, err := f.client.RegisterWorker(sheet, row); err != nil {
		t.Fatal(err)
	}
	waiting(2, "another telephone")
	f.Settle()
	if box, err := f.client.ListMessages(f.Worker(w), &registryv1.ListMessagesRequest{Worker: w}); err != nil || len(box.GetMessages()) != 2 {
		t.Errorf("the person is told of each once: %v, %v", box, err)
	} else if rest, err := f.client.ListMessages(f.Worker(w), &registryv1.ListMessagesRequest{Worker: w, Skip: 1}); err != nil || len(rest.GetMessages()) != 1 || rest.GetMessages()[0].GetMessageId() != box.GetMessages()[1].GetMessageId() {
		t.Errorf("but for the newest: %v, %v", rest, err)
	}
	change := &registryv1.ProposeContactRequest{Worker: w, Phone: "15000018193", County: home, ReasonCode: "phone_changed", Paper: "resident_card"}
	var ids []string
	for _, officer := range []string{"a-1", "a-1", "a-2"} {
		got, err := f.client.ProposeContact(f.clerk(officer, home), change)
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, got.GetCaseId())
	}
	if ids[0] != ids[1] || ids[0] != ids[2] {
		t.Errorf("one change is three cases: %v", ids)
	}
	if _, err := f.client.DecideContact(f.clerk("a-2", home), &registryv1.DecideContactRequest{CaseId: first, ReasonCode: "paper_missing"}); err != nil {
		t.Fatal(err)
	}
	row.Phone = "15000018191"
	if _, err := f.client.RegisterWorker(sheet, row); err != nil {
		t.Fatal(err)
	}
	for _, c := range waiting(3, "after it was refused") {
		if c.GetCaseId() == first {
			t.Error("a case that was refused came back")
		}
	}
}
