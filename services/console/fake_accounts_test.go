package console_test

import (
	"context"
	"strings"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/errs"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
)

// fakeAccounts is what identity keeps of accounts, as far as pages show it.
type fakeAccounts struct {
	identityv1.AccountsServer

	asked   []*identityv1.ListAccountsRequest
	claimed *identityv1.ProposeClaimRequest
	closing *identityv1.ProposeClosingRequest
	decided *identityv1.DecideActRequest
	opened  *identityv1.OpenEmployerRequest
	users   []*identityv1.EmployerUser
	answers bool // the employer has a user who answers for it

	replacing *identityv1.Act
}

func (a *fakeAccounts) ListAccounts(_ context.Context, r *identityv1.ListAccountsRequest) (*identityv1.ListAccountsResponse, error) {
	a.asked = append(a.asked, r)
	all := []*identityv1.Account{
		{AccountId: "acc-9", AccountKind: "officer", Subject: "b009", LoginName: "b009", State: "invited", Grants: []*identityv1.RoleGrant{{Role: "clerk", Department: "hrss", Covered: "654301"}}},
		{AccountId: "acc-3", AccountKind: "administrator", Subject: "sec-1", Office: "security", State: "open"},
		{AccountId: "acc-2", AccountKind: "employer", Subject: "employer-1", LoginName: "boss@91654323uk8f0hla1p", State: "open"},
	}
	out := &identityv1.ListAccountsResponse{}
	for _, one := range all {
		if (r.GetFind() == "" || strings.HasPrefix(one.GetSubject(), r.GetFind())) && (r.GetAccountKind() == "" || r.GetAccountKind() == one.GetAccountKind()) {
			out.Accounts = append(out.Accounts, one)
		}
	}
	if r.GetFind() == "" && r.GetBeforeId() == "" {
		out.NextBeforeId = "acc-2"
	}
	return out, nil
}

func (a *fakeAccounts) ProposeAccount(context.Context, *identityv1.ProposeAccountRequest) (*identityv1.ProposeAccountResponse, error) {
	return nil, errs.New(errs.Conflict, "identity.account_taken", "One.")
}

func (a *fakeAccounts) ProposeClaim(_ context.Context, r *identityv1.ProposeClaimRequest) (*identityv1.ProposeClaimResponse, error) {
	if r.GetStaffNumber() == "taken" {
		return nil, errs.New(errs.Conflict, "identity.claim", "No.")
	}
	a.claimed = r
	return &identityv1.ProposeClaimResponse{ActId: "act-1"}, nil
}

func (a *fakeAccounts) ProposeClosing(_ context.Context, r *identityv1.ProposeClosingRequest) (*identityv1.ProposeClosingResponse, error) {
	a.closing = r
	return &identityv1.ProposeClosingResponse{ActId: "act-2"}, nil
}

func (a *fakeAccounts) ListActs(ctx context.Context, _ *identityv1.ListActsRequest) (*identityv1.ListActsResponse, error) {
	if p, err := auth.FromContext(ctx); err != nil || p.Kind == auth.Officer {
		one := &identityv1.Act{ActId: "act-7", ActKind: "replacing", LoginName: "next@91654323uk8f0hla1p", ReplacedLogin: "boss@91654323uk8f0hla1p", AskedByStaff: "a001", State: "waiting", Decidable: true, AskedAt: 1_796_000_000_000_000}
		two := &identityv1.Act{ActId: "act-6", ActKind: "replacing", LoginName: "new@91654323uk8f0hla2p", ReplacedLogin: "old@91654323uk8f0hla2p", AskedByStaff: "a001", State: "approved", DecidedByStaff: "a002", SecondWord: "ABCD-EFGH", AskedAt: 1_796_000_000_000_000, DecidedAt: 1_796_000_000_000_000}
		return &identityv1.ListActsResponse{Acts: []*identityv1.Act{one, two}}, err
	}
	return &identityv1.ListActsResponse{Acts: []*identityv1.Act{
		{ActId: "act-1", ActKind: "claim", AccountId: "acc-9", Subject: "b009", StaffNumber: "b001", AskedByStaff: "sys", State: "waiting", Decidable: true, AskedAt: 1_796_000_000_000_000},
		{ActId: "act-0", ActKind: "grants", Subject: "b002", AskedByStaff: "sys", State: "refused", DecidedByStaff: "sec-1", ReasonCode: "too_much", AskedAt: 1_796_000_000_000_000, DecidedAt: 1_796_000_000_000_000},
	}}, nil
}

