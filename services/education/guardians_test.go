package education_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/testkit"
	educationv1 "github.com/qiao-platform/qiao/proto/gen/education/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
)

// parents is what the registry says of a child with several guardians.
type parents struct {
	f    *fixture
	ids  []string // the references of the child
	all  []*registryv1.ChildGuardian
	news int
}

func (m *parents) answer(id string) *registryv1.GetChildResponse {
	return &registryv1.GetChildResponse{
		Child: &registryv1.Child{ChildId: id, Worker: m.all[0].GetWorker(), Name: "叶尔肯", BirthDate: "2020-05-14"}, Guardians: m.all, ChildIds: m.ids,
	}
}

// household is a child of a mother and a father, who both may decide.
func household(f *fixture) *parents {
	m := &parents{f: f, ids: []string{ident.NewID()}}
	for _, w := range []string{"mother", "father"} {
		m.all = append(m.all, &registryv1.ChildGuardian{GuardianId: "g-" + w, Worker: w, GuardianKind: "parent", State: "active", MayDecide: true})
	}
	f.children.mu.Lock()
	defer f.children.mu.Unlock()
	f.children.families = map[string]*parents{m.ids[0]: m}
	return m
}

// change changes what the registry says of a guardian, and tells of it.
func (m *parents) change(worker string, change func(*registryv1.ChildGuardian), news proto.Message) {
	m.f.t.Helper()
	m.f.children.mu.Lock()
	i := slices.IndexFunc(m.all, func(g *registryv1.ChildGuardian) bool { return g.GetWorker() == worker })
	if i < 0 {
		m.all, i = append(m.all, &registryv1.ChildGuardian{GuardianId: "g-" + worker, Worker: worker, GuardianKind: "grandparent", State: "active", MayDecide: true}), len(m.all)
	}
	change(m.all[i])
	m.news++
	n := m.news
	m.f.children.mu.Unlock()
	m.f.registry.Publish(outbox.Subject{Aggregate: fmt.Sprint("news-", n), Worker: worker}, news)
	m.f.Settle()
}

func (m *parents) ends(worker, why string) {
	m.f.t.Helper()
	m.change(worker, func(g *registryv1.ChildGuardian) { g.State, g.MayDecide, g.EndReasonCode = "ended", false, why }, &registryv1.GuardianEnded{ChildId: m.ids[0], ReasonCode: why})
}

func (m *parents) begins(worker string) {
	m.f.t.Helper()
	m.change(worker, func(g *registryv1.ChildGuardian) {
		g.State, g.MayDecide, g.EndReasonCode, g.Hidden = "active", true, "", nil
	}, &registryv1.GuardianAdded{ChildId: m.ids[0], GuardianKind: "parent"})
}

func (m *parents) hides(from string) {
	m.f.t.Helper()
	m.change(from, func(g *registryv1.ChildGuardian) { g.MayDecide, g.Hidden = false, []string{"school"} }, &registryv1.GuardianChanged{ChildId: m.ids[0]})
}

func (m *parents) applies(worker string) (*educationv1.ApplyForPlaceResponse, error) {
	return m.f.client.ApplyForPlace(m.f.Worker(worker), &educationv1.ApplyForPlaceRequest{Worker: worker, ChildId: m.ids[len(m.ids)-1], Stage: "primary", County: county})
}

// keeps fails unless a guardian and nobody else has the application, in a state.
func (m *parents) keeps(worker, application, state string) {
	m.f.t.Helper()
	for _, g := range m.all {
		got, err := m.f.client.GetApplication(m.f.Worker(g.GetWorker()), &educationv1.GetApplicationRequest{ApplicationId: application})
		if is := err == nil; is != (g.GetWorker() == worker) || is && got.GetApplication().GetState() != state {
			m.f.t.Errorf("%s: %v, %v; %s is to keep it, %s", g.GetWorker(), got.GetApplication(), err, worker, state)
		}
	}
}

func (f *fixture) guardians() educationv1.GuardiansClient {
	return educationv1.GuardiansClient{Caller: f.Client(), Target: "education"}
}

// knows lists of which cases of others somebody knows.
func (f *fixture) knows(worker string) []*educationv1.OtherCase {
	f.t.Helper()
	got, err := f.guardians().ListOtherCases(f.Worker(worker), &educationv1.ListOtherCasesRequest{Worker: worker})
	if err != nil {
		f.t.Fatal(err)
	}
	return got.GetCases()
}

