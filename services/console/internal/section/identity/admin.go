package identity

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
)

// What the forms offer; the contract names the same.
var (
	roles       = []string{"clerk", "reviewer", "viewer", "operator"}
	departments = []string{"hrss", "edu", "hou", "ops"}
	offices     = []string{"system", "security", "audit"}
	asks        = []string{"grants", "reset", "closing"}
	refusals    = []string{"wrong_person", "too_much", "not_known", "not_needed", "other"}
)

// everywhere is what a right covers that covers all; prefecture is all its counties.
const everywhere, prefecture = "*", "654300"

// grantLines is how many rights a form has room for.
const grantLines = 4

// handed is a link to hand over, which is shown here and nowhere else.
type handed struct {
	To     string
	URL    string
	EndsAt int64
}

// handing is the link's address at the host that the administrator sees.
func handing(v *frame.Visit, to, secret string, ends int64) *handed {
	if secret == "" {
		return nil
	}
	u := url.URL{Scheme: "https", Host: v.R.Host, Path: "/sign-in/new", RawQuery: url.Values{"link": {secret}}.Encode()}
	if v.Plain() {
		u.Scheme = "http"
	}
	return &handed{to, u.String(), ends}
}

// What a list of accounts may be narrowed to; a worker's account stands in none.
var (
	listed = []string{"officer", "administrator", "employer"}
	states = []string{"invited", "open", "closed"}
)

// accountsBody is a page of the accounts of the reader's divisions.
type accountsBody struct {
	Accounts             []*identityv1.Account
	Kinds, States        []string
	Kind, State, Find    string // what the list was narrowed to
	Older                string // the address of the next page
	Office               string // the reader's
	First                []string
	Roles, Departments   []string
	Divisions            []string
	Lines                []int
	Offices, Asks        []string
	Form                 url.Values
	Err                  error
	At                   string // of which form Err is: "first", "account" or an account's id
	Handed               *handed
	Done                 string
	LinkHours, LapseDays int
}

// For is the body for one of the page's forms: what was typed stands again in the form
// that was sent, and in no other.
func (b accountsBody) For(at string) accountsBody {
	if b.At != at {
		b.Form = nil
	}
	return b
}

func (s *pages) accountsPage(v *frame.Visit) error {
	done := v.Query("done")
	if !slices.Contains([]string{"asked", "out"}, done) {
		done = ""
	}
	return s.showAccounts(v, accountsBody{Done: done})
}

// findAccount leads to the accounts that are called so. The security administrator finds a
// worker by a document number too, which comes in a form and never in an address; that
// he looked stands in the worker's own log.
func (s *pages) findAccount(v *frame.Visit) error {
	find := strings.TrimSpace(v.Form("find"))
	if number, _ := ident.NormaliseID(find); len(number) == 18 {
		if _, err := ident.ParseResidentID(number, clock.Today(s.clock)); err == nil {
			r, err := s.registry.FindWorker(v.As(keeping), &registryv1.FindWorkerRequest{DocumentNumber: number, CaseId: ident.NewID()})
			if err != nil {
				return s.showAccounts(v, accountsBody{Err: err, At: "find"})
			}
			find = r.GetWorker()
		}
	}
	return v.Back("/admin/accounts?" + narrowed(find, v.Form("kind"), v.Form("state"), "").Encode())
}

func narrowed(find, kind, state, before string) url.Values {
	q := url.Values{}
	for name, value := range map[string]string{"find": find, "kind": kind, "state": state, "before": before} {
		if value != "" {
			q.Set(name, value)
		}
	}
	return q
}

