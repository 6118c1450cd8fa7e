//go:build e2e

package e2e

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/pkg/testkit"
	"github.com/qiao-platform/qiao/proto/contract"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	trainingv1 "github.com/qiao-platform/qiao/proto/gen/training/v1"
)

// ask is a question of the contracts that reads and changes nothing.
type ask struct {
	service, method string
	in              protoreflect.MessageType
	out             protoreflect.MessageType
	rule            *platformv1.MethodRule
}

// questions lists what every contract lets ask, but for operations.
func questions(t *testing.T) (all []ask) {
	t.Helper()
	protoregistry.GlobalFiles.RangeFiles(func(f protoreflect.FileDescriptor) bool {
		service, of := strings.CutPrefix(string(f.Package()), "qiao.")
		service, _, _ = strings.Cut(service, ".")
		if !of || service == "platform" {
			return true
		}
		for i := range f.Services().Len() {
			methods := f.Services().Get(i).Methods()
			for j := range methods.Len() {
				m := methods.Get(j)
				rule, _ := proto.GetExtension(m.Options(), platformv1.E_Method).(*platformv1.MethodRule)
				if rule.GetCommand() {
					continue
				}
				in, err1 := protoregistry.GlobalTypes.FindMessageByName(m.Input().FullName())
				out, err2 := protoregistry.GlobalTypes.FindMessageByName(m.Output().FullName())
				if err1 != nil || err2 != nil {
					t.Fatal(err1, err2)
				}
				all = append(all, ask{service, string(m.Name()), in, out, rule})
			}
		}
		return true
	})
	return all
}

// grows are the answers that a case about a person adds to: nothing that was there
// may be missing from them afterwards.
var grows = []string{"registry.ListAccess", "registry.ListMessages", "registry.ListTimeline", "registry.ListOwnPersonCases", "registry.ListPersonCases"}

// rows is what a service answers: its lists row by row, and the rest, each by its name.
func (l *life) rows(q ask, as auth.Principal, in proto.Message) (rows []string) {
	l.t.Helper()
	as.Purpose, as.LegalBasis = as.Main(), "PIPL 13"
	if len(q.rule.GetPurposes()) > 0 {
		as.Purpose = q.rule.GetPurposes()[0]
	}
	ctx, cancel := context.WithTimeout(rpc.As(context.Background(), as), time.Minute)
	defer cancel()
	reply := q.out.New().Interface()
	if err := l.caller.Call(ctx, q.service, q.method, in, reply); err != nil {
		if kind := errs.KindOf(err); kind != errs.NotFound && kind != errs.Invalid && kind != errs.Denied && kind != errs.Conflict {
			l.t.Errorf("%s.%s: %v", q.service, q.method, err)
		}
		return []string{"refused: " + errs.CodeOf(err)}
	}
	add := func(name string, v any) {
		b, err := json.Marshal(v) // protojson's spaces are random
		if err != nil {
			l.t.Fatal(err)
		}
		rows = append(rows, name+" "+string(b))
	}
	b, err := protojson.Marshal(reply)
	if err != nil {
		l.t.Fatal(err)
	}
	var fields map[string]any
	if err := json.Unmarshal(b, &fields); err != nil {
		l.t.Fatal(err)
	}
	for name, v := range fields {
		if list, ok := v.([]any); ok {
			for _, one := range list {
				add(name, one)
			}
			continue
		}
		add(name, v)
	}
	slices.Sort(rows)
	return rows
}

// own is all that a worker reads of the own life, in every department, by method.
func (l *life) own(worker string) map[string][]string {
	l.t.Helper()
	all := map[string][]string{}
	for _, q := range questions(l.t) {
		f := q.in.Descriptor().Fields().ByName("worker")
		if f == nil || f.Kind() != protoreflect.StringKind || f.IsList() || !slices.Contains(q.rule.GetCallers(), string(auth.Worker)) {
			continue
		}
		in := q.in.New()
		in.Set(f, protoreflect.ValueOfString(worker))
		if limit := q.in.Descriptor().Fields().ByName("limit"); limit != nil {
			in.Set(limit, protoreflect.ValueOfInt32(200))
		}
		all[q.service+"."+q.method] = l.rows(q, auth.Principal{Kind: auth.Worker, Subject: worker, Via: auth.ViaWeb}, in.Interface())
	}
	return all
}