// about lists the events that are a worker's.
func (f *fixture) about(worker string) (all []event.Event) {
	f.t.Helper()
	f.history("") // opens the database
	err := f.db.View(f.t.Context(), func(tx *sqldb.Tx) (err error) {
		all, err = sqldb.Collect(tx, func(s sqldb.Scanner) (event.Event, error) {
			var body []byte
			if err := s.Scan(&body); err != nil {
				return event.Event{}, err
			}
			return event.Parse(body)
		}, `SELECT body FROM event WHERE worker = $1 ORDER BY seq`, worker)
		return err
	})
	if err != nil {
		f.t.Fatal(err)
	}
	return all
}

func TestTheFirstWhoAppliesKeepsTheCase(t *testing.T) {
	f := start(t)
	m := household(f)
	school := f.school("第1小学", 2)
	first, err := m.applies("mother")
	if err != nil {
		t.Fatal(err)
	}
	id := first.GetApplicationId()
	if _, err := m.applies("father"); err == nil || !strings.HasPrefix(err.Error(), "education.application.other") {
		t.Errorf("the second who applies: %v", err)
	}
	if _, err := m.applies("mother"); err == nil || !strings.HasPrefix(err.Error(), "education.application.twice") {
		t.Errorf("the first again: %v", err)
	}
	if _, err := f.client.ApplyForPlace(f.Worker("stranger"), &educationv1.ApplyForPlaceRequest{Worker: "stranger", ChildId: m.ids[0], Stage: "primary", County: county}); err == nil || !strings.HasPrefix(err.Error(), "education.child.unknown") {
		t.Errorf("a stranger: %v", err)
	}
	offer := f.offer(id, school)
	f.delivered("mother", offer)
	m.keeps("mother", id, "offered")
	known := f.knows("father")
	if len(known) != 1 || known[0].String() != (&educationv1.OtherCase{ChildId: m.ids[0], Stage: "primary", Since: "2026-11-02"}).String() {
		t.Errorf("the father knows %v", known)
	}
	if got := f.knows("mother"); len(got) != 0 {
		t.Errorf("the mother knows of another's: %v", got)
	}
	all := f.about("father")
	if len(all) != 1 || all[0].Type != "education.application.known.v1" {
		t.Fatalf("the father's events: %v", all)
	}
	for _, secret := range []string{id, offer, school, county, "mother"} {
		if s := fmt.Sprint(all[0], string(all[0].Data)); strings.Contains(s, secret) {
			t.Errorf("what the father is told holds %s: %s", secret, s)
		}
	}
	for name, call := range map[string]func() error{
		"accept": func() error {
			_, err := f.client.AcceptPlace(f.Worker("father"), &educationv1.AcceptPlaceRequest{OfferId: offer})
			return err
		},
		"decline": func() error {
			_, err := f.client.DeclinePlace(f.Worker("father"), &educationv1.DeclinePlaceRequest{OfferId: offer})
			return err
		},
		"withdraw": func() error {
			_, err := f.client.WithdrawApplication(f.Worker("father"), &educationv1.WithdrawApplicationRequest{ApplicationId: id})
			return err
		},
		"look": func() error {
			_, err := f.client.GetEntry(f.Worker("father"), &educationv1.GetEntryRequest{ApplicationId: id})
			return err
		},
	} {
		if err := call(); err == nil || !strings.Contains(err.Error(), ".unknown") {
			t.Errorf("the father can %s: %v", name, err)
		}
	}
	// Who becomes a guardian later is told likewise, and who is one no more knows nothing.
	m.begins("grandmother")
	if got := f.knows("grandmother"); len(got) != 1 {
		t.Errorf("the grandmother knows %v", got)
	}
	m.ends("father", "custody_lost")
	if got := f.knows("father"); len(got) != 0 {
		t.Errorf("who lost custody knows %v", got)
	}
	m.keeps("mother", id, "offered")
	if _, err := f.client.AcceptPlace(f.Worker("mother"), &educationv1.AcceptPlaceRequest{OfferId: offer}); err != nil {
		t.Error(err)
	}
}

