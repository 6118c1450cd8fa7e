package identity_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/proto/form"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
)

// firms stands in for the employment department: an employer of Altay, and one of Fuyun.
type firms struct{ employmentv1.EmploymentServer }

func (firms) GetEmployer(_ context.Context, r *employmentv1.GetEmployerRequest) (*employmentv1.GetEmployerResponse, error) {
	switch r.GetEmployerId() {
	case "employer-1", "91654301UK8F0HLA1P":
		return &employmentv1.GetEmployerResponse{EmployerId: "employer-1", Uscc: "91654301UK8F0HLA1P", County: "654301"}, nil
	case "employer-2":
		return &employmentv1.GetEmployerResponse{EmployerId: "employer-2", Uscc: "91654322UK8F0HLA1P", County: "654322"}, nil
	case "household-3":
		return &employmentv1.GetEmployerResponse{EmployerId: "household-3", County: "654301", Kind: "household"}, nil
	}
	return nil, errs.New(errs.NotFound, "employment.employer.unknown", "There is no such employer.")
}

func (f *town) opensFirm(employer, name string, replaces bool) (*identityv1.OpenEmployerResponse, error) {
	return f.officer.accounts().OpenEmployer(f.officer.as(cases), &identityv1.OpenEmployerRequest{EmployerId: employer, LoginName: name, Replaces: replaces})
}

// An officer opens the account of who answers for an employer of the own county, once;
// nobody becomes another county's employer, nor takes a name that is another's.
func TestAnEmployersAccountIsItsCountys(t *testing.T) {
	f := settled(t)
	for what, c := range map[string][3]string{
		"another county's":      {"employer-2", "boss", "identity.employer"},
		"nobody's":              {"employer-9", "boss", "identity.employer"},
		"a name of one sign":    {"employer-1", "b", "identity.user_name"},
		"a name with a space":   {"employer-1", "李老板", "identity.user_name"},
		"a name that is longer": {"employer-1", "abcdefghijklmnopqrstuvwxyz", "identity.user_name"},
	} {
		_, err := f.opensFirm(c[0], c[1], false)
		f.wants(what, err, c[2])
	}
	r, err := f.opensFirm("91654301UK8F0HLA1P", "S002@91654322UK8F0HLA1P", false)
	f.must(err)
	if r.GetLoginName() != "s002@91654301uk8f0hla1p" {
		t.Errorf("it is called %q", r.GetLoginName())
	}
	f.fixture.officer(f.system.enter(), f.security.enter(), "s002", clerk) // the number is an officer's still
	h, err := f.opensFirm("household-3", "boss", false)
	f.must(err)
	if h.GetLoginName() != "boss@household-3" {
		t.Errorf("it is called %q", h.GetLoginName())
	}
	_, err = f.opensFirm("employer-1", "mine", false)
	f.wants("a second one who answers for it", err, "identity.responsible")
	before := f.accept(r.GetLink(), "").enter()
	all, err := before.accounts().ListEmployerUsers(before.as(own), &identityv1.ListEmployerUsersRequest{EmployerId: "employer-2"})
	f.must(err)
	if u := all.GetUsers(); len(u) != 1 || !u[0].GetThis() || !u[0].GetResponsible() || u[0].GetOpenedBy() != "a001" || u[0].GetOpenedAt() == 0 {
		t.Errorf("the employer reads %v", u)
	}
	unused, err := f.opensFirm("household-3", "next", true) // whose link nobody used
	f.must(err)
	f.accept(unused.GetLink(), "")
	_, err = f.signIn.OpenLink(f.console, &identityv1.OpenLinkRequest{Link: h.GetLink(), Address: "10.0.0.1"})
	f.wants("the link before", err, "identity.link")
	_, err = f.officer.accounts().ListEmployerUsers(f.officer.as(cases), &identityv1.ListEmployerUsersRequest{EmployerId: "employer-2"})
	f.wants("another county's users", err, "identity.employer")
}