// listed is what the departments' officers and the employer see in their lists.
func (l *life) listed() map[string][]string {
	l.t.Helper()
	all := map[string][]string{}
	for _, q := range questions(l.t) {
		if !strings.HasPrefix(q.method, "List") || q.in.Descriptor().Fields().ByName("worker") != nil {
			continue
		}
		if q.service == "identity" { // it lists what is one's own, for who signed in
			continue
		}
		in := q.in.New()
		for i := range q.in.Descriptor().Fields().Len() {
			f := q.in.Descriptor().Fields().Get(i)
			if f.Kind() != protoreflect.StringKind || f.IsList() {
				continue
			}
			text := map[string]string{"county": county, "division": county, "employer_id": l.employer, "vacancy_id": l.vacancy, "course_id": l.course, "school_id": l.school}[string(f.Name())]
			if text != "" {
				in.Set(f, protoreflect.ValueOfString(text))
			}
		}
		for _, c := range q.rule.GetCallers() {
			who := auth.Principal{Kind: auth.Employer, Subject: l.employer, Via: auth.ViaWeb}
			if kind, department, _ := strings.Cut(c, ":"); kind == string(auth.Officer) {
				who = auth.Principal{Kind: auth.Officer, Subject: "o-1", Department: department, Division: county, Via: auth.ViaCounter}
				if department == "" {
					who.Department = "hrss"
				}
			} else if kind != string(auth.Employer) {
				continue
			}
			all[c+" "+q.service+"."+q.method] = l.rows(q, who, in.Interface())
		}
	}
	return all
}

// hasAll compares answers with those of before: the same, or where they grow none
// missing.
func (l *life) hasAll(what string, got, want map[string][]string) {
	l.t.Helper()
	for _, method := range slices.Sorted(maps.Keys(want)) {
		name := method[strings.LastIndexByte(method, ' ')+1:]
		for _, row := range want[method] {
			if !slices.Contains(got[method], row) {
				l.t.Errorf("%s: %s misses %s", what, method, row)
			}
		}
		if !slices.Contains(grows, name) && len(got[method]) != len(want[method]) {
			l.t.Errorf("%s: %s has %d rows, not %d: %v", what, method, len(got[method]), len(want[method]), got[method])
		}
	}
}

// second is the same person entered once more, with entries of its own in all
// departments, of which some collide with the first ones.
func (l *life) second() *life {
	l.t.Helper()
	document, name := somebody(l.today)
	two := *l
	two.worker = must(l.registry.RegisterWorker(l.officer("hrss"), &registryv1.RegisterWorkerRequest{
		DocumentNumber: document, Name: name, County: county, Languages: []string{"zh-Hans"}, RegisteredOn: l.today.String(), NoticeVersion: "1", Signed: true}))(l.t).GetWorker()
	two.child = must(l.registry.RegisterChild(two.me(), &registryv1.RegisterChildRequest{Worker: two.worker, Name: "测试二", BirthDate: l.today.AddYears(-7).String(), County: county}))(l.t).GetChildId()
	return &two
}

// entries fills one record's life in all departments.
func (l *life) entries() {
	l.t.Helper()
	l.grant("education", "school_place", "job")
	l.grant("housing", "public_rental", "job")
	l.grant("employment", "job_search", "certificate")
	must(l.employment.SetProfile(l.me(), &employmentv1.SetProfileRequest{Worker: l.worker, Occupation: "6-29", AvailableFrom: l.today.String()}))(l.t)
	l.applyForSchool()
	l.applyForHome()
	l.hired()
	must(l.training.Enrol(l.me(), &trainingv1.EnrolRequest{Worker: l.worker, CourseId: l.course}))(l.t)
}

// personCase is an officer at work on a case about who somebody is.
func (l *life) personCase(officer string) context.Context {
	return rpc.As(context.Background(), auth.Principal{Kind: auth.Officer, Subject: officer, Department: "hrss", Division: county, Purpose: "person_case", LegalBasis: "PIPL 8", Via: auth.ViaCounter})
}

// joined lets two officers join two records, whose person agreed at a counter.
func (l *life) joined(joining registryv1.JoiningClient, other string) (joinID string) {
	l.t.Helper()
	id := must(joining.OpenJoin(l.personCase("p-1"), &registryv1.OpenJoinRequest{Worker: l.worker, OtherId: other, ReasonCode: "number_mistyped", Paper: "resident_card"}))(l.t).GetPersonCaseId()
	for _, side := range []string{"into", "alias"} {
		must(joining.HearPerson(l.personCase("p-1"), &registryv1.HearPersonRequest{PersonCaseId: id, Side: side, Paper: "resident_card", Agrees: true}))(l.t)
	}
	if _, err := joining.DecidePersonCase(l.personCase("P-1"), &registryv1.DecidePersonCaseRequest{PersonCaseId: id, Approve: true}); err == nil {
		l.t.Fatal("who opened the case decided it")
	}
	if state := must(joining.DecidePersonCase(l.personCase("p-2"), &registryv1.DecidePersonCaseRequest{PersonCaseId: id, Approve: true}))(l.t).GetState(); state != "applied" {
		l.t.Fatalf("the join is %s", state)
	}
	return id
}