// What is under way goes over with its place and its offer, whatever ends a guardian's
// rights; the time to answer begins anew.
func TestWhatIsUnderWayGoesOver(t *testing.T) {
	for name, end := range map[string]func(m *parents){
		"death":         func(m *parents) { m.ends("mother", "died") },
		"custody":       func(m *parents) { m.ends("mother", "custody_lost") },
		"something hid": func(m *parents) { m.hides("mother") },
		"account closed": func(m *parents) {
			m.f.children.mu.Lock()
			m.all = m.all[1:]
			m.f.children.mu.Unlock()
			m.f.registry.Publish(outbox.Subject{Aggregate: "account-of-mother", Worker: "mother"}, &registryv1.AccountClosed{ClosedOn: "2026-11-02"})
			m.f.Settle()
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := start(t)
			m := household(f)
			school := f.school("第1小学", 1)
			applied, err := m.applies("mother")
			if err != nil {
				t.Fatal(err)
			}
			id, since := applied.GetApplicationId(), f.clock.Now()
			offer := f.offer(id, school)
			f.delivered("mother", offer)
			f.clock.Advance(24 * time.Hour)
			end(m)
			m.keeps("father", id, "offered")
			got := f.application("father", id)
			if got.GetSubmittedAt() != since.UnixMicro() || got.GetOfferId() != offer || got.GetAnswerBy() != 0 || f.free(school) != 0 {
				t.Errorf("the place, the offer or the time: %v", got)
			}
			if _, err := f.client.AcceptPlace(f.Worker("mother"), &educationv1.AcceptPlaceRequest{OfferId: offer}); err == nil {
				t.Error("who is no guardian accepted")
			}
			f.clock.Set(clock.NewDate(2026, 12, 24).Start()) // long after the first time to answer
			f.Settle()
			m.keeps("father", id, "offered")
			var told []string
			for _, e := range f.about("father") {
				told = append(told, e.Type)
			}
			if !slices.Contains(told, "education.application.handed_over.v1") || !slices.Contains(told, "education.offer.handed_over.v1") {
				t.Errorf("he was told %v", told)
			}
			if said := fmt.Sprint(f.about("father")); strings.Contains(said, "hidden") {
				t.Errorf("he was told why: %s", said)
			}
			f.delivered("mother", offer) // late, after it went over
			if got := f.application("father", id); got.GetAnswerBy() != 0 {
				t.Errorf("an arrival at the mother has him answer by %s", time.UnixMicro(got.GetAnswerBy()))
			}
			f.delivered("father", offer)
			if got := f.application("father", id); got.GetAnswerBy() != clock.NewDate(2026, 12, 30).Start().UnixMicro() {
				t.Errorf("he answers by %s", time.UnixMicro(got.GetAnswerBy()))
			}
			if _, err := f.client.AcceptPlace(f.Worker("father"), &educationv1.AcceptPlaceRequest{OfferId: offer}); err != nil {
				t.Fatal(err)
			}
			m.keeps("father", id, "accepted")
		})
	}
}

func TestADeathThatIsReversedGivesBack(t *testing.T) {
	f := start(t)
	m := household(f)
	applied, err := m.applies("mother")
	if err != nil {
		t.Fatal(err)
	}
	id := applied.GetApplicationId()
	m.ends("mother", "died")
	m.keeps("father", id, "submitted")
	m.begins("mother")
	m.keeps("mother", id, "submitted")
	if got := f.knows("father"); len(got) != 1 {
		t.Errorf("the father knows %v", got)
	}
	m.ends("mother", "custody_lost") // what a court decided does not come back by itself
	m.begins("mother")
	m.keeps("father", id, "submitted")
}