// No officer alone becomes an employer that has somebody who answers for it: another one
// of the county decides, and neither has both what opens the account. Who is to be replaced
// is told, before and after, and signs in nowhere any more.
func TestTwoOfficersReplaceWhoAnswers(t *testing.T) {
	f := settled(t)
	right := func(role, county string) *identityv1.RoleGrant {
		return &identityv1.RoleGrant{Role: role, Department: "hrss", Covered: county}
	}
	more := func(staff string, grants ...*identityv1.RoleGrant) *someone {
		o := f.fixture.officer(f.system.enter(), f.security.enter(), staff, grants...)
		o.desk = "hrss"
		return o
	}
	colleague, reviewer, both := more("a002", right("clerk", "654301")), more("a003", right("reviewer", "654300")), more("a004", right("clerk", "654301"), right("reviewer", "654301"))
	elsewhere, narrow := more("a005", right("reviewer", "654322")), more("a006", right("clerk", "654301"), right("reviewer", "654322"))
	first, err := f.opensFirm("employer-1", "boss", false)
	f.must(err)
	boss := f.accept(first.GetLink(), "").enter()
	decide := func(who *someone, act string, approve bool) (*identityv1.DecideActResponse, error) {
		return who.accounts().DecideAct(who.as(cases), &identityv1.DecideActRequest{ActId: act, Approve: approve, ReasonCode: "not_known"})
	}
	acts := func(who *someone) []*identityv1.Act {
		t.Helper()
		r, err := who.accounts().ListActs(who.as(cases), &identityv1.ListActsRequest{})
		f.must(err)
		return r.GetActs()
	}
	ask := func(who *someone, name string) string {
		t.Helper()
		r, err := who.accounts().OpenEmployer(who.as(cases), &identityv1.OpenEmployerRequest{EmployerId: "employer-1", LoginName: name, Replaces: true})
		f.must(err)
		if r.GetLink() != "" || r.GetAccountId() != "" || r.GetActId() == "" {
			t.Fatalf("one officer alone has %v", r)
		}
		return r.GetActId()
	}
	older := ask(f.officer, "thief")
	act := ask(both, "next")
	for what, c := range map[string]struct {
		who  *someone
		want string
	}{"who asked": {both, "replacing 654301 own"}, "a reviewer": {reviewer, "replacing 654301"}, "a clerk here, reviewer there": {narrow, ""}, "of another county": {elsewhere, ""}, "a clerk": {colleague, ""}} {
		if got := c.who.work("replacing"); got != c.want {
			t.Errorf("%s has %q in the list of work, want %q", what, got, c.want)
		}
	}
	for what, c := range map[string]struct {
		who  *someone
		act  string
		code string
	}{
		"who asked, a reviewer":         {both, act, "identity.act_own"},
		"a clerk":                       {colleague, act, "auth.denied"},
		"a clerk here, reviewer there":  {narrow, act, "identity.act"},
		"a reviewer of another county":  {elsewhere, act, "identity.act"},
		"what a newer one has replaced": {reviewer, older, "identity.act_decided"},
		"nothing":                       {reviewer, "0198c0de-0000-7000-8000-000000000001", "identity.act"},
	} {
		_, err := decide(c.who, c.act, true)
		f.wants(what, err, c.code)
	}
	_, err = f.security.enter().accounts().DecideAct(f.security.as(keeping), &identityv1.DecideActRequest{ActId: act, Approve: true})
	f.wants("an administrator", err, "identity.no_right")
	office := f.system.enter() // an officer decides nothing that administrators do
	rights, err := office.accounts().ProposeReset(office.as(keeping), &identityv1.ProposeResetRequest{AccountId: office.finds(&identityv1.ListAccountsRequest{Find: "a002"}).GetAccounts()[0].GetAccountId()})
	f.must(err)
	_, err = decide(reviewer, rights.GetActId(), true)
	f.wants("an officer about rights", err, "identity.act")
	for name, c := range map[string]struct {
		who       *someone
		sees      int
		decidable bool
	}{"a001": {f.officer, 2, false}, "a004": {both, 2, false}, "a003": {reviewer, 2, true}, "a005": {elsewhere, 0, false}, "a006": {narrow, 2, false}} {
		all := acts(c.who)
		if len(all) != c.sees {
			t.Errorf("%s sees %v", name, all)
			continue
		}
		for _, one := range all {
			if one.GetDecidable() != (c.decidable && one.GetActId() == act) || one.GetSecondWord() != "" || one.GetReplacedLogin() != boss.login {
				t.Errorf("%s sees %v", name, one)
			}
		}
	}
	if r, err := office.accounts().ListActs(office.as(keeping), &identityv1.ListActsRequest{}); err != nil || slices.ContainsFunc(r.GetActs(), func(a *identityv1.Act) bool { return a.GetActKind() == "replacing" }) {
		t.Errorf("an administrator sees %v, %v", r, err)
	}

	told, err := boss.accounts().ListEmployerUsers(boss.as(own), &identityv1.ListEmployerUsersRequest{})
	f.must(err)
	if w := told.GetReplacing(); w.GetAskedByStaff() != "a004" || w.GetLoginName() != "next@91654301uk8f0hla1p" || w.GetAskedAt() == 0 {
		t.Errorf("who is to be replaced reads %v", w)
	}
	_, err = decide(reviewer, act, false)
	f.must(err)
	if told, err = boss.accounts().ListEmployerUsers(boss.as(own), &identityv1.ListEmployerUsersRequest{}); err != nil || told.GetReplacing() != nil {
		t.Errorf("refused, it reads %v, %v", told.GetReplacing(), err)
	}
	if all := boss.lists().GetChanges(); len(all) != 3 || all[0].GetProof() != "place" || all[0].GetRemoved() || !all[1].GetRemoved() || all[1].GetDevice() != "" {
		t.Errorf("the list of what was changed says %v", all)
	}

	act = ask(f.officer, "next")
	approved, err := decide(reviewer, act, true)
	f.must(err)
	_, err = decide(reviewer, act, true)
	f.wants("twice", err, "identity.act_decided")
	_, err = boss.sessions().ListSessions(boss.as(own), &identityv1.ListSessionsRequest{})
	f.wants("the one before", err, "identity.session")
	f.clock.Advance(time.Minute)
	_, err = boss.begin(password)
	f.wants("who knows the password is told", err, "identity.replaced")
	_, err = boss.begin("a guess that is wrong")
	f.wants("nobody else is", err, "identity.sign_in")
	_, err = f.signIn.OpenLink(f.console, &identityv1.OpenLinkRequest{Link: approved.GetLink(), Address: "10.0.0.1"})
	f.wants("who decided has the link, and no word", err, "identity.link_word")
	word := ""
	for _, one := range acts(f.officer) {
		if one.GetActId() == act {
			word = one.GetSecondWord()
		}
	}
	for _, one := range acts(reviewer) {
		if one.GetSecondWord() != "" {
			t.Error("who decided has the word too")
		}
	}
	_, err = f.signIn.OpenLink(f.console, &identityv1.OpenLinkRequest{Link: approved.GetLink(), SecondWord: word, Address: "10.0.0.1"})
	f.must(err)
	next := f.accept(approved.GetLink(), "")
	if word == "" {
		t.Error("who asked has no word")
	}
	all, err := next.enter().accounts().ListEmployerUsers(next.as(own), &identityv1.ListEmployerUsersRequest{})
	f.must(err)
	if u := all.GetUsers(); len(u) != 1 || !u[0].GetThis() || !u[0].GetResponsible() || u[0].GetLoginName() != "next@91654301uk8f0hla1p" {
		t.Errorf("the employer reads %v", u)
	}
	_, err = f.opensFirm("employer-1", "next", true)
	f.wants("a name that is taken", err, "identity.account_taken")
	act = ask(f.officer, "late")
	f.clock.Advance(31 * 24 * time.Hour)
	reviewer.enter()
	_, err = decide(reviewer, act, true)
	f.wants("what has lapsed", err, "identity.act_decided")
}