func (a *fakeAccounts) DecideAct(_ context.Context, r *identityv1.DecideActRequest) (*identityv1.DecideActResponse, error) {
	if !r.GetApprove() && r.GetReasonCode() == "" {
		return nil, errs.New(errs.Invalid, "identity.refusal", "Why?")
	}
	a.decided = r
	if r.GetActId() == "act-7" && r.GetApprove() {
		return &identityv1.DecideActResponse{State: "approved", Link: secret(), EndsAt: 1_796_000_000_000_000}, nil
	}
	return &identityv1.DecideActResponse{State: "refused"}, nil
}

func (a *fakeAccounts) OpenEmployer(_ context.Context, r *identityv1.OpenEmployerRequest) (*identityv1.OpenEmployerResponse, error) {
	if a.answers && !r.GetReplaces() {
		return nil, errs.New(errs.Conflict, "identity.responsible", "One.")
	}
	a.opened = r
	if r.GetReplaces() {
		return &identityv1.OpenEmployerResponse{ActId: "act-7"}, nil
	}
	return &identityv1.OpenEmployerResponse{LoginName: r.GetLoginName() + "@91654323uk8f0hla1p", Link: secret(), EndsAt: 1_796_000_000_000_000}, nil
}

func (a *fakeAccounts) ListEmployerUsers(ctx context.Context, _ *identityv1.ListEmployerUsersRequest) (*identityv1.ListEmployerUsersResponse, error) {
	if p, err := auth.FromContext(ctx); err != nil || p.Kind != auth.Employer {
		return nil, auth.ErrDenied
	}
	return &identityv1.ListEmployerUsersResponse{Users: a.users, Replacing: a.replacing}, nil
}

func (a *fakeAccounts) AddEmployerUser(_ context.Context, r *identityv1.AddEmployerUserRequest) (*identityv1.AddEmployerUserResponse, error) {
	if len(r.GetLoginName()) < 2 {
		return nil, errs.New(errs.Invalid, "identity.user_name", "No.")
	}
	a.users = append(a.users, &identityv1.EmployerUser{AccountId: "acc-7", LoginName: r.GetLoginName() + "@91654323uk8f0hla1p", State: "invited", OpenedBy: "boss@91654323uk8f0hla1p", OpenedAt: 1_796_000_000_000_000})
	return &identityv1.AddEmployerUserResponse{LoginName: r.GetLoginName() + "@91654323uk8f0hla1p", Link: secret(), EndsAt: 1_796_000_000_000_000}, nil
}

func (a *fakeAccounts) EndEmployerUser(_ context.Context, r *identityv1.EndEmployerUserRequest) (*identityv1.EndEmployerUserResponse, error) {
	for n, u := range a.users {
		if u.GetAccountId() == r.GetAccountId() && !u.GetResponsible() {
			a.users = append(a.users[:n:n], a.users[n+1:]...)
			return &identityv1.EndEmployerUserResponse{}, nil
		}
	}
	return nil, errs.New(errs.Denied, "identity.no_right", "No.")
}

// accounts serves them beside the identity that a fixture has.
func (f *fixture) accounts() *fakeAccounts {
	f.t.Helper()
	a := &fakeAccounts{users: []*identityv1.EmployerUser{{AccountId: "acc-2", LoginName: "boss@91654323uk8f0hla1p", State: "open", Responsible: true, This: true, OpenedBy: "a001", OpenedAt: 1_796_000_000_000_000}}}
	f.platform.Publisher("identity", identityv1.AccountsMethods(a)...)
	return a
}

func (i *fakeIdentity) ListSources(context.Context, *identityv1.ListSourcesRequest) (*identityv1.ListSourcesResponse, error) {
	return &identityv1.ListSourcesResponse{Sources: []string{"province"}}, nil
}

func (i *fakeIdentity) BeginOutside(_ context.Context, r *identityv1.BeginOutsideRequest) (*identityv1.BeginOutsideResponse, error) {
	return &identityv1.BeginOutsideResponse{Flow: secret(), OutsideUrl: "https://" + r.GetSource() + ".example/login?x=1"}, nil
}

func (i *fakeIdentity) FinishOutside(_ context.Context, r *identityv1.FinishOutsideRequest) (*identityv1.FinishOutsideResponse, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	switch r.GetAnswer() {
	case "ticket=known":
		return &identityv1.FinishOutsideResponse{Session: i.begin(i.people[printed], r.GetDevice())}, nil
	case "ticket=new":
		return &identityv1.FinishOutsideResponse{Session: &identityv1.NewSession{BindFlow: secret()}}, nil
	}
	return nil, errs.New(errs.Unauthenticated, "identity.outside", "No.")
}