// Where nobody is left no clock runs, an officer sees it, and it goes on with whoever
// becomes a guardian.
func TestNobodyIsLeft(t *testing.T) {
	f := start(t)
	m := household(f)
	school := f.school("第1小学", 1)
	applied, err := m.applies("mother")
	if err != nil {
		t.Fatal(err)
	}
	id := applied.GetApplicationId()
	offer := f.offer(id, school)
	f.delivered("mother", offer)
	m.ends("father", "died")
	m.ends("mother", "custody_lost")
	f.delivered("mother", offer) // late, and starts nothing
	f.clock.Set(clock.NewDate(2027, 3, 1).Start())
	f.Settle()
	if got, err := f.client.GetApplication(f.officer(county), &educationv1.GetApplicationRequest{ApplicationId: id}); err != nil || got.GetApplication().GetState() != "offered" || got.GetApplication().GetAnswerBy() != 0 {
		t.Errorf("the officer sees %v, %v", got, err)
	}
	f.shutOut("mother", id, offer)
	list, err := f.guardians().ListDisagreements(f.officer(county), &educationv1.ListDisagreementsRequest{County: county})
	if err != nil || len(list.GetDisagreements()) != 1 || list.GetDisagreements()[0].GetWorker() != "" || list.GetDisagreements()[0].GetDecidable() {
		t.Fatalf("%v, %v", list, err)
	}
	if other, err := f.guardians().ListDisagreements(f.officer("654321"), &educationv1.ListDisagreementsRequest{County: "654321"}); err != nil || len(other.GetDisagreements()) != 0 {
		t.Errorf("another county's: %v, %v", other, err)
	}
	if f.free(school) != 0 {
		t.Error("the place went to somebody else")
	}
	m.begins("grandmother")
	m.keeps("grandmother", id, "offered")
	if list, err := f.guardians().ListDisagreements(f.officer(county), &educationv1.ListDisagreementsRequest{}); errsOr(err) != "auth.division" && len(list.GetDisagreements()) != 0 {
		t.Errorf("%v, %v", list, err)
	}
	f.delivered("grandmother", offer)
	if _, err := f.client.AcceptPlace(f.Worker("grandmother"), &educationv1.AcceptPlaceRequest{OfferId: offer}); err != nil {
		t.Fatal(err)
	}
	m.keeps("grandmother", id, "accepted")
}

// What is offered or decided while nobody is left is told to nobody who lost the right:
// the officer has it in the list, and whoever becomes a guardian is told.
func TestWhatComesWhileNobodyIsLeftIsTheOfficers(t *testing.T) {
	f := start(t)
	m := household(f)
	school := f.school("第1小学", 1)
	applied, err := m.applies("mother")
	if err != nil {
		t.Fatal(err)
	}
	id := applied.GetApplicationId()
	m.ends("father", "died")
	m.ends("mother", "custody_lost")
	offer := f.offer(id, school)
	f.Settle()
	offered := f.history(offer)
	if len(offered) != 1 || offered[0].Type != "education.place.offered.v1" || offered[0].Worker != "" {
		t.Errorf("who lost the right is told: %v", offered)
	}
	list, err := f.guardians().ListDisagreements(f.officer(county), &educationv1.ListDisagreementsRequest{County: county})
	if err != nil || len(list.GetDisagreements()) != 1 || list.GetDisagreements()[0].GetWorker() != "" || !list.GetDisagreements()[0].GetOffered() {
		t.Errorf("the officer sees %v, %v", list, err)
	}
	f.shutOut("mother", id, offer)
	f.registry.Publish(outbox.Subject{Aggregate: "account-of-mother", Worker: "mother"}, &registryv1.AccountClosed{ClosedOn: "2026-11-02"}) // the case is the child's, not hers
	f.Settle()
	m.begins("grandmother")
	m.keeps("grandmother", id, "offered")
	if all := f.history(offer); len(all) != 2 || all[1].Type != "education.offer.handed_over.v1" || all[1].Worker != "grandmother" {
		t.Errorf("who became a guardian is told: %v", all)
	}
	f.delivered("grandmother", offer)
	if _, err := f.client.AcceptPlace(f.Worker("grandmother"), &educationv1.AcceptPlaceRequest{OfferId: offer}); err != nil {
		t.Fatal(err)
	}
}

