package api

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
	"github.com/qiao-platform/qiao/services/identity/internal/app"
	"github.com/qiao-platform/qiao/services/identity/internal/domain"
)

func granted(all []*identityv1.RoleGrant) (g domain.Grants) {
	for _, one := range all {
		g = append(g, domain.Grant{Role: one.GetRole(), Department: one.GetDepartment(), Division: one.GetCovered()})
	}
	return g
}

// ProposeAccount asks for an account.
func (s *Server) ProposeAccount(ctx context.Context, req *identityv1.ProposeAccountRequest) (*identityv1.ProposeAccountResponse, error) {
	return command(ctx, s, func(in app.Store, own domain.Session) (*identityv1.ProposeAccountResponse, error) {
		id, err := s.App.Propose(in, own, domain.ActAccount, "", domain.Wanted{Kind: req.GetAccountKind(), Subject: req.GetStaffNumber(), Office: req.GetOffice(), Grants: granted(req.GetGrants())})
		return &identityv1.ProposeAccountResponse{ActId: id}, err
	})
}

// ProposeGrants asks for other rights.
func (s *Server) ProposeGrants(ctx context.Context, req *identityv1.ProposeGrantsRequest) (*identityv1.ProposeGrantsResponse, error) {
	return command(ctx, s, func(in app.Store, own domain.Session) (*identityv1.ProposeGrantsResponse, error) {
		id, err := s.App.Propose(in, own, domain.ActGrants, req.GetAccountId(), domain.Wanted{Grants: granted(req.GetGrants())})
		return &identityv1.ProposeGrantsResponse{ActId: id}, err
	})
}

// ProposeReset asks for a new link.
func (s *Server) ProposeReset(ctx context.Context, req *identityv1.ProposeResetRequest) (*identityv1.ProposeResetResponse, error) {
	return command(ctx, s, func(in app.Store, own domain.Session) (*identityv1.ProposeResetResponse, error) {
		id, err := s.App.Propose(in, own, domain.ActReset, req.GetAccountId(), domain.Wanted{})
		return &identityv1.ProposeResetResponse{ActId: id}, err
	})
}

// ProposeClaim asks that an account takes a staff number of before.
func (s *Server) ProposeClaim(ctx context.Context, req *identityv1.ProposeClaimRequest) (*identityv1.ProposeClaimResponse, error) {
	return command(ctx, s, func(in app.Store, own domain.Session) (*identityv1.ProposeClaimResponse, error) {
		id, err := s.App.ProposeClaim(in, own, req.GetAccountId(), req.GetStaffNumber())
		return &identityv1.ProposeClaimResponse{ActId: id}, err
	})
}

// ProposeClosing asks that an account ends.
func (s *Server) ProposeClosing(ctx context.Context, req *identityv1.ProposeClosingRequest) (*identityv1.ProposeClosingResponse, error) {
	return command(ctx, s, func(in app.Store, own domain.Session) (*identityv1.ProposeClosingResponse, error) {
		id, err := s.App.Propose(in, own, domain.ActClosing, req.GetAccountId(), domain.Wanted{Subject: req.GetStaffNumber()})
		return &identityv1.ProposeClosingResponse{ActId: id}, err
	})
}

// DecideAct approves or refuses. It is no command: a link that it brings is kept nowhere.
func (s *Server) DecideAct(ctx context.Context, req *identityv1.DecideActRequest) (*identityv1.DecideActResponse, error) {
	own, _, err := s.App.Sessions(ctx)
	if err != nil {
		return nil, err
	}
	out := &identityv1.DecideActResponse{}
	if officer(ctx) {
		act, l, err := s.App.DecideReplacing(ctx, own, req.GetActId(), req.GetApprove(), req.GetReasonCode())
		out.State, out.Link, out.EndsAt = act.State, l.Secret, micros(l.Ends)
		return out, err
	}
	err = s.App.Data.Change(ctx, func(in app.Store) error {
		act, l, err := s.App.Decide(ctx, in, own, req.GetActId(), req.GetApprove(), req.GetReasonCode())
		out.State, out.Link, out.EndsAt = act.State, l.Secret, micros(l.Ends)
		return err
	})
	return announced(s, out, err)
}