// parted lets two officers undo a join. What was made meanwhile is assigned by hand
// to the other reference than the one under which it was recorded, which is returned.
func (l *life) parted(joining registryv1.JoiningClient, joinID, made string) (whose string) {
	l.t.Helper()
	id := must(joining.OpenParting(l.personCase("p-2"), &registryv1.OpenPartingRequest{JoinId: joinID, ReasonCode: "joined_wrong", Paper: "resident_card"}))(l.t).GetPersonCaseId()
	c := must(joining.GetPersonCase(l.personCase("p-2"), &registryv1.GetPersonCaseRequest{PersonCaseId: id}))(l.t)
	at := slices.IndexFunc(c.GetParts(), func(p *registryv1.PersonPart) bool { return p.GetAggregate() == made })
	if at < 0 {
		l.t.Fatalf("what was made since the join is not among its parts: %v", c.GetParts())
	}
	assign := &registryv1.AssignPartsRequest{PersonCaseId: id}
	if whose = c.GetCase().GetIntoWorker(); c.GetParts()[at].GetRecorded() == "into" {
		whose, assign.ToAlias = c.GetCase().GetAliasWorker(), []string{made}
	} else {
		assign.ToInto = []string{made}
	}
	must(joining.AssignParts(l.personCase("p-2"), assign))(l.t)
	revision := must(joining.GetPersonCase(l.personCase("p-3"), &registryv1.GetPersonCaseRequest{PersonCaseId: id}))(l.t).GetCase().GetRevision()
	if state := must(joining.DecidePersonCase(l.personCase("p-3"), &registryv1.DecidePersonCaseRequest{PersonCaseId: id, Approve: true, Revision: revision}))(l.t).GetState(); state != "applied" {
		l.t.Fatalf("the parting is %s", state)
	}
	return whose
}

// evidence is what an application may hold of the person, who has more of it once
// two records are one.
var evidence = regexp.MustCompile(`"(evidence|papersNotAsked)":\[[^\]]*\],?`)

// bare is rows without evidence.
func bare(rows []string) []string {
	out := make([]string, len(rows))
	for i, r := range rows {
		out[i] = evidence.ReplaceAllString(r, "")
	}
	return out
}

// until waits for a condition, and says at the end what stood against it.
func (l *life) until(what string, ok func() (against string, ok bool)) {
	l.t.Helper()
	var last string
	defer func() {
		if l.t.Failed() {
			l.t.Log(last)
		}
	}()
	testkit.Eventually(l.t, what, func() bool {
		against, ok := ok()
		last = against
		return ok
	})
}

// differ compares two readers' answers to some methods.
func differ(a, b map[string][]string, methods ...string) (against string, same bool) {
	for _, m := range methods {
		if !slices.Equal(a[m], b[m]) {
			return m + ":\n" + strings.Join(a[m], "\n") + "\nand\n" + strings.Join(b[m], "\n"), false
		}
	}
	return "", true
}

// A life with entries in all departments is joined with another record of the same
// person, used, and parted again: each is then what it would have been.
func TestAJoinedLifePartsAsItWas(t *testing.T) {
	t.Run("standalone", func(t *testing.T) { aJoinedLifeParts(t, platform(t), func(meanwhile func()) { meanwhile() }) })
	t.Run("cluster", func(t *testing.T) {
		on := theCluster(t)
		aJoinedLifeParts(t, caller(t, on, "demo"), func(meanwhile func()) {
			// Whoever reads the registry in three departments dies before it hears.
			var dead []string
			for _, service := range []string{"education", "housing", "employment"} {
				if name := holder(t, on, service, "cursor", "registry-0"); name != "" {
					if err := on.Kill(name); err != nil {
						t.Fatal(err)
					}
					dead = append(dead, name)
				}
			}
			meanwhile()
			for _, name := range dead { // all of them, before any is asked whether it is ready
				if err := on.Restart(context.Background(), name); err != nil {
					t.Fatal(err)
				}
			}
			if err := on.Ready(context.Background()); err != nil {
				t.Fatal(err)
			}
		})
	})
}