// shutOut fails unless a guardian who lost the right can do nothing with an
// application, and reads nothing of it.
func (f *fixture) shutOut(worker, id, offer string) {
	f.t.Helper()
	as := f.Worker(worker)
	for name, call := range map[string]func() error{
		"read": func() error {
			_, err := f.client.GetApplication(as, &educationv1.GetApplicationRequest{ApplicationId: id})
			return err
		},
		"read the entry": func() error {
			_, err := f.client.GetEntry(as, &educationv1.GetEntryRequest{ApplicationId: id})
			return err
		},
		"accept": func() error {
			_, err := f.client.AcceptPlace(as, &educationv1.AcceptPlaceRequest{OfferId: offer})
			return err
		},
		"decline": func() error {
			_, err := f.client.DeclinePlace(as, &educationv1.DeclinePlaceRequest{OfferId: offer})
			return err
		},
		"undo": func() error {
			_, err := f.client.UndoAcceptance(as, &educationv1.UndoAcceptanceRequest{OfferId: offer})
			return err
		},
		"withdraw": func() error {
			_, err := f.client.WithdrawApplication(as, &educationv1.WithdrawApplicationRequest{ApplicationId: id})
			return err
		},
	} {
		if err := call(); err == nil || !strings.HasSuffix(errsOr(err), ".unknown") {
			f.t.Errorf("%s can %s: %v", worker, name, err)
		}
	}
	if got, err := f.client.ListApplications(as, &educationv1.ListApplicationsRequest{Worker: worker}); err != nil || len(got.GetApplications()) != 0 {
		f.t.Errorf("%s lists %v, %v", worker, got, err)
	}
}

func errsOr(err error) string {
	if err == nil {
		return ""
	}
	code, _, _ := strings.Cut(err.Error(), ":")
	return code
}

func TestGuardiansWhoDisagreeAreHeard(t *testing.T) {
	for outcome, keeper := range map[string]string{"keep": "mother", "move": "father"} {
		t.Run(outcome, func(t *testing.T) {
			f := start(t)
			m := household(f)
			g := f.guardians()
			applied, err := m.applies("mother")
			if err != nil {
				t.Fatal(err)
			}
			id := applied.GetApplicationId()
			file := &educationv1.FileDisagreementRequest{Worker: "father", ChildId: m.ids[0], Stage: "primary", ReasonCode: "lives_with_me"}
			for name, c := range map[string]struct {
				as   string
				r    *educationv1.FileDisagreementRequest
				code string
			}{
				"the keeper":  {"mother", &educationv1.FileDisagreementRequest{Worker: "mother", ChildId: m.ids[0], Stage: "primary", ReasonCode: "other"}, "education.disagreement.unknown"},
				"a stranger":  {"stranger", &educationv1.FileDisagreementRequest{Worker: "stranger", ChildId: m.ids[0], Stage: "primary", ReasonCode: "other"}, "education.disagreement.unknown"},
				"for another": {"stranger", file, "auth.not_yours"},
				"no reason":   {"father", &educationv1.FileDisagreementRequest{Worker: "father", ChildId: m.ids[0], Stage: "primary", ReasonCode: "so"}, "education.disagreement"},
			} {
				if _, err := g.FileDisagreement(f.Worker(c.as), c.r); errsOr(err) != c.code {
					t.Errorf("%s: %v, want %s", name, err, c.code)
				}
			}
			d, err := g.FileDisagreement(f.Worker("father"), file)
			if err != nil || d.GetDueOn() != "2026-11-17" {
				t.Fatalf("%v, %v", d, err)
			}
			if _, err := g.FileDisagreement(f.Worker("father"), file); errsOr(err) != "education.disagreement.twice" {
				t.Errorf("twice: %v", err)
			}
			if known := f.knows("father"); len(known) != 1 || known[0].GetDisagreementId() != d.GetDisagreementId() {
				t.Errorf("%v", known)
			}
			decide := &educationv1.DecideDisagreementRequest{DisagreementId: d.GetDisagreementId(), Outcome: outcome, ReasonCode: "lives_there"}
			if _, err := g.DecideDisagreement(f.officer("654321"), decide); errsOr(err) != "education.disagreement.unknown" {
				t.Errorf("another county: %v", err)
			}
			if _, err := g.DecideDisagreement(f.officer(county), decide); errsOr(err) != "education.disagreement.hear" {
				t.Errorf("before both were heard: %v", err)
			}
			if _, err := g.HearDisagreement(f.officer(county), &educationv1.HearDisagreementRequest{DisagreementId: d.GetDisagreementId(), Side: "keeper"}); err != nil {
				t.Fatal(err)
			}
			if outcome == "keep" {
				_, err = g.HearDisagreement(f.officer(county), &educationv1.HearDisagreementRequest{DisagreementId: d.GetDisagreementId(), Side: "other"})
			} else {
				f.clock.Set(clock.NewDate(2026, 11, 18).Start())
			}
			if err != nil {
				t.Fatal(err)
			}
			m.keeps("mother", id, "submitted") // until it is decided
			if _, err := g.DecideDisagreement(f.officer(county), decide); err != nil {
				t.Fatal(err)
			}
			if _, err := g.DecideDisagreement(f.officer(county), decide); errsOr(err) != "education.disagreement.decided" {
				t.Errorf("decided twice: %v", err)
			}
			f.Settle()
			m.keeps(keeper, id, "submitted")
			other := map[string]string{"mother": "father", "father": "mother"}[keeper]
			if got := f.knows(other); len(got) != 1 || len(f.knows(keeper)) != 0 {
				t.Errorf("%s knows %v", other, got)
			}
			for _, w := range []string{"mother", "father"} {
				if !slices.ContainsFunc(f.about(w), func(e event.Event) bool { return e.Type == "education.disagreement.decided.v1" }) {
					t.Errorf("%s was not told", w)
				}
			}
			m.begins("grandmother") // and nothing that happens later gives it back
			m.keeps(keeper, id, "submitted")
		})
	}
}

