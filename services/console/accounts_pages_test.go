package console_test

import (
	"strings"
	"testing"

	"github.com/qiao-platform/qiao/pkg/auth"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
)

// administrator signs in as one does.
func (f *fixture) administrator(login string) *fixture {
	f.t.Helper()
	f.post("/sign-in", 200, "as", "officer", "login", login, "password", staffPassword)
	f.post("/sign-in/second", 200, "code", totp)
	return f
}

// The list is narrowed, found in and turned; a document number stands in no address.
func TestAccountsAreFoundOnThePage(t *testing.T) {
	f := start(t, true)
	i, a := f.identity("w-1"), f.accounts()
	i.people["sec"] = auth.Principal{Kind: auth.Administrator, Subject: "sec", Department: "security", Division: auth.Everywhere, Role: "administrator"}
	f.administrator("sys")
	f.has(f.get("/admin/accounts?lang=en", 200), "b009", "boss@91654323uk8f0hla1p", "before=acc-2", "Find an account", "staff number of before", "successor")
	f.has(f.post("/admin/accounts/find", 200, "find", " b0 ", "kind", "officer", "state", "invited"), `value="b0"`, "b009")
	if f.at.Query().Get("find") != "b0" || f.at.Query().Get("kind") != "officer" {
		t.Errorf("came to %s", f.at)
	}
	if q := a.asked[len(a.asked)-2]; q.GetFind() != "b0" || q.GetState() != "invited" || q.GetAccountKind() != "officer" {
		t.Errorf("asked for %v", q)
	}
	f.has(f.get("/admin/accounts?find=zzz", 200), "No account is called so", "/admin/accounts")
	f.get("/admin/accounts?kind=worker", 200)
	if q := a.asked[len(a.asked)-2]; q.GetAccountKind() != "" {
		t.Errorf("workers are listed: %v", q)
	}
	f.post("/admin/accounts/find", 403, "find", number) // only the security administrator does so
	if strings.Contains(f.at.String(), number) {
		t.Errorf("the number stands in %s", f.at)
	}
	f.has(f.post("/admin/accounts/acc-9/claim", 409, "staff", "taken"), `value="taken"`, "only before it is used")
	body := f.post("/admin/accounts", 409, "staff", "b009", "role1", "reviewer", "department1", "edu", "covered1", "654322", "role2", "viewer", "department2", "hou", "covered2", "*")
	f.has(body, `value="b009" required`, `value="reviewer" selected`, `value="edu" selected`, `value="654322" selected`, `value="viewer" selected`, `value="hou" selected`)
	if n := strings.Count(body, `value="reviewer" selected`); n != 1 {
		t.Errorf("what was typed stands in %d forms", n)
	}
	f.post("/admin/accounts/acc-9/claim", 200, "staff", "b001")
	if a.claimed.GetStaffNumber() != "b001" || a.claimed.GetAccountId() != "acc-9" {
		t.Errorf("%v", a.claimed)
	}
	f.post("/admin/accounts/acc-3/closing", 200, "staff", "sec-2")
	if a.closing.GetStaffNumber() != "sec-2" {
		t.Errorf("%v", a.closing)
	}

	g := f.another().administrator("sec")
	g.has(g.get("/admin/accounts?lang=en", 200), "by the registration reference or the resident number alone", "End all sign-ins")
	g.has(g.get("/admin/acts", 200), "b009 · takes the number b001", "sys asked", "It is more than the work needs", "Choose")
	g.has(g.post("/admin/acts/act-1", 400, "do", "refuse"), "Choose why it is refused")
	g.post("/admin/acts/act-1", 200, "do", "refuse", "reason", "not_known")
	if a.decided.GetApprove() || a.decided.GetReasonCode() != "not_known" {
		t.Errorf("%v", a.decided)
	}
}