func aJoinedLifeParts(t *testing.T, caller contract.Caller, dying func(meanwhile func())) {
	one := begin(t, caller)
	more := must(one.employment.PublishVacancy(one.officer("hrss"), &employmentv1.PublishVacancyRequest{
		Uscc: one.uscc, Title: "水电安装工", Occupation: "6-29", Headcount: 9, WageMinFen: 400_000, WageMaxFen: 600_000, County: county,
		SeasonFrom: one.today.String(), SeasonTo: one.today.AddMonths(6).String(), Reference: rand.Text()}))(t).GetVacancyId()
	one.entries()
	two := one.second()
	two.entries()
	one.settle()
	testkit.Eventually(t, "the registry said whether they are beyond the pension age", func() bool {
		for _, l := range []*life{one, two} {
			for _, d := range l.own(l.worker)["insurance.ListCover"] {
				if strings.HasPrefix(d, "duties") && !strings.Contains(d, "schemes") {
					return false
				}
			}
		}
		return true
	})
	one.settle()
	before, after, lists := one.own(one.worker), two.own(two.worker), one.listed()
	if len(before) < 15 {
		t.Fatalf("only %d methods show a life", len(before))
	}

	joining := registryv1.JoiningClient{Caller: caller, Target: "registry"}
	var joinID string
	dying(func() { joinID = one.joined(joining, two.worker) })
	one.settle()
	one.until("every department knows that they are one", func() (string, bool) {
		a, b := one.own(one.worker), one.own(two.worker)
		return differ(a, b, "training.ListEnrolments", "insurance.ListCover", "education.ListApplications", "housing.ListApplications", "employment.ListApplications")
	})
	mine, theirs := one.own(one.worker), one.own(two.worker)
	for _, method := range slices.Sorted(maps.Keys(mine)) {
		if method == "registry.ListAccess" { // the looks that this test makes
			continue
		}
		if !slices.Equal(mine[method], theirs[method]) {
			t.Errorf("%s answers the references of one person differently:\n%v\n%v", method, mine[method], theirs[method])
		}
		for _, was := range []map[string][]string{before, after} {
			for _, row := range was[method] {
				if list, _, _ := strings.Cut(row, " "); strings.HasSuffix(list, "s") && !slices.Contains(bare(mine[method]), evidence.ReplaceAllString(row, "")) {
					t.Errorf("%s of the joined person misses %s", method, row)
				}
			}
		}
	}

	// It is used: by the one reference, and by the other.
	used := must(one.employment.Apply(two.me(), &employmentv1.ApplyRequest{Worker: one.worker, VacancyId: more}))(t).GetApplicationId()
	if _, err := one.employment.Apply(one.me(), &employmentv1.ApplyRequest{Worker: two.worker, VacancyId: more}); err == nil {
		again := must(one.employment.Apply(one.me(), &employmentv1.ApplyRequest{Worker: two.worker, VacancyId: more}))(t).GetApplicationId()
		if again != used {
			t.Error("one person applied twice for one post")
		}
	}
	one.settle()

	var whose string
	dying(func() { whose = one.parted(joining, joinID, used) })
	one.settle()
	one.until("every department knows that they are two", func() (string, bool) {
		return differ(two.own(two.worker), after, "training.ListEnrolments", "insurance.ListCover", "education.ListApplications", "housing.ListApplications")
	})
	for _, l := range []*life{one, two} {
		rows := l.own(l.worker)
		for _, method := range []string{"employment.ListApplications", "registry.ListTimeline"} {
			about := slices.DeleteFunc(slices.Clone(rows[method]), func(row string) bool { return !strings.Contains(row, used) })
			if (len(about) > 0) != (l.worker == whose) {
				t.Errorf("%s shows of what was assigned: %v", method, about)
			}
		}
		if l.worker == whose {
			must(l.employment.WithdrawApplication(l.me(), &employmentv1.WithdrawApplicationRequest{ApplicationId: used}))(t)
		}
	}
	one.settle()
	now := one.own(one.worker)
	left := two.own(two.worker)
	for _, got := range []map[string][]string{now, left} { // the application that was made meanwhile
		for method, rows := range got {
			got[method] = slices.DeleteFunc(rows, func(row string) bool { return strings.Contains(row, used) })
		}
	}
	one.hasAll("the first record", now, before)
	one.hasAll("the second record", left, after)
	one.hasAll("officers and the employer", one.listed(), lists)
}