// Who withdraws leaves nothing to disagree about, and the other may apply then.
func TestWithdrawingEndsADisagreement(t *testing.T) {
	f := start(t)
	m := household(f)
	applied, err := m.applies("mother")
	if err != nil {
		t.Fatal(err)
	}
	d, err := f.guardians().FileDisagreement(f.Worker("father"), &educationv1.FileDisagreementRequest{Worker: "father", ChildId: m.ids[0], Stage: "primary", ReasonCode: "other_school"})
	if err != nil {
		t.Fatal(err)
	}
	back := &educationv1.WithdrawDisagreementRequest{DisagreementId: d.GetDisagreementId()}
	if _, err := f.guardians().WithdrawDisagreement(f.Worker("mother"), back); errsOr(err) != "education.disagreement.unknown" {
		t.Errorf("the other takes it back: %v", err)
	}
	if _, err := f.client.WithdrawApplication(f.Worker("mother"), &educationv1.WithdrawApplicationRequest{ApplicationId: applied.GetApplicationId()}); err != nil {
		t.Fatal(err)
	}
	if list, err := f.guardians().ListDisagreements(f.officer(county), &educationv1.ListDisagreementsRequest{County: county}); err != nil || len(list.GetDisagreements()) != 0 {
		t.Errorf("%v, %v", list, err)
	}
	if _, err := f.guardians().WithdrawDisagreement(f.Worker("father"), back); errsOr(err) != "education.disagreement.decided" {
		t.Errorf("what has ended: %v", err)
	}
	if _, err := m.applies("father"); err != nil {
		t.Errorf("the father applies: %v", err)
	}
}

// A child that both parents entered and applied for has one application in the end,
// and the earlier place.
func TestOneChildWithTwoApplications(t *testing.T) {
	for outcome, keeper := range map[string]string{"keep": "mother", "move": "father"} {
		t.Run(outcome, func(t *testing.T) {
			f := start(t)
			m := household(f)
			second := &parents{f: f, ids: []string{ident.NewID()}, all: m.all[1:]}
			m.all = m.all[:1]
			f.children.mu.Lock()
			f.children.families[second.ids[0]] = second
			f.children.mu.Unlock()
			first, err := m.applies("mother")
			if err != nil {
				t.Fatal(err)
			}
			since := f.clock.Now()
			f.clock.Advance(time.Hour)
			later, err := second.applies("father")
			if err != nil {
				t.Fatal(err)
			}
			f.children.mu.Lock()
			m.ids, m.all = append(m.ids, second.ids...), append(m.all, second.all...)
			f.children.families[second.ids[0]] = m
			f.children.mu.Unlock()
			f.registry.Publish(outbox.Subject{Aggregate: "case-1"}, &registryv1.GuardianChanged{ChildId: m.ids[0]})
			f.registry.Publish(outbox.Subject{Aggregate: "case-1", Version: 1}, &registryv1.GuardianChanged{ChildId: m.ids[1]})
			f.Settle()
			list, err := f.guardians().ListDisagreements(f.officer(county), &educationv1.ListDisagreementsRequest{County: county})
			if err != nil || len(list.GetDisagreements()) != 1 || list.GetDisagreements()[0].GetApplicationId() != first.GetApplicationId() {
				t.Fatalf("%v, %v", list, err)
			}
			if known := f.knows("father"); len(known) != 1 || known[0].GetDisagreementId() != "" || known[0].GetDueOn() != "2026-11-17" {
				t.Errorf("the father sees %v", known)
			}
			if got := list.GetDisagreements()[0]; got.GetOtherApplicationId() != later.GetApplicationId() || got.GetKeeper() != "mother" || got.GetWorker() != "father" {
				t.Errorf("%v", got)
			}
			f.clock.Advance(16 * 24 * time.Hour)
			id := list.GetDisagreements()[0].GetDisagreementId()
			if _, err := f.guardians().DecideDisagreement(f.officer(county), &educationv1.DecideDisagreementRequest{DisagreementId: id, Outcome: outcome, ReasonCode: "court_paper"}); err != nil {
				t.Fatal(err)
			}
			m.keeps(keeper, first.GetApplicationId(), "submitted")
			if got := f.application(keeper, first.GetApplicationId()); got.GetSubmittedAt() != since.UnixMicro() {
				t.Errorf("the earlier place: %v", got)
			}
			if got, err := f.client.GetApplication(f.Worker("father"), &educationv1.GetApplicationRequest{ApplicationId: later.GetApplicationId()}); err != nil || got.GetApplication().GetState() != "withdrawn" {
				t.Errorf("%v, %v", got, err)
			}
			if _, err := m.applies("father"); err == nil {
				t.Error("a third application of one child")
			}
		})
	}
}