// An officer opens the one account that answers for an employer, and says so where it
// takes another one's place; that user opens and ends the others.
func TestAnEmployersUsersOnThePage(t *testing.T) {
	f := start(t, true)
	i, a := f.identity("w-1"), f.accounts()
	i.people["boss@91654323uk8f0hla1p"] = auth.Principal{Kind: auth.Employer, Subject: "employer-1", Role: "responsible"}
	f.officer()
	form := []string{"employer", "91654323UK8F0HLA1P", "login", "boss"}
	f.has(f.post("/counter", 400, "visitor", "nobody at all"), `value="nobody at all"`)
	f.post("/counter/employer", 400, form...)
	a.answers = true
	body := f.post("/counter/employer?lang=en", 409, append(form, "sure", "yes")...)
	f.has(body, `name="replaces"`, `value="boss"`, `value="91654323UK8F0HLA1P"`)
	f.has(f.get("/counter", 200), `href="/counter/employer"`)
	asked := f.post("/counter/employer?lang=en", 200, append(form, "sure", "yes", "replaces", "yes")...)
	f.has(asked, "A reviewer of the county decides", "next@91654323uk8f0hla1p in the place of boss@91654323uk8f0hla1p", "a001 asked", "ABCD-EFGH")
	if !a.opened.GetReplaces() || strings.Contains(asked, "/sign-in/new?link=") {
		t.Errorf("%v", a.opened)
	}
	f.has(f.post("/counter/employer/act-7", 400, "do", "refuse"), "Choose why it is refused")
	f.has(f.post("/counter/employer/act-7", 200, "do", "refuse", "reason", "not_known"), "goes on")
	f.has(f.post("/counter/employer/act-7", 200, "do", "approve"), "/sign-in/new?link=", "a second word besides")
	if !a.decided.GetApprove() || a.decided.GetActId() != "act-7" {
		t.Errorf("%v", a.decided)
	}

	g := f.another()
	g.post("/sign-in", 200, "as", "employer", "login", "boss@91654323uk8f0hla1p", "password", staffPassword)
	g.post("/sign-in/second", 200, "code", totp)
	g.has(g.get("/me/users?lang=en", 200), "boss@91654323uk8f0hla1p", "answers for the others", "Opened by a001", "A further user", `href="/me/users"`)
	a.replacing = &identityv1.Act{ActKind: "replacing", AskedByStaff: "a007", AskedAt: 1_796_000_000_000_000, LoginName: "next@91654323uk8f0hla1p"}
	g.has(g.get("/me/users", 200), "a007 of the employment office asked", "that next@91654323uk8f0hla1p answers for the company")
	g.has(g.post("/me/users", 400, "login", "x"), `value="x"`, "2 to 24")
	g.has(g.post("/me/users", 200, "login", "office"), "office@91654323uk8f0hla1p", "/sign-in/new?link=")
	g.has(g.post("/me/users/end", 403, "account", "acc-2"), "may not")
	g.has(g.post("/me/users/end", 200, "account", "acc-7"), "Ended")
	if strings.Contains(g.get("/me/users", 200), "office@") {
		t.Error("who was ended is listed")
	}
}

// A worker chooses another office at the sign-in, comes back from there, and is asked to
// join the two where they are not.
func TestAWorkerSignsInByAnotherOffice(t *testing.T) {
	f := start(t, true)
	ref := f.world.someone(t, number, 2)
	f.identity(ref)
	f.has(f.get("/sign-in?as=worker&lang=en", 200), "Sign in by province")
	if strings.Contains(f.get("/sign-in?as=officer", 200), "province") {
		t.Error("officers are sent to another office")
	}
	f.post("/sign-in/outside", 400, "source", "elsewhere")
	f.has(f.get("/sign-in/outside?ticket=known", 200), "Begin again") // nobody went there from here
	f.has(f.post("/sign-in/outside", 200, "source", "province"), `href="https://province.example/login?x=1"`)
	f.has(f.get("/sign-in/outside?ticket=forged", 401), "not right")
	f.post("/sign-in/outside", 200, "source", "province")
	f.has(f.get("/sign-in/outside?ticket=new", 200), "asked whether to join")
	if f.at.Query().Get("next") != "/me/outside" {
		t.Errorf("came to %s", f.at)
	}
	f.post("/sign-in/outside", 200, "source", "province")
	f.get("/sign-in/outside?ticket=known", 200)
	if f.at.Path != "/my" {
		t.Errorf("came to %s", f.at)
	}
}