// ListActs lists what waits, and what was decided lately.
func (s *Server) ListActs(ctx context.Context, _ *identityv1.ListActsRequest) (*identityv1.ListActsResponse, error) {
	own, _, err := s.App.Sessions(ctx)
	if err != nil {
		return nil, err
	}
	out := &identityv1.ListActsResponse{}
	if officer(ctx) {
		all, err := s.App.Replacings(ctx, own)
		for _, a := range all {
			out.Acts = append(out.Acts, act(a))
		}
		return out, err
	}
	err = s.App.Data.Look(ctx, func(in app.Store) error {
		all, err := s.App.Acts(in, own)
		out.Acts = nil
		for _, a := range all {
			out.Acts = append(out.Acts, act(a))
		}
		return err
	})
	return out, err
}

// officer reports whether an officer calls, who decides otherwise than administrators do.
func officer(ctx context.Context) bool {
	p, err := auth.FromContext(ctx)
	return err == nil && p.Kind == auth.Officer
}

func act(a app.SeenAct) *identityv1.Act {
	one := &identityv1.Act{
		ActId: a.ID, ActKind: a.Kind, AccountId: a.About, AskedBy: a.AskedBy, AskedAt: micros(a.AskedAt), State: a.State,
		DecidedBy: a.DecidedBy, DecidedAt: micros(a.DecidedAt), Decidable: a.Decidable, AccountKind: a.Wanted.Kind, StaffNumber: a.Wanted.Subject, Office: a.Wanted.Office,
		Subject: a.Who.Subject, AskedByStaff: a.Asker.Subject, DecidedByStaff: a.Decider.Subject, ReasonCode: a.Reason, SecondWord: a.Word,
	}
	if a.Kind == domain.ActReplacing {
		one.StaffNumber, one.LoginName, one.ReplacedLogin = "", a.Wanted.Login, a.Who.Login
	}
	for _, g := range a.Wanted.Grants {
		one.Grants = append(one.Grants, &identityv1.RoleGrant{Role: g.Role, Department: g.Department, Covered: g.Division})
	}
	return one
}

// ListAccounts lists a page of accounts of the reader's divisions.
func (s *Server) ListAccounts(ctx context.Context, req *identityv1.ListAccountsRequest) (*identityv1.ListAccountsResponse, error) {
	own, _, err := s.App.Sessions(ctx)
	if err != nil {
		return nil, err
	}
	out := &identityv1.ListAccountsResponse{}
	err = s.App.Data.Look(ctx, func(in app.Store) error {
		all, grants, next, err := s.App.Accounts(in, own, domain.Asked{Find: req.GetFind(), Kind: req.GetAccountKind(), State: req.GetState(), Before: req.GetBeforeId()})
		out.Accounts, out.NextBeforeId = nil, next
		for i, a := range all {
			one := &identityv1.Account{AccountId: a.ID, AccountKind: a.Kind, Subject: a.Subject, Office: a.Office, State: a.State, LoginName: a.Login}
			for _, g := range grants[i] {
				one.Grants = append(one.Grants, &identityv1.RoleGrant{Role: g.Role, Department: g.Department, Covered: g.Division})
			}
			out.Accounts = append(out.Accounts, one)
		}
		return err
	})
	return out, err
}

// FirstAdministrators makes the link of the second and of the third administrator.
func (s *Server) FirstAdministrators(ctx context.Context, req *identityv1.FirstAdministratorsRequest) (*identityv1.FirstAdministratorsResponse, error) {
	own, _, err := s.App.Sessions(ctx)
	if err != nil {
		return nil, err
	}
	out := &identityv1.FirstAdministratorsResponse{}
	err = s.App.Data.Change(ctx, func(in app.Store) error {
		l, err := s.App.FirstAdministrator(ctx, in, own, req.GetOffice(), req.GetStaffNumber())
		out.Link, out.EndsAt = l.Secret, micros(l.Ends)
		return err
	})
	return out, err
}

// ListDenials lists the audit.
func (s *Server) ListDenials(ctx context.Context, req *identityv1.ListDenialsRequest) (*identityv1.ListDenialsResponse, error) {
	out := &identityv1.ListDenialsResponse{}
	err := s.App.Data.Look(ctx, func(in app.Store) error {
		all, whole, err := s.App.Denials(in, req.GetBefore())
		out.Whole = whole
		for _, d := range all {
			out.Denials = append(out.Denials, &identityv1.Denial{
				Again: int32(d.Again), //nolint:gosec // of one minute
				Seq:   d.Seq, At: micros(d.At), AccountKind: d.Kind, Subject: d.Subject, SessionNumber: d.Session, Service: d.Service, Method: d.Method, DeniedCode: d.Code,
			})
		}
		return err
	})
	return out, err
}