// Who disagreed already is heard about two applications of the child too.
func TestTwoApplicationsBesideADisagreement(t *testing.T) {
	f := start(t)
	m := household(f)
	second := &parents{f: f, ids: []string{ident.NewID()}, all: m.all[1:]}
	f.children.mu.Lock()
	f.children.families[second.ids[0]] = second
	f.children.mu.Unlock()
	if _, err := m.applies("mother"); err != nil {
		t.Fatal(err)
	}
	if _, err := f.guardians().FileDisagreement(f.Worker("father"), &educationv1.FileDisagreementRequest{Worker: "father", ChildId: m.ids[0], Stage: "primary", ReasonCode: "not_agreed"}); err != nil {
		t.Fatal(err)
	}
	f.clock.Advance(time.Hour)
	later, err := second.applies("father")
	if err != nil {
		t.Fatal(err)
	}
	f.children.mu.Lock()
	m.ids = append(m.ids, second.ids...)
	f.children.families[second.ids[0]] = m
	f.children.mu.Unlock()
	f.registry.Publish(outbox.Subject{Aggregate: "case-1"}, &registryv1.GuardianChanged{ChildId: m.ids[0]})
	f.Settle()
	list, err := f.guardians().ListDisagreements(f.officer(county), &educationv1.ListDisagreementsRequest{County: county})
	if err != nil || len(list.GetDisagreements()) != 2 || !slices.ContainsFunc(list.GetDisagreements(), func(d *educationv1.Disagreement) bool {
		return d.GetOtherApplicationId() == later.GetApplicationId()
	}) {
		t.Errorf("%v, %v", list, err)
	}
}

// An officer's word moves nothing to a guardian who may not decide any more.
func TestNothingMovesToWhomSomethingIsHidden(t *testing.T) {
	f := start(t)
	m := household(f)
	applied, err := m.applies("mother")
	if err != nil {
		t.Fatal(err)
	}
	d, err := f.guardians().FileDisagreement(f.Worker("father"), &educationv1.FileDisagreementRequest{Worker: "father", ChildId: m.ids[0], Stage: "primary", ReasonCode: "other_school"})
	if err != nil {
		t.Fatal(err)
	}
	m.hides("father")
	f.clock.Set(clock.NewDate(2026, 11, 20).Start())
	decide := func(outcome string) error {
		_, err := f.guardians().DecideDisagreement(f.officer(county), &educationv1.DecideDisagreementRequest{DisagreementId: d.GetDisagreementId(), Outcome: outcome, ReasonCode: "lives_there"})
		return err
	}
	if err := decide("move"); errsOr(err) != "education.disagreement" || errs.From(err).Detail["field"] != "outcome" {
		t.Errorf("it moves: %v", err)
	}
	m.keeps("mother", applied.GetApplicationId(), "submitted")
	if err := decide("keep"); err != nil {
		t.Error(err)
	}
}

