package registry_test

import (
	"testing"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/rpc"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
)

func TestRegisteringAgainChangesNothing(t *testing.T) {
	f := start(t)
	w := f.register(t, 1)
	again := form(1)
	again.DocumentNumber = " " + again.GetDocumentNumber()[:6] + "-" + again.GetDocumentNumber()[6:] // as somebody typed it
	again.Name = "古丽娜尔•阿曼古丽"
	got, err := f.client.RegisterWorker(f.Officer("edu"), again)
	if err != nil || got.GetWorker() != w || got.GetOutcome() != "unchanged" {
		t.Fatalf("%v, %v", got, err)
	}
	other := form(1)
	other.Name = "叶尔肯·努尔兰"
	if _, err := f.client.RegisterWorker(f.Officer("hrss"), other); errs.CodeOf(err) != "registry.worker.identity_conflict" || errs.KindOf(err) != errs.Conflict {
		t.Fatalf("another name: %v", err)
	}
	f.Settle()
	person, err := f.client.GetWorker(f.Worker(w), &registryv1.GetWorkerRequest{Worker: w})
	if err != nil || person.GetPerson().GetName() != "古丽娜尔·阿曼古丽" {
		t.Fatalf("%v, %v", person, err)
	}
}

func TestARepeatGetsTheFirstAnswer(t *testing.T) {
	f := start(t)
	ctx := rpc.Once(f.Officer("hrss"), "key-1")
	first, err := f.client.RegisterWorker(ctx, form(1))
	if err != nil {
		t.Fatal(err)
	}
	second, err := f.client.RegisterWorker(ctx, form(1))
	if err != nil || second.GetWorker() != first.GetWorker() || second.GetOutcome() != "created" {
		t.Fatalf("%v, %v", second, err)
	}
	if _, err := f.client.RegisterWorker(ctx, form(2)); errs.CodeOf(err) != "outbox.key_reused" {
		t.Fatalf("the key for another person: %v", err)
	}
}