// An officer types the number or the credit code of the licence, and identity asks the
// employment department by the same: outside of tests no other text is a number.
func TestAnEmployerIsNamedByItsCreditCode(t *testing.T) {
	for _, employer := range []string{"91654301UJWWCK291B", "91654301ujwwck291b", "01a22a3a-4eb6-7364-b5f7-34522f1cdffd"} {
		if err := errors.Join(form.Check(&identityv1.OpenEmployerRequest{EmployerId: employer, LoginName: "boss"}), form.Check(&employmentv1.GetEmployerRequest{EmployerId: employer})); err != nil {
			t.Errorf("%s: %v", employer, err)
		}
	}
}

// Of two officers who open at once one does.
func TestOneAnswersForAnEmployer(t *testing.T) {
	f := settled(t)
	var all sync.WaitGroup
	var mu sync.Mutex
	codes := map[string]int{}
	for _, name := range []string{"first", "second", "third"} {
		all.Go(func() {
			_, err := f.opensFirm("employer-1", name, false)
			mu.Lock()
			defer mu.Unlock()
			codes[errs.CodeOf(err)]++
		})
	}
	all.Wait()
	if codes[""] != 1 || codes["identity.responsible"] != 2 {
		t.Errorf("%v", codes)
	}
}

// Further users are opened, renewed and ended by who answers for them, and by nobody else.
func TestTheResponsibleOpensFurtherUsers(t *testing.T) {
	f := settled(t)
	r, err := f.opensFirm("employer-1", "boss", false)
	f.must(err)
	boss := f.accept(r.GetLink(), "").enter()
	added, err := boss.accounts().AddEmployerUser(boss.as(own), &identityv1.AddEmployerUserRequest{LoginName: "Office"})
	f.must(err)
	if added.GetLoginName() != "office@91654301uk8f0hla1p" {
		t.Errorf("%v", added)
	}
	office := f.accept(added.GetLink(), "").enter()
	_, err = boss.accounts().AddEmployerUser(boss.as(own), &identityv1.AddEmployerUserRequest{LoginName: "office"})
	f.wants("the same name", err, "identity.account_taken")
	list := func(who *someone) (id map[string]string) {
		t.Helper()
		all, err := who.accounts().ListEmployerUsers(who.as(own), &identityv1.ListEmployerUsersRequest{})
		f.must(err)
		id = map[string]string{}
		for _, u := range all.GetUsers() {
			id[u.GetLoginName()] = u.GetAccountId()
		}
		return id
	}
	ids := list(office)
	_, err = office.accounts().AddEmployerUser(office.as(own), &identityv1.AddEmployerUserRequest{LoginName: "friend"})
	f.wants("a further user opens one", err, "auth.denied")
	_, err = office.accounts().EndEmployerUser(office.as(own), &identityv1.EndEmployerUserRequest{AccountId: ids[boss.login]})
	f.wants("a further user ends the responsible one", err, "auth.denied")
	_, err = boss.accounts().EndEmployerUser(boss.as(own), &identityv1.EndEmployerUserRequest{AccountId: ids[boss.login]})
	f.wants("the responsible one ends itself", err, "identity.no_right")
	other, err := f.opensFirm("household-3", "boss", false)
	f.must(err)
	stranger := f.accept(other.GetLink(), "").enter()
	for what, do := range map[string]func() error{
		"renewed": func() error {
			_, err := stranger.accounts().RenewEmployerUser(stranger.as(own), &identityv1.RenewEmployerUserRequest{AccountId: ids[office.login]})
			return err
		},
		"ended": func() error {
			_, err := stranger.accounts().EndEmployerUser(stranger.as(own), &identityv1.EndEmployerUserRequest{AccountId: ids[office.login]})
			return err
		},
	} {
		f.wants("another employer's user "+what, do(), "identity.account")
	}
	renewed, err := boss.accounts().RenewEmployerUser(boss.as(own), &identityv1.RenewEmployerUserRequest{AccountId: ids[office.login]})
	f.must(err)
	_, err = office.sessions().ListSessions(office.as(own), &identityv1.ListSessionsRequest{})
	f.wants("whose link is new", err, "identity.session")
	f.clock.Advance(time.Minute)
	_, err = office.begin(password)
	f.wants("the password before", err, "identity.sign_in")
	office = f.accept(renewed.GetLink(), "").enter()
	_, err = boss.accounts().EndEmployerUser(boss.as(own), &identityv1.EndEmployerUserRequest{AccountId: ids[office.login]})
	f.must(err)
	_, err = office.sessions().ListSessions(office.as(own), &identityv1.ListSessionsRequest{})
	f.wants("who was ended", err, "identity.session")
	if left := list(boss); len(left) != 1 {
		t.Errorf("%v are left", left)
	}
}