func (s *pages) showAccounts(v *frame.Visit, b accountsBody) error {
	return signedIn(func(v *frame.Visit) error {
		b.Kinds, b.States, b.Find = listed, states, v.Query("find")
		for query, of := range map[string]struct {
			to    *string
			among []string
		}{"kind": {&b.Kind, listed}, "state": {&b.State, states}} {
			if *of.to = v.Query(query); !slices.Contains(of.among, *of.to) {
				*of.to = ""
			}
		}
		r, err := s.accounts.ListAccounts(v.As(keeping), &identityv1.ListAccountsRequest{Find: b.Find, AccountKind: b.Kind, State: b.State, BeforeId: v.Query("before")})
		if err != nil {
			return err
		}
		three, err := s.accounts.ListAccounts(v.As(keeping), &identityv1.ListAccountsRequest{AccountKind: "administrator", State: "open"})
		if err != nil {
			return err
		}
		b.Accounts, b.Office = r.GetAccounts(), v.In().Department
		if next := r.GetNextBeforeId(); next != "" {
			b.Older = "/admin/accounts?" + narrowed(b.Find, b.Kind, b.State, next).Encode()
		}
		held := map[string]bool{}
		for _, a := range three.GetAccounts() {
			held[a.GetOffice()] = true
		}
		for _, office := range offices[1:] {
			if !held[office] && b.Office == offices[0] {
				b.First = append(b.First, office)
			}
		}
		b.Roles, b.Departments, b.Offices, b.Asks, b.Form = roles, departments, offices, asks, v.R.PostForm
		b.Divisions = append([]string{everywhere, prefecture}, v.P.CountyCodes()...)
		for i := range grantLines {
			b.Lines = append(b.Lines, i+1)
		}
		b.LinkHours, b.LapseDays = s.limit("ID-ACCESS", "link_minutes")/60, s.limit("ID-ACCESS", "act_days")
		return v.Render(status(b.Err), "accounts", frame.Page{Title: "nav.accounts", Nav: "accounts", Body: b})
	})(v)
}

// firstAdministrator makes the link of the security or of the audit administrator.
func (s *pages) firstAdministrator(v *frame.Visit) error {
	staff, err := frame.StaffNumber(v.Form("staff"))
	if err != nil {
		return s.showAccounts(v, accountsBody{Err: err, At: "first"})
	}
	r, err := s.accounts.FirstAdministrators(v.As(keeping), &identityv1.FirstAdministratorsRequest{Office: v.Form("office"), StaffNumber: staff})
	if err != nil {
		return s.showAccounts(v, accountsBody{Err: err, At: "first"})
	}
	return s.showAccounts(v, accountsBody{Handed: handing(v, staff, r.GetLink(), r.GetEndsAt())})
}

// grants reads the lines of rights of a form; a line without a role is none.
func grants(v *frame.Visit) (all []*identityv1.RoleGrant) {
	for i := range grantLines {
		n := strconv.Itoa(i + 1)
		if role := v.Form("role" + n); role != "" {
			all = append(all, &identityv1.RoleGrant{Role: role, Department: v.Form("department" + n), Covered: v.Form("covered" + n)})
		}
	}
	return all
}

// proposeAccount asks for an officer's or an administrator's account.
func (s *pages) proposeAccount(v *frame.Visit) error {
	staff, err := frame.StaffNumber(v.Form("staff"))
	if err != nil {
		return s.showAccounts(v, accountsBody{Err: err, At: "account"})
	}
	req := &identityv1.ProposeAccountRequest{AccountKind: "officer", StaffNumber: staff, Grants: grants(v)}
	if office := v.Form("office"); office != "" {
		req.AccountKind, req.Office, req.Grants = "administrator", office, []*identityv1.RoleGrant{{Role: "administrator", Covered: everywhere}}
	}
	if _, err := s.accounts.ProposeAccount(v.As(keeping), req); err != nil {
		return s.showAccounts(v, accountsBody{Err: err, At: "account"})
	}
	return v.Back("/admin/accounts?done=asked")
}

