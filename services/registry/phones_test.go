package registry_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/testkit"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/registry"
)

const hers, newer = "15000018190", "13900018191"

// asks is identity, which alone asks whose a number is.
func (f *fixture) asks() context.Context {
	return f.As(auth.Principal{Kind: auth.Service, Subject: "identity", Purpose: "sign_in"})
}

func (f *fixture) phones() registryv1.PhonesClient {
	return registryv1.PhonesClient{Caller: f.Client(), Target: registry.Name}
}

func (f *fixture) givers(t testing.TB, phone string) (all []string) {
	t.Helper()
	r, err := f.phones().FindPhone(f.asks(), &registryv1.FindPhoneRequest{Phone: phone})
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range r.GetHolders() {
		all = append(all, fmt.Sprint(h.GetWorker(), " ", h.GetContactVia(), " ", time.UnixMicro(h.GetSinceAt()).UTC().Format(time.DateTime)))
	}
	return all
}

func (f *fixture) wants(t testing.TB, what, phone string, want ...string) {
	t.Helper()
	if got := f.givers(t, phone); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// A number finds who gave it, since when and how it was said; the old number of who
// has another finds nobody, and who looked stands in the person's log.
func TestANumberFindsWhoGaveIt(t *testing.T) {
	f := start(t)
	w := f.register(t, 1)
	f.wants(t, "registered at a counter", "150 0001 8190", w+" web 2026-11-02 04:00:00")
	if lines := f.accesses(t, w); len(lines) != 1 || lines[0].GetReader() != "identity" || lines[0].GetPurpose() != "sign_in" {
		t.Errorf("who looked: %v", lines)
	}
	f.clock.Advance(time.Hour)
	update := func(as context.Context, phone, township string) {
		t.Helper()
		if _, err := f.client.UpdateContact(as, &registryv1.UpdateContactRequest{Worker: w, Phone: phone, County: home, Township: township}); err != nil {
			t.Fatal(err)
		}
		f.Settle()
	}
	update(f.Worker(w), hers, "654301001")
	testkit.Eventually(t, "the same number is as old as it was", func() bool {
		return fmt.Sprint(f.givers(t, hers)) == fmt.Sprint([]string{w + " web 2026-11-02 04:00:00"})
	})
	update(f.of("hrss", "a-1", home, w), newer, "654301001")
	testkit.Eventually(t, "another is new", func() bool {
		return fmt.Sprint(f.givers(t, newer)) == fmt.Sprint([]string{w + " counter 2026-11-02 05:00:00"})
	})
	f.wants(t, "the number of before", hers)
	update(f.Worker(w), "", "654301001")
	f.wants(t, "no number", newer)
	if _, err := f.client.CloseAccount(f.Worker(w), &registryv1.CloseAccountRequest{Worker: w}); err != nil {
		t.Fatal(err)
	}
	f.wants(t, "a closed account", newer)
	for _, wrong := range []string{"", "12", "09062123456"} {
		if _, err := f.phones().FindPhone(f.asks(), &registryv1.FindPhoneRequest{Phone: wrong}); errs.CodeOf(err) != "phone_format" {
			t.Errorf("%q: %v", wrong, err)
		}
	}
}

// What a sheet brought is a sheet's, and one number of very many is nobody's.
func TestANumberOfASheetSaysSo(t *testing.T) {
	f := start(t)
	sheet := f.As(auth.Principal{Kind: auth.Officer, Subject: "a-1", Department: "hrss", Division: home, Via: auth.ViaImport, Purpose: "registration"})
	r, err := f.client.RegisterWorker(sheet, form(1))
	if err != nil {
		t.Fatal(err)
	}
	f.wants(t, "a sheet's", hers, r.GetWorker()+" import 2026-11-02 04:00:00")
	for i := range 9 {
		f.register(t, i+2)
	}
	if got := f.givers(t, hers); len(got) != 10 {
		t.Errorf("%d gave it", len(got))
	}
	f.register(t, 11)
	f.wants(t, "a number of eleven", hers)
}

// Nobody but identity learns whose a number is, nor has anything sent.
func TestNobodyElseAsksWhoseANumberIs(t *testing.T) {
	f := start(t)
	w := f.register(t, 1)
	for name, as := range map[string]context.Context{
		"an officer": f.Officer("hrss"), "the worker": f.Worker(w), "an employer": f.Employer("e-1"),
		"the console": f.As(auth.Principal{Kind: auth.Service, Subject: "console", Purpose: "sign_in"}), "housing": f.As(auth.Principal{Kind: auth.Service, Subject: "housing", Purpose: "platform_operation"}),
		"identity, for something else": f.As(auth.Principal{Kind: auth.Service, Subject: "identity", Purpose: "platform_operation"}),
	} {
		if _, err := f.phones().FindPhone(as, &registryv1.FindPhoneRequest{Phone: hers}); errs.KindOf(err) != errs.Denied {
			t.Errorf("%s finds: %v", name, err)
		}
		if _, err := f.phones().SendCode(as, &registryv1.SendCodeRequest{Phone: hers, Code: "1", Minutes: 1}); errs.KindOf(err) != errs.Denied {
			t.Errorf("%s sends: %v", name, err)
		}
	}
	console := f.As(auth.Principal{Kind: auth.Service, Subject: "console", Purpose: "sign_in"})
	if _, err := f.phones().ListSentMessages(console, &registryv1.ListSentMessagesRequest{}); errs.CodeOf(err) != "registry.sending.no_box" {
		t.Errorf("a box beside real people: %v", err)
	}
	if _, err := f.phones().SendCode(f.asks(), &registryv1.SendCodeRequest{Phone: hers, Code: "482913", Minutes: 10}); errs.CodeOf(err) != "registry.sending.none" {
		t.Errorf("without a gateway: %v", err)
	}
	if r, err := f.phones().GetSending(f.asks(), &registryv1.GetSendingRequest{}); err != nil || r.GetPossible() {
		t.Errorf("%v, %v", r, err)
	}
}

// A demonstration shows what telephones would.
func TestADemonstrationShowsWhatIsSent(t *testing.T) {
	c := clock.NewManual(begin)
	f := &fixture{Platform: testkit.NewPlatform(t, c), clock: c, others: map[string]*testkit.Publisher{}}
	f.publishers()
	d := f.Deps(registry.Name)
	d.Demo = true
	s, err := registry.New(context.Background(), d)
	if err != nil {
		t.Fatal(err)
	}
	f.Start(s)
	for i := range 52 {
		if _, err := f.phones().SendCode(f.asks(), &registryv1.SendCodeRequest{Phone: hers, Code: fmt.Sprintf("%06d", i), Minutes: 10}); err != nil {
			t.Fatal(err)
		}
		f.clock.Advance(time.Second)
	}
	r, err := f.phones().ListSentMessages(f.As(auth.Principal{Kind: auth.Service, Subject: "console", Purpose: "sign_in"}), &registryv1.ListSentMessagesRequest{})
	if err != nil || len(r.GetMessages()) != 50 || r.GetMessages()[0].GetCode() != "000051" || r.GetMessages()[0].GetPhone() != hers || r.GetMessages()[0].GetMinutes() != 10 {
		t.Errorf("%v, %v", r, err)
	}
}

// The numbers of records that were there before numbers were kept are found once a
// task has looked at them, a page at a time.
func TestTheNumbersOfBeforeAreFound(t *testing.T) {
	ctx := context.Background()
	f := start(t)
	var all []string
	for i := range 60 { // more than a page
		r := form(i + 1)
		r.Phone = fmt.Sprintf("138000%05d", i)
		got, err := f.client.RegisterWorker(f.Officer("hrss"), r)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, got.GetWorker())
	}
	f.Settle()
	db, err := sqldb.Open(ctx, f.Deps(registry.Name).Database)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := db.Update(ctx, func(tx *sqldb.Tx) error {
		for _, q := range []string{`DELETE FROM telephone`, `UPDATE telephone_fill SET done = 0, position = ''`, `UPDATE worker SET contact_via = '', contact_at = 0`} {
			if _, err := tx.Exec(q); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	f.wants(t, "before", "13800000059")
	second, err := registry.New(ctx, f.Deps(registry.Name)) // an instance that starts later
	if err != nil {
		t.Fatal(err)
	}
	f.Start(second)
	testkit.Eventually(t, "the last of them is found", func() bool { return len(f.givers(t, "13800000059")) == 1 })
	for i, w := range all {
		f.wants(t, "of before", fmt.Sprintf("138000%05d", i), w+"  2026-10-30 16:00:00")
	}
}
