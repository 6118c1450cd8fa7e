package identity_test

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/rpc"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	"github.com/qiao-platform/qiao/proto/rights"
	"github.com/qiao-platform/qiao/proto/services"
	_ "github.com/qiao-platform/qiao/proto/services/contracts"
)

func (s *someone) devices() identityv1.DevicesClient {
	return identityv1.DevicesClient{Caller: s.caller(), Target: "identity"}
}

// A stolen cookie lets no program in, which would bring in sheets for months after it; and
// of one that was let in the officer's next sign-in tells, whatever the program did before.
func TestAStolenCookieLetsNoProgramIn(t *testing.T) {
	f := start(t)
	system, security, _ := f.three()
	officer := f.officer(system, security, "a001", clerk)
	f.clock.Advance(10 * time.Minute)
	d, err := f.signIn.BeginDevice(f.console, &identityv1.BeginDeviceRequest{Device: "program", Address: "10.0.0.3", Days: 90})
	f.must(err)
	approve := func() error {
		_, err := officer.counter().ApproveDevice(officer.as(own), &identityv1.ApproveDeviceRequest{Code: d.GetCode(), Days: 90})
		return err
	}
	f.wants("after ten minutes", approve(), "identity.fresh")
	f.must(officer.shows(&identityv1.ReopenRequest{Password: password}))
	f.must(approve())
	f.clock.Advance(time.Second)
	_, err = f.signIn.PollDevice(f.console, &identityv1.PollDeviceRequest{Flow: d.GetFlow()})
	f.must(err)
	if all := officer.lists().GetChanges(); len(all) != 1 || all[0].GetProof() != "program" || all[0].GetRemoved() {
		t.Errorf("what was changed: %v", all)
	}
	f.clock.Advance(time.Minute)
	for _, tells := range []bool{true, false} {
		f.clock.Advance(time.Minute)
		flow, err := officer.begin(password)
		f.must(err)
		in, err := f.signIn.SecondFactor(f.console, &identityv1.SecondFactorRequest{Flow: flow, Code: officer.code(), Device: "x", Address: "10.0.0.1"})
		f.must(err)
		if in.GetSession().GetProofsChanged() != tells {
			t.Errorf("the next sign-in tells of it: %t", !tells)
		}
	}
}

// letIn has an officer let a program in for so many days.
func (f *fixture) letIn(officer *someone, days int32) *someone {
	f.t.Helper()
	d, err := f.signIn.BeginDevice(f.console, &identityv1.BeginDeviceRequest{Device: "qiao import at night", Address: "10.0.0.3", Days: days})
	f.must(err)
	_, err = officer.counter().ApproveDevice(officer.as(own), &identityv1.ApproveDeviceRequest{Code: d.GetCode(), Days: days})
	f.must(err)
	r, err := f.signIn.PollDevice(f.console, &identityv1.PollDeviceRequest{Flow: d.GetFlow()})
	f.must(err)
	return &someone{f: f, session: r.GetSession().GetSessionSecret(), via: auth.ViaImport}
}

// An officer sees what a program asks for before it is let in, for no longer than it
// asked; who only looks at cases himself lets none in.
func TestAnOfficerSeesWhatAsksToBeLetIn(t *testing.T) {
	f := start(t)
	system, security, _ := f.three()
	officer := f.officer(system, security, "a001", clerk, &identityv1.RoleGrant{Role: "viewer", Department: "edu", Covered: "654301"})
	viewer := f.officer(system.enter(), security.enter(), "a002", &identityv1.RoleGrant{Role: "viewer", Department: "hrss", Covered: "654301"})
	officer.enter()
	d, err := f.signIn.BeginDevice(f.console, &identityv1.BeginDeviceRequest{Device: "qiao import (county-1)", Address: "10.0.0.3", Days: 30})
	f.must(err)
	look := func(by *someone, code string) (*identityv1.LookDeviceResponse, error) {
		return by.devices().LookDevice(by.as(own), &identityv1.LookDeviceRequest{Code: code})
	}
	seen, err := look(officer, strings.ToLower(strings.ReplaceAll(d.GetCode(), "-", " ")))
	f.must(err)
	if seen.GetDevice() != "qiao import (county-1)" || seen.GetAskedFrom() != "10.0.0.3" || seen.GetDays() != 30 || len(seen.GetGrants()) != 1 || seen.GetGrants()[0].GetDepartment() != "hrss" {
		t.Errorf("%v", seen)
	}
	_, err = look(viewer, d.GetCode())
	f.wants("who only looks", err, "auth.denied")
	r, err := officer.counter().ApproveDevice(officer.as(own), &identityv1.ApproveDeviceRequest{Code: d.GetCode(), Days: 90})
	f.must(err)
	if got := time.UnixMicro(r.GetEndsAt()).Sub(f.clock.Now()); got != 30*24*time.Hour {
		t.Errorf("it lasts %v", got)
	}
	_, err = look(officer, d.GetCode())
	f.wants("a code that was approved", err, "identity.device")

	refused, err := f.signIn.BeginDevice(f.console, &identityv1.BeginDeviceRequest{Device: "x", Address: "10.0.0.3"})
	f.must(err)
	_, err = officer.devices().RefuseDevice(officer.as(own), &identityv1.RefuseDeviceRequest{Code: refused.GetCode()})
	f.must(err)
	_, err = f.signIn.PollDevice(f.console, &identityv1.PollDeviceRequest{Flow: refused.GetFlow()})
	f.wants("refused", err, "identity.flow")

	late, err := f.signIn.BeginDevice(f.console, &identityv1.BeginDeviceRequest{Device: "x", Address: "10.0.0.3"})
	f.must(err)
	f.clock.Advance(10 * time.Minute)
	_, err = look(officer, late.GetCode())
	f.wants("after its minutes", err, "identity.device")
	for range 10 {
		_, err = look(officer, "AAAA-AAAA")
	}
	f.wants("guessed codes", err, "identity.wait")
}