// propose asks for what an account is to have or to lose.
func (s *pages) propose(v *frame.Visit) (err error) {
	ctx, id := v.As(keeping), v.Path("account")
	switch v.Path("act") {
	case "grants":
		_, err = s.accounts.ProposeGrants(ctx, &identityv1.ProposeGrantsRequest{AccountId: id, Grants: grants(v)})
	case "reset":
		_, err = s.accounts.ProposeReset(ctx, &identityv1.ProposeResetRequest{AccountId: id})
	case "closing":
		_, err = s.accounts.ProposeClosing(ctx, &identityv1.ProposeClosingRequest{AccountId: id, StaffNumber: strings.TrimSpace(v.Form("staff"))})
	case "claim":
		_, err = s.accounts.ProposeClaim(ctx, &identityv1.ProposeClaimRequest{AccountId: id, StaffNumber: strings.TrimSpace(v.Form("staff"))})
	default:
		return frame.ErrNoPage
	}
	if err != nil {
		return s.showAccounts(v, accountsBody{Err: err, At: id})
	}
	return v.Back("/admin/accounts?done=asked")
}

// shutOut ends every sign-in of an account, or of everybody but who asks.
func (s *pages) shutOut(v *frame.Visit) error {
	if err := v.Sure(); err != nil {
		return s.showAccounts(v, accountsBody{Err: err, At: "out"})
	}
	_, err := s.sessions.ShutOut(v.As(keeping), &identityv1.ShutOutRequest{AccountId: v.Form("account")})
	v.Ended()
	if err != nil {
		return s.showAccounts(v, accountsBody{Err: err, At: "out"})
	}
	return v.Back("/admin/accounts?done=out")
}

// actsBody is what waits for a second, and what was decided lately.
type actsBody struct {
	Acts   []*identityv1.Act
	Why    []string // why one refuses
	Err    error
	At     string
	Handed *handed
	Days   int
}

func (s *pages) acts(v *frame.Visit) error { return s.showActs(v, actsBody{}) }

func (s *pages) showActs(v *frame.Visit, b actsBody) error {
	return signedIn(func(v *frame.Visit) error {
		r, err := s.accounts.ListActs(v.As(keeping), &identityv1.ListActsRequest{})
		if err != nil {
			return err
		}
		b.Acts, b.Why, b.Days = r.GetActs(), refusals, s.limit("ID-ACCESS", "act_days")
		return v.Render(status(b.Err), "acts", frame.Page{Title: "nav.acts", Nav: "acts", Body: b})
	})(v)
}

// decide approves or refuses what another asked for.
func (s *pages) decide(v *frame.Visit) error {
	id := v.Path("act")
	r, err := s.accounts.DecideAct(v.As(keeping), &identityv1.DecideActRequest{ActId: id, Approve: v.Form("do") == "approve", ReasonCode: v.Form("reason")})
	v.Ended()
	if err != nil {
		return s.showActs(v, actsBody{Err: err, At: id})
	}
	return s.showActs(v, actsBody{Handed: handing(v, "", r.GetLink(), r.GetEndsAt())})
}

// denialsBody is who was refused what.
type denialsBody struct {
	Denials []*identityv1.Denial
	Whole   bool
	Before  int64
	More    int64
}

func (s *pages) denials(v *frame.Visit) error {
	return signedIn(func(v *frame.Visit) error {
		var before int64
		if q := strings.TrimSpace(v.Query("before")); q != "" {
			n, err := strconv.ParseInt(q, 10, 64)
			if err != nil || n < 1 {
				return frame.ErrNoPage
			}
			before = n
		}
		r, err := s.accounts.ListDenials(v.As(keeping), &identityv1.ListDenialsRequest{Before: before})
		if err != nil {
			return err
		}
		b := denialsBody{Denials: r.GetDenials(), Whole: r.GetWhole(), Before: before}
		if n := len(b.Denials); n > 0 && b.Denials[n-1].GetSeq() > 1 {
			b.More = b.Denials[n-1].GetSeq()
		}
		return v.Render(http.StatusOK, "denials", frame.Page{Title: "nav.denials", Nav: "denials", Body: b})
	})(v)
}