// OpenEmployer opens the account of who answers for an employer's users.
func (s *Server) OpenEmployer(ctx context.Context, req *identityv1.OpenEmployerRequest) (*identityv1.OpenEmployerResponse, error) {
	made, l, asked, err := s.App.OpenEmployer(ctx, req.GetEmployerId(), req.GetLoginName(), req.GetReplaces())
	if err != nil {
		return nil, err
	}
	return &identityv1.OpenEmployerResponse{AccountId: made.ID, LoginName: made.Login, Link: l.Secret, EndsAt: micros(l.Ends), ActId: asked}, nil
}

// ListEmployerUsers lists an employer's users.
func (s *Server) ListEmployerUsers(ctx context.Context, req *identityv1.ListEmployerUsersRequest) (*identityv1.ListEmployerUsersResponse, error) {
	own, all, waits, err := s.App.EmployerUsers(ctx, req.GetEmployerId())
	if err != nil {
		return nil, err
	}
	out := &identityv1.ListEmployerUsersResponse{}
	if waits != nil {
		out.Replacing = act(*waits)
	}
	for _, u := range all {
		out.Users = append(out.Users, &identityv1.EmployerUser{
			AccountId: u.ID, LoginName: u.Login, State: u.State, Responsible: u.Responsible, OpenedBy: u.Opener, OpenedAt: micros(u.OpenedAt), This: u.ID == own.Account,
		})
	}
	return out, nil
}

// AddEmployerUser opens the account of a further user.
func (s *Server) AddEmployerUser(ctx context.Context, req *identityv1.AddEmployerUserRequest) (*identityv1.AddEmployerUserResponse, error) {
	who, l, err := s.App.AddUser(ctx, req.GetLoginName())
	if err != nil {
		return nil, err
	}
	return &identityv1.AddEmployerUserResponse{LoginName: who.Login, Link: l.Secret, EndsAt: micros(l.Ends)}, nil
}

// RenewEmployerUser makes a new link for a further user.
func (s *Server) RenewEmployerUser(ctx context.Context, req *identityv1.RenewEmployerUserRequest) (*identityv1.RenewEmployerUserResponse, error) {
	who, l, err := s.App.RenewUser(ctx, req.GetAccountId())
	if err != nil {
		return nil, err
	}
	return &identityv1.RenewEmployerUserResponse{LoginName: who.Login, Link: l.Secret, EndsAt: micros(l.Ends)}, nil
}

// EndEmployerUser closes the account of a further user.
func (s *Server) EndEmployerUser(ctx context.Context, req *identityv1.EndEmployerUserRequest) (*identityv1.EndEmployerUserResponse, error) {
	out, err := command(ctx, s, func(in app.Store, own domain.Session) (*identityv1.EndEmployerUserResponse, error) {
		return &identityv1.EndEmployerUserResponse{}, s.App.EndUser(ctx, in, own, req.GetAccountId())
	})
	return announced(s, out, err)
}

// BeginVisit says that a person stands at the counter.
func (s *Server) BeginVisit(ctx context.Context, req *identityv1.BeginVisitRequest) (*identityv1.BeginVisitResponse, error) {
	if err := s.App.Serves(ctx, req.GetWorker()); err != nil {
		return nil, err
	}
	out, err := commandFor(ctx, s, req.GetWorker(), func(in app.Store, own domain.Session) (*identityv1.BeginVisitResponse, error) {
		v, err := s.App.BeginVisit(ctx, in, own, req.GetWorker())
		return &identityv1.BeginVisitResponse{VisitId: v.ID, Receipt: v.Receipt}, err
	})
	return announced(s, out, err)
}

// EndVisit ends it.
func (s *Server) EndVisit(ctx context.Context, req *identityv1.EndVisitRequest) (*identityv1.EndVisitResponse, error) {
	out, err := command(ctx, s, func(in app.Store, own domain.Session) (*identityv1.EndVisitResponse, error) {
		return &identityv1.EndVisitResponse{}, s.App.EndVisit(in, own, req.GetVisitId())
	})
	return announced(s, out, err)
}