// What a program may that an officer let in is generated from the contracts: of all
// methods it is given a proof for those that sheets need, where the officer himself
// works on cases; a visit's end and many sign-ins leave it in. At the page of sheets the
// officer is proved the same, and nothing else, by an import.
func TestAProgramMayNothingButBringInSheets(t *testing.T) {
	f := start(t)
	system, security, _ := f.three()
	officer := f.officer(system, security, "a001", clerk, &identityv1.RoleGrant{Role: "viewer", Department: "edu", Covered: "654301"},
		&identityv1.RoleGrant{Role: "reviewer", Department: "hrss", Covered: "654321"}, &identityv1.RoleGrant{Role: "viewer", Department: "hrss", Covered: "654300"}, &identityv1.RoleGrant{Role: "reviewer", Department: "hou", Covered: "654300"})
	program := f.letIn(officer, 30)
	officer.desk = "hrss"
	begun, err := officer.counter().BeginVisit(officer.as(cases), &identityv1.BeginVisitRequest{Worker: "worker-1"})
	f.must(err)
	_, err = officer.counter().EndVisit(officer.as(cases), &identityv1.EndVisitRequest{VisitId: begun.GetVisitId()})
	f.must(err)
	for range 12 {
		officer.enter()
	}
	page := *officer
	page.via = auth.ViaImport
	for _, by := range []*someone{program, &page} {
		f.mayBringInSheets(by)
	}
	program.desk, program.acts = "hrss", ""
	_, err = officer.sessions().EndOthers(officer.as(own), &identityv1.EndOthersRequest{})
	f.must(err)
	_, err = program.Prove(context.Background(), auth.Principal{Purpose: "registration", LegalBasis: "law"}, "registry")
	f.wants("ended by the officer", err, "identity.session")
}

// mayBringInSheets asks for every proof, and for every method by those that are given.
func (f *fixture) mayBringInSheets(program *someone) {
	t := f.t
	t.Helper()
	tokens, got, asked := map[string][]auth.Principal{}, map[string]string{}, 0
	for _, audience := range append(services.Names(), "console") {
		for _, department := range []string{"", "hrss", "edu", "hou", "ops"} {
			for _, purpose := range auth.Purposes() {
				for _, acts := range []string{"", "worker-5"} {
					asked++
					program.desk, program.acts = department, acts
					token, err := program.Prove(context.Background(), auth.Principal{Purpose: purpose.Name, LegalBasis: "law"}, audience)
					if err != nil {
						continue
					}
					p, err := auth.NewVerifier(audience, f.Deps(audience).Trusted, f.clock).Verify(token)
					f.must(err)
					if p.Subject != "a001" || p.Via != auth.ViaImport || p.Role != "import" || p.Session == 0 || p.ActsFor != "" {
						t.Fatalf("%s, %s: %+v", audience, purpose.Name, p)
					}
					tokens[audience] = append(tokens[audience], p)
				}
			}
		}
	}
	eachMethod(func(service, contract, name string, rule *platformv1.MethodRule) {
		audiences := []string{service}
		if service == "platform" {
			audiences = services.Names()
		}
		for _, audience := range audiences {
			for _, p := range tokens[audience] {
				if p.Check(rule.GetCallers(), rule.GetPurposes()) == nil && rights.May(p.Role, contract, name) {
					got[rights.Name(contract, name)] += " " + p.Department + strings.Join(p.Divisions(), "+")
				}
			}
		}
	})
	var all []string
	for _, name := range slices.Sorted(maps.Keys(got)) {
		where := strings.Fields(got[name])
		slices.Sort(where)
		all = append(all, name+" "+strings.Join(slices.Compact(where), " "))
	}
	want := []string{
		"employment.EmploymentService.PublishVacancy hrss654301+654321", "employment.EmploymentService.RegisterEmployer hrss654301+654321", "employment.EmploymentService.SetProfile hrss654301+654321",
		"housing.HousingService.AddHome hou654300", "platform.OpsService.GetStatus ops*",
		"registry.RegistryService.FindWorker hrss654301+654321", "registry.RegistryService.RegisterChild hrss654301+654321", "registry.RegistryService.RegisterWorker hrss654301+654321",
		"training.TrainingService.PublishCourse hrss654301+654321",
	}
	if !slices.Equal(all, want) {
		t.Errorf("of %d questions a program may\n%s", asked, strings.Join(all, "\n"))
	}
}