func TestRefusedRegistrations(t *testing.T) {
	f := start(t)
	child := clock.NewDate(2011, 1, 1)
	for name, c := range map[string]struct {
		change func(*registryv1.RegisterWorkerRequest)
		code   string
	}{
		"not signed":        {func(r *registryv1.RegisterWorkerRequest) { r.Signed = false }, "not_signed"},
		"no notice":         {func(r *registryv1.RegisterWorkerRequest) { r.NoticeVersion = "" }, "not_signed"},
		"no day":            {func(r *registryv1.RegisterWorkerRequest) { r.RegisteredOn = "" }, "not_signed"},
		"no such day":       {func(r *registryv1.RegisterWorkerRequest) { r.RegisteredOn = "2026-02-30" }, "date_format"},
		"a day to come":     {func(r *registryv1.RegisterWorkerRequest) { r.RegisteredOn = "2026-11-03" }, "registry.worker.registered_later"},
		"a notice in words": {func(r *registryv1.RegisterWorkerRequest) { r.NoticeVersion = "as told by phone" }, "rpc.field"},
		"number too short":  {func(r *registryv1.RegisterWorkerRequest) { r.DocumentNumber = "12345" }, "id_format"},
		"mistyped number":   {func(r *registryv1.RegisterWorkerRequest) { r.DocumentNumber = "654399198503120011" }, "id_checksum"},
		"no such birth":     {func(r *registryv1.RegisterWorkerRequest) { r.DocumentNumber = "654399198513120010" }, "id_birthdate"},
		"a child":           {func(r *registryv1.RegisterWorkerRequest) { r.DocumentNumber = number(child, 1) }, "under_age"},
		"no name":           {func(r *registryv1.RegisterWorkerRequest) { r.Name = " " }, "name_missing"},
		"a phone":           {func(r *registryv1.RegisterWorkerRequest) { r.Phone = "12" }, "phone_format"},
		"a county":          {func(r *registryv1.RegisterWorkerRequest) { r.County = "110101" }, "registry.place.unknown"},
		"the prefecture":    {func(r *registryv1.RegisterWorkerRequest) { r.County = "654300" }, "registry.place.unknown"},
		"a township":        {func(r *registryv1.RegisterWorkerRequest) { r.Township = "654321001" }, "registry.place.unknown"},
		"a language":        {func(r *registryv1.RegisterWorkerRequest) { r.Languages = []string{"Kazakh"} }, "rpc.field"},
		"a judging day":     {func(r *registryv1.RegisterWorkerRequest) { r.AsOf = "soon" }, "rpc.field"},
	} {
		r := form(7)
		c.change(r)
		if _, err := f.client.RegisterWorker(f.Officer("hrss"), r); errs.CodeOf(err) != c.code {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
	}
	f.Settle()
	f.register(t, 7) // nothing of all that stayed
}

// The age is judged on the day that the sheets are of, and EM-04 says the age.
func TestAgeIsJudgedOnTheDayOfTheSheet(t *testing.T) {
	f := start(t)
	r := form(1)
	r.DocumentNumber = number(clock.NewDate(2010, 10, 15), 1)
	r.AsOf, r.RegisteredOn = "2026-10-14", "2026-10-01"
	if _, err := f.client.RegisterWorker(f.Officer("hrss"), r); errs.CodeOf(err) != "under_age" {
		t.Fatalf("the day before the birthday: %v", err)
	}
	r.AsOf = "2026-10-15"
	if _, err := f.client.RegisterWorker(f.Officer("hrss"), r); err != nil {
		t.Fatalf("on the birthday: %v", err)
	}
}

func TestWhoMayRegister(t *testing.T) {
	f := start(t)
	if _, err := f.client.RegisterWorker(f.Employer("e"), form(1)); errs.KindOf(err) != errs.Denied {
		t.Errorf("an employer: %v", err)
	}
	if _, err := f.client.RegisterWorker(f.Officer("psb"), form(1)); errs.KindOf(err) != errs.Denied {
		t.Errorf("the police: %v", err)
	}
	elsewhere := f.As(auth.Principal{Kind: auth.Officer, Subject: "o", Department: "hrss", Division: "654321"})
	if _, err := f.client.RegisterWorker(elsewhere, form(1)); errs.CodeOf(err) != "auth.division" {
		t.Errorf("an officer of another county: %v", err)
	}
	got, err := f.client.RegisterWorker(f.Worker("new"), form(1))
	if err != nil {
		t.Fatalf("the worker alone: %v", err)
	}
	if again, err := f.client.RegisterWorker(f.Worker(got.GetWorker()), form(1)); err != nil || again.GetOutcome() != "unchanged" {
		t.Errorf("himself again: %v, %v", again, err)
	}
	if _, err := f.client.RegisterWorker(f.Worker(got.GetWorker()), form(2)); errs.CodeOf(err) != "auth.not_yours" {
		t.Errorf("a worker registers somebody else: %v", err)
	}
	if _, err := f.client.RegisterWorker(f.Worker("stranger"), form(1)); errs.CodeOf(err) != "auth.not_yours" {
		t.Errorf("a stranger learns of an account: %v", err)
	}
}

func TestUpdateContact(t *testing.T) {
	f := start(t)
	w := f.register(t, 1)
	change := &registryv1.UpdateContactRequest{Worker: w, County: "654321", Languages: []string{"kk-Arab", "zh-Hans"}}
	if _, err := f.client.UpdateContact(f.Worker("other"), change); errs.CodeOf(err) != "auth.not_yours" {
		t.Fatal(err)
	}
	if _, err := f.client.UpdateContact(f.Officer("hrss"), change); errs.CodeOf(err) != "auth.not_yours" {
		t.Fatalf("an officer on his own account: %v", err)
	}
	if _, err := f.client.UpdateContact(f.Counter("hrss", w), change); errs.CodeOf(err) != "registry.contact.moves" {
		t.Fatalf("a counter moves somebody: %v", err)
	}
	if _, err := f.client.UpdateContact(f.Worker(w), change); err != nil {
		t.Fatal(err)
	}
	got, err := f.client.GetWorker(f.Worker(w), &registryv1.GetWorkerRequest{Worker: w})
	if p := got.GetPerson(); err != nil || p.GetPhone() != "" || p.GetCounty() != "654321" || p.GetName() == "" || len(p.GetLanguages()) != 2 {
		t.Fatalf("%v, %v", got, err)
	}
	change.Phone = "nonsense"
	if _, err := f.client.UpdateContact(f.Worker(w), change); errs.CodeOf(err) != "phone_format" {
		t.Fatal(err)
	}
}