// StopSignIns ends what signs the visitor in.
func (s *Server) StopSignIns(ctx context.Context, req *identityv1.StopSignInsRequest) (*identityv1.StopSignInsResponse, error) {
	out, err := command(ctx, s, func(in app.Store, own domain.Session) (*identityv1.StopSignInsResponse, error) {
		n, err := s.App.StopSignIns(ctx, in, own, req.GetVisitId())
		return &identityv1.StopSignInsResponse{Ended: int32(n)}, err
	})
	return announced(s, out, err)
}

// ResumePhone lets the visitor's number open the account again.
func (s *Server) ResumePhone(ctx context.Context, req *identityv1.ResumePhoneRequest) (*identityv1.ResumePhoneResponse, error) {
	return command(ctx, s, func(in app.Store, own domain.Session) (*identityv1.ResumePhoneResponse, error) {
		return &identityv1.ResumePhoneResponse{}, s.App.ResumePhone(ctx, in, own, req.GetVisitId())
	})
}

// ListVisits lists the officer's own visits of a day.
func (s *Server) ListVisits(ctx context.Context, req *identityv1.ListVisitsRequest) (*identityv1.ListVisitsResponse, error) {
	own, _, err := s.App.Sessions(ctx)
	if err != nil {
		return nil, err
	}
	day, err := clock.ParseDate(req.GetDay())
	if err != nil {
		day = clock.Today(s.App.Clock)
	}
	out := &identityv1.ListVisitsResponse{}
	err = s.App.Data.Look(ctx, func(in app.Store) error {
		all, err := s.App.Visits(in, own, day)
		out.Visits = nil
		for _, v := range all {
			one := visit(v)
			if v.Ended.IsZero() {
				if one.PhoneStopped, err = s.App.PhoneStopped(in, v.Worker); err != nil {
					return err
				}
			}
			out.Visits = append(out.Visits, one)
		}
		return err
	})
	return out, err
}

// visit writes a visit with what its receipt says.
func visit(v domain.Visit) *identityv1.Visit {
	out := &identityv1.Visit{VisitId: v.ID, Worker: v.Worker, Receipt: v.Receipt, BeganAt: micros(v.Began), EndedAt: micros(v.Ended), MissingPapers: v.Papers, PapersUntil: v.Until.String()}
	for _, t := range v.Tasks {
		out.Tasks = append(out.Tasks, &identityv1.VisitTask{Task: t.Task, DoneAt: t.At})
	}
	return out
}

// NoteTasks keeps what was done in a visit.
func (s *Server) NoteTasks(ctx context.Context, req *identityv1.NoteTasksRequest) (*identityv1.NoteTasksResponse, error) {
	return command(ctx, s, func(in app.Store, own domain.Session) (*identityv1.NoteTasksResponse, error) {
		noted, err := s.App.NoteTasks(in, own, req.GetWorker(), req.GetTasks())
		return &identityv1.NoteTasksResponse{Noted: noted}, err
	})
}

// NotePapers says which papers are missing.
func (s *Server) NotePapers(ctx context.Context, req *identityv1.NotePapersRequest) (*identityv1.NotePapersResponse, error) {
	return command(ctx, s, func(in app.Store, own domain.Session) (*identityv1.NotePapersResponse, error) {
		var until clock.Date
		if req.GetPapersUntil() != "" {
			var err error
			if until, err = clock.ParseDate(req.GetPapersUntil()); err != nil {
				return nil, domain.ErrPaperDay
			}
		}
		return &identityv1.NotePapersResponse{}, s.App.NotePapers(in, own, req.GetVisitId(), req.GetMissingPapers(), until)
	})
}

// GetReceipt is what the receipt of a visit says.
func (s *Server) GetReceipt(ctx context.Context, req *identityv1.GetReceiptRequest) (*identityv1.GetReceiptResponse, error) {
	own, _, err := s.App.Sessions(ctx)
	if err != nil {
		return nil, err
	}
	out := &identityv1.GetReceiptResponse{}
	err = s.App.Data.Look(ctx, func(in app.Store) error {
		v, err := s.App.Receipt(ctx, in, own, req.GetVisitId())
		out.Visit = visit(v)
		return err
	})
	return out, err
}

// PrintCode makes a code for the visitor.
func (s *Server) PrintCode(ctx context.Context, req *identityv1.PrintCodeRequest) (*identityv1.PrintCodeResponse, error) {
	code, c, err := s.App.PrintCode(ctx, req.GetVisitId())
	if err != nil {
		return nil, err
	}
	return &identityv1.PrintCodeResponse{Code: code, EndsAt: micros(c.Ends)}, nil
}