// A program's session is no way to identity's own methods, however it came by a proof.
func TestAProgramKeepsNoCredentials(t *testing.T) {
	f := start(t)
	system, security, _ := f.three()
	officer := f.officer(system, security, "a001", clerk)
	program := f.letIn(officer, 1)
	program.desk = "hrss"
	token, err := program.Prove(context.Background(), auth.Principal{Purpose: "registration", LegalBasis: "law"}, "registry")
	f.must(err)
	p, err := auth.NewVerifier("registry", f.Deps("registry").Trusted, f.clock).Verify(token)
	f.must(err)
	p.Role, p.Purpose, p.Via = "clerk", own, auth.ViaWeb // as if identity had been made to say so
	forged, err := f.Deps("identity").People.Sign(p, "identity")
	f.must(err)
	by := rpc.NewProving(f.Conn, held(forged))
	sessions, devices := identityv1.SessionsClient{Caller: by, Target: "identity"}, identityv1.DevicesClient{Caller: by, Target: "identity"}
	for what, do := range map[string]func() error{
		"a passkey": func() error {
			_, err := sessions.BeginAddPasskey(officer.as(own), &identityv1.BeginAddPasskeyRequest{})
			return err
		},
		"the devices": func() error {
			_, err := sessions.ListSessions(officer.as(own), &identityv1.ListSessionsRequest{})
			return err
		},
		"ending them": func() error {
			_, err := sessions.EndOthers(officer.as(own), &identityv1.EndOthersRequest{})
			return err
		},
		"letting another": func() error {
			_, err := devices.LookDevice(officer.as(own), &identityv1.LookDeviceRequest{Code: "AAAA-AAAA"})
			return err
		},
	} {
		f.wants(what, do(), "identity.no_right")
	}
}

// Who holds a folder's key brings in sheets in an officer's name, and until there is an
// administrator as the operator; the audit says who, when and how many.
func TestTheKeyHolderImportsInAnOfficersName(t *testing.T) {
	f := start(t)
	ctx := context.Background()
	f.must(f.identity.MayImport(ctx, ""))
	f.wants("an officer before there are any", f.identity.MayImport(ctx, "a001"), "identity.importer")
	f.must(f.identity.ImportBegins(ctx, ""))
	f.must(f.identity.ImportEnds(ctx, "", 7, 1234))
	system, security, audit := f.three()
	f.officer(system, security, "a001", clerk)
	f.must(f.identity.MayImport(ctx, "A001"))
	for who, staff := range map[string]string{"nobody": "", "an unknown number": "a009", "an administrator": "s001"} {
		f.wants(who, f.identity.MayImport(ctx, staff), "identity.importer")
	}
	f.must(f.identity.ImportBegins(ctx, "A001"))
	r, err := audit.enter().accounts().ListDenials(audit.as(keeping), &identityv1.ListDenialsRequest{})
	f.must(err)
	var lines []string
	for _, d := range r.GetDenials() {
		if d.GetDeniedCode() == "identity.imported" {
			lines = append(lines, d.GetAccountKind()+" "+d.GetSubject()+" "+d.GetMethod())
		}
	}
	if want := []string{"operator a001 ImportBegun", "operator  ImportEnded sheets=7 rows=1234", "operator  ImportBegun"}; !r.GetWhole() || !slices.Equal(lines, want) {
		t.Errorf("%q", lines)
	}
}

// eachMethod goes over every method of every contract, by the service that serves it.
func eachMethod(do func(service, contract, name string, rule *platformv1.MethodRule)) {
	protoregistry.GlobalFiles.RangeFiles(func(d protoreflect.FileDescriptor) bool {
		service, ok := strings.CutPrefix(string(d.Package()), "qiao.")
		if !ok {
			return true
		}
		service = strings.TrimSuffix(service, ".v1")
		for i := range d.Services().Len() {
			s := d.Services().Get(i)
			for j := range s.Methods().Len() {
				m := s.Methods().Get(j)
				rule, _ := proto.GetExtension(m.Options(), platformv1.E_Method).(*platformv1.MethodRule)
				do(service, string(s.FullName()), string(m.Name()), rule)
			}
		}
		return true
	})
}