// Two who closed their accounts soon after each other leave no application behind; that
// of an account that is open stays.
func TestBothCloseTheirAccounts(t *testing.T) {
	f := start(t)
	m := household(f)
	school := f.school("第1小学", 1)
	applied, err := m.applies("mother")
	if err != nil {
		t.Fatal(err)
	}
	id := applied.GetApplicationId()
	f.offer(id, school)
	f.children.mu.Lock()
	delete(f.children.families, m.ids[0])
	f.children.mu.Unlock()
	state := func() string {
		got, err := f.client.GetApplication(f.officer(county), &educationv1.GetApplicationRequest{ApplicationId: id})
		if err != nil {
			t.Fatal(err)
		}
		return got.GetApplication().GetState()
	}
	close := func(worker string) {
		f.registry.Publish(outbox.Subject{Aggregate: "account-of-" + worker, Worker: worker}, &registryv1.AccountClosed{ClosedOn: "2026-11-02"})
		f.Settle()
	}
	f.registry.Publish(outbox.Subject{Aggregate: "news", Worker: "father"}, &registryv1.GuardianEnded{ChildId: m.ids[0], ReasonCode: "account_closed"})
	f.Settle()
	if got := state(); got != "offered" {
		t.Errorf("of an open account: %s", got)
	}
	close("mother")
	close("father")
	if got := state(); got != "withdrawn" || f.free(school) != 1 {
		t.Errorf("%s, free %d", got, f.free(school))
	}
}

// What was applied for a child stays that child's where two turn out not to be one.
func TestPartingTwoChildrenGivesBack(t *testing.T) {
	f := start(t)
	m := household(f)
	second := ident.NewID()
	news := 0
	say := func(first, other *parents) {
		f.children.mu.Lock()
		f.children.families = map[string]*parents{m.ids[0]: first, second: other}
		f.children.mu.Unlock()
		for _, child := range []string{m.ids[0], second} {
			news++
			f.registry.Publish(outbox.Subject{Aggregate: fmt.Sprint("case-", news)}, &registryv1.GuardianChanged{ChildId: child})
		}
		f.Settle()
	}
	both := &parents{f: f, ids: []string{m.ids[0], second}, all: m.all}
	say(both, both)
	applied, err := both.applies("father")
	if err != nil {
		t.Fatal(err)
	}
	say(&parents{f: f, ids: m.ids, all: m.all[:1]}, &parents{f: f, ids: []string{second}, all: m.all[1:]})
	m.keeps("father", applied.GetApplicationId(), "submitted")
	if known := f.knows("mother"); len(known) != 0 {
		t.Errorf("the mother knows %v", known)
	}
	f.children.mu.Lock()
	f.children.families[m.ids[0]].ids = m.ids
	f.children.mu.Unlock()
	if _, err := m.applies("mother"); err != nil {
		t.Errorf("the mother for her own: %v", err)
	}
}

// From whom something is hidden may not choose: the answer is that of one who comes
// second, whether there is an application or not.
func TestFromWhomSomethingIsHiddenDoesNotDecide(t *testing.T) {
	f := start(t)
	m := household(f)
	m.hides("father")
	_, none := m.applies("father")
	if errsOr(none) != "education.application.other" {
		t.Fatalf("before anybody applied: %v", none)
	}
	listed := (&educationv1.OtherCase{ChildId: m.ids[0], Stage: "primary", Since: "2026-11-02"}).String()
	if got := f.knows("father"); len(got) != 1 || got[0].String() != listed {
		t.Errorf("before anybody applied: %v", got)
	}
	f.clock.Advance(48 * time.Hour)
	applied, err := m.applies("mother")
	if err != nil {
		t.Fatal(err)
	}
	f.Settle()
	_, some := m.applies("father")
	if errsOr(some) != "education.application.other" || some.Error() != none.Error() || !maps.Equal(errs.From(some).Detail, errs.From(none).Detail) || errs.From(some).Detail["since"] != "2026-11-02" {
		t.Errorf("%v; before %v", some, none)
	}
	if got := f.knows("father"); len(got) != 1 || got[0].String() != listed {
		t.Errorf("%v", got)
	}
	m.keeps("mother", applied.GetApplicationId(), "submitted")
	testkit.Eventually(t, "he is a guardian as before", func() bool {
		m.begins("father")
		return len(f.knows("father")) == 1
	})
	m.keeps("mother", applied.GetApplicationId(), "submitted")
}