// ListAlarms lists the alarms that are given to the caller.
func (s *Server) ListAlarms(ctx context.Context, _ *identityv1.ListAlarmsRequest) (*identityv1.ListAlarmsResponse, error) {
	all, workers, err := s.App.Alarms(ctx)
	if err != nil {
		return nil, err
	}
	out := &identityv1.ListAlarmsResponse{}
	for i, a := range all {
		out.Alarms = append(out.Alarms, &identityv1.Alarm{AlarmId: a.ID, Subject: a.Actor, AccountKind: a.Kind, Day: a.Day.String(), State: a.State, Workers: workers[i]})
	}
	return out, nil
}

// SettleAlarm says what came of one.
func (s *Server) SettleAlarm(ctx context.Context, req *identityv1.SettleAlarmRequest) (*identityv1.SettleAlarmResponse, error) {
	return command(ctx, s, func(in app.Store, own domain.Session) (*identityv1.SettleAlarmResponse, error) {
		return &identityv1.SettleAlarmResponse{}, s.App.SettleAlarm(ctx, in, own, req.GetAlarmId(), req.GetOutcome())
	})
}

// SetPin sets the caller's own PIN.
func (s *Server) SetPin(ctx context.Context, req *identityv1.SetPinRequest) (*identityv1.SetPinResponse, error) {
	return &identityv1.SetPinResponse{}, s.App.SetPin(ctx, req.GetPin())
}

// NameHelper enters a power of attorney.
func (s *Server) NameHelper(ctx context.Context, req *identityv1.NameHelperRequest) (*identityv1.NameHelperResponse, error) {
	ends, err := clock.ParseDate(req.GetEndsOn())
	if err != nil {
		return nil, domain.ErrHelperDays
	}
	return command(ctx, s, func(in app.Store, own domain.Session) (*identityv1.NameHelperResponse, error) {
		id, err := s.App.NameHelper(ctx, in, own, req.GetWorker(), req.GetHelper(), ends, req.GetPaper())
		return &identityv1.NameHelperResponse{DelegationId: id}, err
	})
}

// EndHelper takes it back.
func (s *Server) EndHelper(ctx context.Context, req *identityv1.EndHelperRequest) (*identityv1.EndHelperResponse, error) {
	out, err := command(ctx, s, func(in app.Store, _ domain.Session) (*identityv1.EndHelperResponse, error) {
		return &identityv1.EndHelperResponse{}, s.App.EndHelper(ctx, in, req.GetDelegationId())
	})
	return announced(s, out, err)
}

// ListHelpers lists who may act for a worker.
func (s *Server) ListHelpers(ctx context.Context, req *identityv1.ListHelpersRequest) (*identityv1.ListHelpersResponse, error) {
	out := &identityv1.ListHelpersResponse{}
	err := s.App.Data.Look(ctx, func(in app.Store) error {
		all, err := s.App.Helpers(ctx, in, req.GetWorker())
		for _, d := range all {
			out.Helpers = append(out.Helpers, &identityv1.Helper{DelegationId: d.ID, Helper: d.Helper, BeginsOn: d.Begins.String(), EndsOn: d.Ends.String()})
		}
		return err
	})
	return out, err
}

// ListHelped lists for whom the caller may act now.
func (s *Server) ListHelped(ctx context.Context, _ *identityv1.ListHelpedRequest) (*identityv1.ListHelpedResponse, error) {
	own, _, err := s.App.Sessions(ctx)
	if err != nil {
		return nil, err
	}
	out := &identityv1.ListHelpedResponse{}
	err = s.App.Data.Look(ctx, func(in app.Store) error {
		all, err := s.App.Helped(in, own)
		out.Helped = nil
		for _, d := range all {
			out.Helped = append(out.Helped, &identityv1.Helped{DelegationId: d.ID, Worker: d.Worker, BeginsOn: d.Begins.String(), EndsOn: d.Ends.String()})
		}
		return err
	})
	return out, err
}

// ApproveDevice lets a program act as the officer.
func (s *Server) ApproveDevice(ctx context.Context, req *identityv1.ApproveDeviceRequest) (*identityv1.ApproveDeviceResponse, error) {
	until, err := s.App.ApproveDevice(ctx, req.GetCode(), int(req.GetDays()))
	if err != nil {
		return nil, err
	}
	return &identityv1.ApproveDeviceResponse{EndsAt: micros(until)}, nil
}
