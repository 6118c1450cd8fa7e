package registry_test

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/testkit"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
)

// family is a child with its mother, who registered it, and others who may become
// its guardians.
type family struct {
	*fixture
	t              *testing.T
	guardians      registryv1.GuardiansClient
	mother, father string
	child          string
}

func newFamily(t *testing.T) *family {
	f := start(t)
	m := &family{fixture: f, t: t, guardians: registryv1.GuardiansClient{Caller: f.Client(), Target: "registry"}, mother: f.register(t, 1), father: f.register(t, 2)}
	m.child = m.kid(m.mother, "2020-08-08")
	return m
}

// unplaced is the birth date of a child of whom no township is entered.
const unplaced = "2020-08-09"

func (m *family) kid(of, born string) string {
	m.t.Helper()
	r := child(of)
	if r.BirthDate = born; born != unplaced {
		r.Township = "654301001"
	}
	got, err := m.client.RegisterChild(m.Counter("edu", of), r)
	if err != nil {
		m.t.Fatal(err)
	}
	return got.GetChildId()
}

// bureau is an officer of education who works on a child's guardians.
func (m *family) bureau(staff, county string) context.Context {
	return m.As(auth.Principal{Kind: auth.Officer, Subject: staff, Department: "edu", Division: county, Purpose: "person_case"})
}

func (m *family) add(worker string) *registryv1.AddGuardianRequest {
	return &registryv1.AddGuardianRequest{ChildId: m.child, Worker: worker, GuardianKind: "parent", Paper: "birth_certificate"}
}

// added adds a guardian to whom the mother agrees.
func (m *family) added(worker string) string {
	m.t.Helper()
	got, err := m.guardians.AddGuardian(m.desk("a-1", home), m.add(worker))
	if err != nil || got.GetState() != "asked" {
		m.t.Fatalf("%v, %v", got, err)
	}
	if got, err := m.guardians.AnswerGuardian(m.Worker(m.mother), &registryv1.AnswerGuardianRequest{GuardianId: got.GetGuardianId(), Agree: true}); err != nil || got.GetState() != "active" {
		m.t.Fatalf("%v, %v", got, err)
	}
	return got.GetGuardianId()
}

// reads reports what a person is told of the child, "" for nothing.
func (m *family) reads(worker string) string {
	m.t.Helper()
	got, err := m.client.GetChild(m.Worker(worker), &registryv1.GetChildRequest{ChildId: m.child})
	switch {
	case errs.CodeOf(err) == "registry.child.unknown":
		return ""
	case err != nil:
		m.t.Fatal(err)
	case got.GetChild().GetWorker() != worker || len(got.GetGuardians()) > 0 || len(got.GetChildIds()) > 0:
		m.t.Errorf("%s learns of others: %v", worker, got)
	}
	return strings.TrimSpace(got.GetChild().GetName() + " " + got.GetChild().GetTownship())
}

// family is what a department is told: the state of each guardian, and a mark where
// that one may decide.
func (m *family) family() map[string]string {
	m.t.Helper()
	got, err := m.client.GetChild(m.Service("education"), &registryv1.GetChildRequest{ChildId: m.child, CaseId: "app-1"})
	if err != nil {
		m.t.Fatal(err)
	}
	all := map[string]string{}
	for _, g := range got.GetGuardians() {
		all[g.GetWorker()] = g.GetState()
		if g.GetMayDecide() {
			all[g.GetWorker()] += "!"
		}
	}
	return all
}

// decided opens a case and has another officer agree.
func (m *family) decided(r *registryv1.OpenGuardianCaseRequest) string {
	m.t.Helper()
	r.ChildId = m.child
	got, err := m.guardians.OpenGuardianCase(m.desk("a-1", home), r)
	if err != nil {
		m.t.Fatal(err)
	}
	if done, err := m.guardians.DecideGuardianCase(m.desk("a-2", home), &registryv1.DecideGuardianCaseRequest{CaseId: got.GetCaseId(), Approve: true}); err != nil || done.GetState() != "applied" {
		m.t.Fatalf("%v, %v", done, err)
	}
	return got.GetCaseId()
}

// lives is how the own things with the registry stand, as the first page tells a person.
func (m *family) lives(worker string) (all []string) {
	m.t.Helper()
	got, err := platformv1.LifeClient{Caller: m.Client(), Target: "registry"}.ListLife(m.Worker(worker), &platformv1.ListLifeRequest{Worker: worker})
	if err != nil {
		m.t.Fatal(err)
	}
	for _, one := range got.GetThings() {
		all = append(all, strings.TrimSpace(strings.Join([]string{one.GetMatter(), one.GetState(), one.GetName(), one.GetAnswerBy(), one.GetExpectedOn()}, " ")))
		if of := one.GetChild() + one.GetWithin(); of != "" && of != m.child+m.child {
			m.t.Errorf("of another child: %v", one)
		}
	}
	return all
}

type refusal struct {
	as   context.Context
	code string
}

func TestAFurtherGuardianIsAgreedTo(t *testing.T) {
	m := newFamily(t)
	for name, c := range map[string]struct {
		refusal
		change func(*registryv1.AddGuardianRequest)
	}{
		"another county":          {refusal{m.desk("b-1", away), "registry.child.unknown"}, nil},
		"the mother":              {refusal{m.Worker(m.mother), "auth.denied"}, nil},
		"an employer":             {refusal{m.Employer("e"), "auth.denied"}, nil},
		"housing":                 {refusal{m.Officer("hou"), "auth.denied"}, nil},
		"another purpose":         {refusal{m.clerk("a-1", home), "auth.purpose"}, nil},
		"nobody registered":       {refusal{m.desk("a-1", home), "guardian_unknown"}, func(r *registryv1.AddGuardianRequest) { r.Worker = "nobody" }},
		"who is one":              {refusal{m.desk("a-1", home), "registry.guardian.twice"}, func(r *registryv1.AddGuardianRequest) { r.Worker = m.mother }},
		"no such kind":            {refusal{m.desk("a-1", home), "registry.guardian.form"}, func(r *registryv1.AddGuardianRequest) { r.GuardianKind = "uncle" }},
		"not itself":              {refusal{m.desk("a-1", home), "registry.guardian.form"}, func(r *registryv1.AddGuardianRequest) { r.GuardianKind, r.Paper = "self", "resident_card" }},
		"a parent without papers": {refusal{m.desk("a-1", home), "registry.guardian.form"}, func(r *registryv1.AddGuardianRequest) { r.Paper = "own_word" }},
		"a court without court":   {refusal{m.desk("a-1", home), "registry.guardian.form"}, func(r *registryv1.AddGuardianRequest) { r.GuardianKind = "court" }},
		"a power without an end":  {refusal{m.desk("a-1", home), "registry.guardian.form"}, func(r *registryv1.AddGuardianRequest) { r.GuardianKind, r.Paper = "grandparent", "power_of_attorney" }},
		"a power that is over": {refusal{m.desk("a-1", home), "registry.guardian.form"}, func(r *registryv1.AddGuardianRequest) {
			r.GuardianKind, r.Paper, r.ValidTo = "grandparent", "power_of_attorney", "2026-11-01"
		}},
		"no such child": {refusal{m.desk("a-1", home), "registry.child.unknown"}, func(r *registryv1.AddGuardianRequest) { r.ChildId = "none" }},
	} {
		r := m.add(m.father)
		if c.change != nil {
			c.change(r)
		}
		if _, err := m.guardians.AddGuardian(c.as, r); errs.CodeOf(err) != c.code {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
	}
	got, err := m.guardians.AddGuardian(m.bureau("e-1", home), m.add(m.father))
	if err != nil || got.GetState() != "asked" {
		t.Fatalf("%v, %v", got, err)
	}
	if _, err := m.guardians.AddGuardian(m.desk("a-1", home), m.add(m.father)); errs.CodeOf(err) != "registry.guardian.twice" {
		t.Errorf("asked for twice: %v", err)
	}
	if m.reads(m.father) != "" {
		t.Error("who is asked for reads the child")
	}
	m.Settle()
	if told := m.told(t, m.mother); !slices.Contains(told, "registry.guardian.asked") {
		t.Errorf("the mother was told %v", told)
	}
	mine, err := m.guardians.ListMyChildren(m.Worker(m.mother), &registryv1.ListMyChildrenRequest{Worker: m.mother})
	if err != nil || len(mine.GetChildren()) != 1 || len(mine.GetChildren()[0].GetAsked()) != 1 {
		t.Fatalf("%v, %v", mine, err)
	}
	if asked := mine.GetChildren()[0].GetAsked()[0]; asked.GetName() == "" || asked.GetWorker() != "" || asked.GetAnswerBy() != "2026-11-09" {
		t.Errorf("she knows who, and no reference: %v", asked)
	}
	looks := len(m.accesses(t, m.father))
	if lives := m.lives(m.mother); !slices.Equal(lives, []string{"guardian asked  2026-11-09", "child guardian 叶尔肯·努尔兰"}) {
		t.Errorf("to the mother is told %q", lives)
	}
	if lives := m.lives(m.father); !slices.Equal(lives, []string{"guardianship asked   2026-11-10"}) {
		t.Errorf("to the father is told %q", lives)
	}
	if more := len(m.accesses(t, m.father)) - looks; more != 0 {
		t.Errorf("whose name is not told is looked at %d times", more)
	}
	yes := &registryv1.AnswerGuardianRequest{GuardianId: got.GetGuardianId(), Agree: true}
	for name, c := range map[string]refusal{
		"the father himself": {m.Worker(m.father), "registry.guardian.unknown"},
		"a stranger":         {m.Worker(m.register(t, 3)), "registry.guardian.unknown"},
		"her helper":         {m.As(auth.Principal{Kind: auth.Worker, Subject: "h", ActsFor: m.mother, Via: auth.ViaHelper}), "registry.guardian.unknown"},
		"an officer":         {m.Officer("hrss"), "auth.denied"},
	} {
		if _, err := m.guardians.AnswerGuardian(c.as, yes); errs.CodeOf(err) != c.code {
			t.Errorf("%s answers: %v, want %s", name, err, c.code)
		}
	}
	if got, err := m.guardians.AnswerGuardian(m.Worker(m.mother), yes); err != nil || got.GetState() != "active" {
		t.Fatalf("%v, %v", got, err)
	}
	if _, err := m.guardians.AnswerGuardian(m.Worker(m.mother), &registryv1.AnswerGuardianRequest{GuardianId: got.GetGuardianId()}); errs.CodeOf(err) != "registry.guardian.state" {
		t.Errorf("answered twice: %v", err)
	}
	m.Settle()
	if told := m.told(t, m.father); !slices.Contains(told, "registry.guardian.added") {
		t.Errorf("the father was told %v", told)
	}
	if got := m.reads(m.father); got != "叶尔肯·努尔兰 654301001" {
		t.Errorf("the father reads %q", got)
	}
	if all := m.family(); len(all) != 2 || all[m.father] != "active!" || all[m.mother] != "active!" {
		t.Errorf("%v", all)
	}
	for _, guardian := range []string{m.mother, m.father} {
		if lives := m.lives(guardian); !slices.Equal(lives, []string{"child guardian 叶尔肯·努尔兰"}) {
			t.Errorf("to %s is told %q", guardian, lives)
		}
	}
	// He registers the child as his own: it is the same child.
	again := child(m.father)
	again.Name = "叶尔肯努尔兰"
	if got, err := m.client.RegisterChild(m.Worker(m.father), again); err != nil || got.GetChildId() != m.child {
		t.Errorf("%v, %v", got, err)
	}
}

// What each guardian says of a further one is kept for each: that one takes an agreement
// back changes nothing of another's. Officers read it, guardians do not.
func TestEachGuardiansWordIsKeptApart(t *testing.T) {
	m := newFamily(t)
	m.added(m.father)
	aunt := m.register(t, 3)
	got, err := m.guardians.AddGuardian(m.desk("a-1", home), &registryv1.AddGuardianRequest{ChildId: m.child, Worker: aunt, GuardianKind: "court", Paper: "court_paper"})
	if err != nil {
		t.Fatal(err)
	}
	id := got.GetGuardianId()
	says := func(worker string, agree bool, want string) {
		t.Helper()
		m.clock.Advance(time.Hour)
		if got, err := m.guardians.AnswerGuardian(m.Worker(worker), &registryv1.AnswerGuardianRequest{GuardianId: id, Agree: agree}); err != nil || got.GetState() != want {
			t.Fatalf("%v, %v", got, err)
		}
	}
	says(m.mother, true, "asked")
	says(m.father, true, "asked")
	says(m.mother, false, "disputed")
	list, err := m.guardians.ListGuardians(m.desk("a-2", home), &registryv1.ListGuardiansRequest{ChildId: m.child, CaseId: "case-1"})
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, g := range list.GetGuardians() {
		at := int64(0)
		for _, w := range g.GetWords() {
			if w.GetSaidAt() <= at {
				t.Errorf("not in order: %v", g.GetWords())
			}
			if at = w.GetSaidAt(); g.GetGuardianId() == id {
				said = append(said, w.GetWorker()+" "+w.GetWord())
			}
		}
	}
	if want := []string{m.mother + " agrees", m.father + " agrees", m.mother + " objects"}; !slices.Equal(said, want) {
		t.Errorf("%q, not %q", said, want)
	}
	for _, worker := range []string{m.mother, m.father} {
		mine, err := m.guardians.ListMyChildren(m.Worker(worker), &registryv1.ListMyChildrenRequest{Worker: worker})
		if err != nil || strings.Contains(mine.String(), "words") || strings.Contains(mine.String(), "agrees") {
			t.Errorf("%s reads another's word: %v, %v", worker, mine, err)
		}
	}
	others, err := m.client.GetChild(m.Service("education"), &registryv1.GetChildRequest{ChildId: m.child, CaseId: "app-1"})
	if err != nil || strings.Contains(others.String(), "agrees") {
		t.Errorf("a department reads a word: %v, %v", others, err)
	}
}

func TestSilenceAddsAGuardian(t *testing.T) {
	m := newFamily(t)
	got, err := m.guardians.AddGuardian(m.desk("a-1", home), m.add(m.father))
	if err != nil {
		t.Fatal(err)
	}
	m.clock.Advance(7 * 24 * time.Hour)
	m.Settle()
	if m.reads(m.father) != "" {
		t.Error("on the last day to object he is no guardian yet")
	}
	m.clock.Advance(24 * time.Hour)
	testkit.Eventually(t, "nobody objected", func() bool { return m.reads(m.father) != "" })
	if _, err := m.guardians.AnswerGuardian(m.Worker(m.mother), &registryv1.AnswerGuardianRequest{GuardianId: got.GetGuardianId()}); errs.CodeOf(err) != "registry.guardian.state" {
		t.Errorf("too late: %v", err)
	}
}

func TestAnObjectionIsHeardAndDecided(t *testing.T) {
	for name, late := range map[string]bool{"both come": false, "one does not come": true} {
		t.Run(name, func(t *testing.T) {
			m := newFamily(t)
			got, err := m.guardians.AddGuardian(m.desk("a-1", home), m.add(m.father))
			if err != nil {
				t.Fatal(err)
			}
			id := got.GetGuardianId()
			if got, err := m.guardians.AnswerGuardian(m.Worker(m.mother), &registryv1.AnswerGuardianRequest{GuardianId: id}); err != nil || got.GetState() != "disputed" {
				t.Fatalf("%v, %v", got, err)
			}
			m.Settle()
			if !slices.Contains(m.told(t, m.father), "registry.guardian.disputed") || !slices.Contains(m.told(t, m.mother), "registry.guardian.disputed") {
				t.Error("both are told that they will be heard")
			}
			matters, err := m.guardians.ListGuardianMatters(m.desk("a-2", home), &registryv1.ListGuardianMattersRequest{})
			if err != nil || len(matters.GetDisputes()) != 1 || matters.GetDisputes()[0].GetDecidable() {
				t.Errorf("%v, %v", matters, err)
			}
			if matters, err := m.guardians.ListGuardianMatters(m.desk("b-1", away), &registryv1.ListGuardianMattersRequest{}); err != nil || len(matters.GetDisputes()) != 0 {
				t.Errorf("another county's: %v, %v", matters, err)
			}
			yes := &registryv1.DecideGuardianRequest{GuardianId: id, Approve: true}
			if _, err := m.guardians.DecideGuardian(m.desk("a-2", home), yes); errs.CodeOf(err) != "registry.guardian.hear" {
				t.Errorf("before anybody was heard: %v", err)
			}
			for _, side := range []string{"present", "new"} {
				if late && side == "new" {
					m.clock.Advance(16 * 24 * time.Hour)
					continue
				}
				if _, err := m.guardians.HearGuardian(m.desk("a-1", home), &registryv1.HearGuardianRequest{GuardianId: id, Side: side}); err != nil {
					t.Fatal(err)
				}
				if _, err := m.guardians.DecideGuardian(m.desk("a-2", home), yes); side == "present" && errs.CodeOf(err) != "registry.guardian.hear" {
					t.Errorf("when one was heard: %v", err)
				}
				if side == "new" {
					break
				}
			}
			for name, c := range map[string]refusal{
				"who entered him":             {m.desk("a-1", home), "registry.contact_case.own"},
				"the same, written otherwise": {m.desk("A-1", home), "registry.contact_case.own"},
				"another county":              {m.desk("b-1", away), "registry.guardian.unknown"},
				"the mother":                  {m.Worker(m.mother), "auth.denied"},
			} {
				if late {
					if _, err := m.guardians.DecideGuardian(c.as, yes); errs.CodeOf(err) != c.code {
						t.Errorf("%s: %v, want %s", name, err, c.code)
					}
				}
			}
			if !late {
				if m.reads(m.father) == "" {
					t.Error("decided for him, after both were heard")
				}
				return
			}
			if _, err := m.guardians.DecideGuardian(m.desk("a-2", home), &registryv1.DecideGuardianRequest{GuardianId: id}); err != nil {
				t.Fatal(err)
			}
			m.Settle()
			if m.reads(m.father) != "" || !slices.Contains(m.told(t, m.father), "registry.guardian.decided") {
				t.Error("refused, and told")
			}
		})
	}
}

func TestTwoOfficersEndAGuardianship(t *testing.T) {
	m := newFamily(t)
	id := m.added(m.father)
	lost := &registryv1.OpenGuardianCaseRequest{CaseKind: "end", ChildId: m.child, GuardianId: id, ReasonCode: "custody_lost", Paper: "court_paper"}
	for name, c := range map[string]struct {
		refusal
		change func(*registryv1.OpenGuardianCaseRequest)
	}{
		"another county": {refusal{m.desk("b-1", away), "registry.child.unknown"}, nil},
		"the mother":     {refusal{m.Worker(m.mother), "auth.denied"}, nil},
		"no reason":      {refusal{m.desk("a-1", home), "registry.guardian.reason"}, func(r *registryv1.OpenGuardianCaseRequest) { r.ReasonCode = "because" }},
		"no paper":       {refusal{m.desk("a-1", home), "registry.guardian.reason"}, func(r *registryv1.OpenGuardianCaseRequest) { r.Paper = "witness" }},
		"no guardian":    {refusal{m.desk("a-1", home), "registry.guardian.unknown"}, func(r *registryv1.OpenGuardianCaseRequest) { r.GuardianId = "none" }},
		"no kind":        {refusal{m.desk("a-1", home), "registry.guardian.reason"}, func(r *registryv1.OpenGuardianCaseRequest) { r.CaseKind = "sell" }},
	} {
		r := proto.Clone(lost).(*registryv1.OpenGuardianCaseRequest)
		if c.change != nil {
			c.change(r)
		}
		if _, err := m.guardians.OpenGuardianCase(c.as, r); errs.CodeOf(err) != c.code {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
	}
	opened, err := m.guardians.OpenGuardianCase(m.desk("a-1", home), lost)
	if err != nil {
		t.Fatal(err)
	}
	yes := &registryv1.DecideGuardianCaseRequest{CaseId: opened.GetCaseId(), Approve: true}
	for name, c := range map[string]refusal{
		"who opened it": {m.desk("a-1", home), "registry.contact_case.own"}, "the same, written otherwise": {m.desk("A-1", home), "registry.contact_case.own"},
		"another county": {m.desk("b-1", away), "registry.contact_case.unknown"}, "a guardian": {m.Worker(m.mother), "auth.denied"},
	} {
		if _, err := m.guardians.DecideGuardianCase(c.as, yes); errs.CodeOf(err) != c.code {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
	}
	if m.reads(m.father) == "" {
		t.Error("what one officer asks for ends nothing")
	}
	if _, err := m.guardians.DecideGuardianCase(m.bureau("e-2", home), yes); err != nil {
		t.Fatal(err)
	}
	if _, err := m.guardians.DecideGuardianCase(m.desk("a-3", home), yes); errs.CodeOf(err) != "registry.contact_case.decided" {
		t.Errorf("twice: %v", err)
	}
	m.Settle()
	if m.reads(m.father) != "" || !slices.Contains(m.told(t, m.father), "registry.guardian.ended") {
		t.Error("he reads it, or was not told")
	}
	if all := m.family(); all[m.father] != "ended" || all[m.mother] != "active!" {
		t.Errorf("%v", all)
	}
	readers := map[string]bool{}
	for _, l := range m.accesses(t, m.mother) {
		readers[l.GetReader()] = true
	}
	if !readers["a-1"] || !readers["e-2"] {
		t.Errorf("both are in her log: %v", readers)
	}
}

// A recorded death ends what somebody is guardian of, and its reversal brings it back.
func TestADeathEndsAGuardianshipAndItsReversalRestoresIt(t *testing.T) {
	m := newFamily(t)
	m.added(m.father)
	deaths := registryv1.DeathClient{Caller: m.Client(), Target: "registry"}
	asked, err := deaths.ProposeDeath(m.desk("a-1", home), died(m.mother))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := deaths.DecideDeath(m.desk("a-2", home), &registryv1.DecideDeathRequest{CaseId: asked.GetCaseId(), Approve: true}); err != nil {
		t.Fatal(err)
	}
	if all := m.family(); all[m.mother] != "ended" || all[m.father] != "active!" {
		t.Errorf("after the death: %v", all)
	}
	if got := m.reads(m.father); got != "叶尔肯·努尔兰" {
		t.Errorf("where she lived is nobody's business any more: %q", got)
	}
	if _, err := deaths.ReverseDeath(m.desk("b-1", away), &registryv1.ReverseDeathRequest{DocumentNumber: number(adult, 1), ShownPaper: "resident_card"}); err != nil {
		t.Fatal(err)
	}
	if all := m.family(); all[m.mother] != "active!" || all[m.father] != "active!" {
		t.Errorf("after the reversal: %v", all)
	}
	if m.reads(m.mother) == "" {
		t.Error("she is no guardian any more")
	}
}

// dies records the father's death; the way back is the answer.
func (m *family) dies() (reverse func()) {
	m.t.Helper()
	deaths := registryv1.DeathClient{Caller: m.Client(), Target: "registry"}
	asked, err := deaths.ProposeDeath(m.desk("a-1", home), died(m.father))
	if err != nil {
		m.t.Fatal(err)
	}
	if _, err := deaths.DecideDeath(m.desk("a-2", home), &registryv1.DecideDeathRequest{CaseId: asked.GetCaseId(), Approve: true}); err != nil {
		m.t.Fatal(err)
	}
	return func() {
		m.t.Helper()
		if _, err := deaths.ReverseDeath(m.desk("b-1", away), &registryv1.ReverseDeathRequest{DocumentNumber: number(adult, 2), ShownPaper: "resident_card"}); err != nil {
			m.t.Fatal(err)
		}
	}
}

// A death and its reversal make no guardian of who was none, or is none any more for
// another reason.
func TestAReversalMakesNoGuardian(t *testing.T) {
	t.Run("of who is only asked for", func(t *testing.T) {
		m := newFamily(t)
		got, err := m.guardians.AddGuardian(m.desk("a-1", home), m.add(m.father))
		if err != nil {
			t.Fatal(err)
		}
		reverse := m.dies()
		if got, err := m.guardians.AnswerGuardian(m.Worker(m.mother), &registryv1.AnswerGuardianRequest{GuardianId: got.GetGuardianId(), Agree: true}); err != nil || got.GetState() != "asked" {
			t.Errorf("agreed to while dead: %v, %v", got, err)
		}
		m.clock.Advance(9 * 24 * time.Hour)
		m.Settle()
		if all := m.family(); all[m.father] == "active" || all[m.father] == "active!" || m.reads(m.father) != "" {
			t.Errorf("while dead: %v", all)
		}
		reverse()
		if m.reads(m.father) != "" {
			t.Error("a reversal made a guardian of who was asked for")
		}
		m.Settle()
		asked := 0
		for _, template := range m.told(t, m.mother) {
			if template == "registry.guardian.asked" {
				asked++
			}
		}
		if asked != 2 {
			t.Errorf("the mother was asked %d times", asked)
		}
		m.clock.Advance(9 * 24 * time.Hour)
		testkit.Eventually(t, "nobody objected", func() bool { return m.reads(m.father) != "" })
	})
	t.Run("of who lost custody meanwhile", func(t *testing.T) {
		m := newFamily(t)
		id := m.added(m.father)
		reverse := m.dies()
		if _, err := m.guardians.AddGuardian(m.desk("a-1", home), m.add(m.father)); errs.CodeOf(err) != "registry.guardian.died" {
			t.Errorf("added while dead: %v", err)
		}
		m.decided(&registryv1.OpenGuardianCaseRequest{CaseKind: "end", GuardianId: id, ReasonCode: "custody_lost", Paper: "court_paper"})
		reverse()
		if all := m.family(); all[m.father] != "ended" || m.reads(m.father) != "" {
			t.Errorf("%v", all)
		}
	})
	t.Run("of who has grown up meanwhile", func(t *testing.T) {
		m := newFamily(t)
		m.child = m.kid(m.mother, "2008-12-20") // eighteen in seven weeks
		m.added(m.father)
		reverse := m.dies()
		m.clock.Set(time.Date(2026, 12, 21, 4, 0, 0, 0, time.UTC))
		testkit.Eventually(t, "the child has grown up", func() bool { return m.family()[m.mother] == "ended" })
		reverse()
		if all := m.family(); all[m.father] != "ended" {
			t.Errorf("%v", all)
		}
	})
}

// One guardian agrees; another may object.
func TestOneOfTwoDoesNotAgreeForBoth(t *testing.T) {
	m := newFamily(t)
	m.added(m.father)
	third := m.register(t, 6)
	got, err := m.guardians.AddGuardian(m.desk("a-1", home), m.add(third))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := m.guardians.AnswerGuardian(m.Worker(m.father), &registryv1.AnswerGuardianRequest{GuardianId: got.GetGuardianId(), Agree: true}); err != nil || got.GetState() != "asked" {
		t.Errorf("one agreed: %v, %v", got, err)
	}
	if got, err := m.guardians.AnswerGuardian(m.Worker(m.mother), &registryv1.AnswerGuardianRequest{GuardianId: got.GetGuardianId()}); err != nil || got.GetState() != "disputed" {
		t.Errorf("the other objected: %v, %v", got, err)
	}
}

// A child whose other guardian is recorded as dead is not erased with the account of
// the one who lives: a death is reversed.
func TestClosingLeavesTheChildToWhoMayComeBack(t *testing.T) {
	m := newFamily(t)
	m.added(m.father)
	reverse := m.dies()
	if _, err := m.client.CloseAccount(m.Worker(m.mother), &registryv1.CloseAccountRequest{Worker: m.mother}); err != nil {
		t.Fatal(err)
	}
	m.Settle()
	reverse()
	if all := m.family(); all[m.father] != "active!" || m.reads(m.father) == "" {
		t.Errorf("%v", all)
	}
}

// An account that closes leaves the child to the other guardian; the last one's takes
// it along.
func TestClosingLeavesTheChildToTheOtherGuardian(t *testing.T) {
	m := newFamily(t)
	m.added(m.father)
	if _, err := m.client.CloseAccount(m.Worker(m.mother), &registryv1.CloseAccountRequest{Worker: m.mother}); err != nil {
		t.Fatal(err)
	}
	m.Settle()
	if all := m.family(); len(all) != 1 || all[m.father] != "active!" {
		t.Errorf("%v", all)
	}
	if got := m.reads(m.father); got != "叶尔肯·努尔兰" {
		t.Errorf("he reads %q", got)
	}
	if _, err := m.client.CloseAccount(m.Worker(m.father), &registryv1.CloseAccountRequest{Worker: m.father}); err != nil {
		t.Fatal(err)
	}
	m.Settle()
	if _, err := m.client.GetChild(m.Service("education"), &registryv1.GetChildRequest{ChildId: m.child}); errs.CodeOf(err) != "registry.child.unknown" {
		t.Errorf("the child stayed: %v", err)
	}
}

// Who is asked for and whose silence is waited for goes with the child: nothing of it
// is left to be tried.
func TestNobodyIsWaitedForWhoWentWithTheChild(t *testing.T) {
	m := newFamily(t)
	if _, err := m.guardians.AddGuardian(m.desk("a-1", home), m.add(m.father)); err != nil {
		t.Fatal(err)
	}
	for _, w := range []string{m.father, m.mother} {
		if _, err := m.client.CloseAccount(m.Worker(w), &registryv1.CloseAccountRequest{Worker: w}); err != nil {
			t.Fatal(err)
		}
	}
	m.clock.Advance(9 * 24 * time.Hour)
	m.Settle()
}

// One child whom both parents entered becomes one by two officers, and two again.
func TestAChildWhomBothParentsEntered(t *testing.T) {
	m := newFamily(t)
	second := child(m.father)
	second.County, second.Township = away, ""
	got, err := m.client.RegisterChild(m.Worker(m.father), second)
	if err != nil || !got.GetLikelyDouble() || got.GetChildId() == m.child {
		t.Fatalf("%v, %v", got, err)
	}
	other := got.GetChildId()
	prefecture := m.desk("p-1", "654300")
	like, err := m.guardians.FindLikeChildren(prefecture, &registryv1.FindLikeChildrenRequest{ChildId: m.child, CaseId: "case-1"})
	if err != nil || !slices.Equal(like.GetChildIds(), []string{other}) {
		t.Fatalf("%v, %v", like, err)
	}
	if like, err := m.guardians.FindLikeChildren(m.desk("a-1", home), &registryv1.FindLikeChildrenRequest{ChildId: m.child}); err != nil || len(like.GetChildIds()) != 0 {
		t.Errorf("an officer of one county learns of another's child: %v, %v", like, err)
	}
	if lines := m.accesses(t, m.father); len(lines) == 0 || lines[0].GetReader() != "p-1" {
		t.Errorf("it is in the log of who was found: %v", lines)
	}
	before := m.family()
	same := &registryv1.OpenGuardianCaseRequest{CaseKind: "same", ChildId: m.child, OtherChildId: other, ReasonCode: "entered_twice", Paper: "birth_certificate"}
	if _, err := m.guardians.OpenGuardianCase(m.desk("c-1", "654325"), same); errs.CodeOf(err) != "registry.child.unknown" {
		t.Errorf("an officer of neither county: %v", err)
	}
	round := &registryv1.OpenGuardianCaseRequest{CaseKind: "same", ChildId: other, OtherChildId: m.child, ReasonCode: "entered_twice", Paper: "birth_certificate"}
	var cases []string
	for _, r := range []*registryv1.OpenGuardianCaseRequest{same, round} {
		opened, err := m.guardians.OpenGuardianCase(m.desk("a-1", home), r)
		if err != nil {
			t.Fatal(err)
		}
		cases = append(cases, opened.GetCaseId())
	}
	join := &registryv1.DecideGuardianCaseRequest{CaseId: cases[0], Approve: true}
	if _, err := m.guardians.DecideGuardianCase(m.desk("a-2", home), join); errs.CodeOf(err) != "registry.contact_case.unknown" {
		t.Errorf("two officers of one county join another county's child: %v", err)
	}
	if _, err := m.guardians.DecideGuardianCase(m.desk("b-2", away), join); err != nil {
		t.Fatal(err)
	}
	join.CaseId = cases[1]
	if _, err := m.guardians.DecideGuardianCase(m.desk("b-2", away), join); errs.CodeOf(err) != "registry.child.one" {
		t.Errorf("the other way round: %v", err)
	}
	for _, id := range []string{m.child, other} {
		one, err := m.client.GetChild(m.Service("education"), &registryv1.GetChildRequest{ChildId: id})
		if err != nil || !slices.Equal(one.GetChildIds(), []string{m.child, other}) || len(one.GetGuardians()) != 2 {
			t.Errorf("%s is %v, %v", id, one, err)
		}
	}
	his, err := m.client.GetChild(m.Worker(m.father), &registryv1.GetChildRequest{ChildId: other})
	if err != nil || his.GetChild().GetCounty() != away || his.GetChild().GetTownship() != "" {
		t.Errorf("each record stays as its guardian made it: %v, %v", his, err)
	}
	m.Settle()
	for _, w := range []string{m.mother, m.father} {
		if !slices.Contains(m.told(t, w), "registry.child.same") {
			t.Errorf("%s was not told", w)
		}
	}
	for name, r := range map[string]*registryv1.OpenGuardianCaseRequest{
		"once more":    {CaseKind: "same", ChildId: m.child, OtherChildId: other},
		"with itself":  {CaseKind: "same", ChildId: m.child, OtherChildId: m.child},
		"in a circle":  {CaseKind: "same", ChildId: other, OtherChildId: m.child},
		"never joined": {CaseKind: "two", ChildId: m.child, OtherChildId: m.child},
	} {
		r.ReasonCode, r.Paper = map[string]string{"same": "entered_twice", "two": "entered_wrong"}[r.GetCaseKind()], "birth_certificate"
		if _, err := m.guardians.OpenGuardianCase(prefecture, r); errs.KindOf(err) != errs.Conflict {
			t.Errorf("%s: %v", name, err)
		}
	}
	m.decided(&registryv1.OpenGuardianCaseRequest{CaseKind: "two", OtherChildId: other, ReasonCode: "entered_wrong", Paper: "birth_certificate"})
	if after := m.family(); len(after) != len(before) || after[m.mother] != before[m.mother] {
		t.Errorf("after parting %v, before %v", after, before)
	}
	if one, err := m.client.GetChild(m.Service("education"), &registryv1.GetChildRequest{ChildId: other}); err != nil || !slices.Equal(one.GetChildIds(), []string{other}) {
		t.Errorf("%v, %v", one, err)
	}
}

// anyLife is an answer without what differs between two lives: ids, times and proofs.
func anyLife(answer string) string {
	answer = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`).ReplaceAllString(answer, "ID")
	answer = regexp.MustCompile(`trace_id:"[0-9a-f]*"|[a-z_]+_at:[0-9]+|(correlation|causation):"[^"]*"`).ReplaceAllString(answer, "")
	return strings.Join(strings.Fields(answer), " ") // proto prints spaces at random
}

// What is hidden is answered as what was never entered: on every method that a
// guardian may call, in messages and in the access log, to the letter.
func TestWhatIsHiddenIsAnsweredAsWhatWasNeverEntered(t *testing.T) {
	answers := func(hide bool) (all []string, m *family) {
		m = newFamily(t)
		if !hide { // the same life, where no place was ever entered
			m.child = m.kid(m.mother, unplaced)
		}
		id := m.added(m.father)
		if hide {
			m.decided(&registryv1.OpenGuardianCaseRequest{
				CaseKind: "hide", GuardianId: id, Hidden: []string{"address", "school", "telephone"}, ValidTo: "2027-06-30", ReasonCode: "protection_order", Paper: "protection_order",
			})
		}
		m.Settle()
		him := m.Worker(m.father)
		for _, call := range []func() (proto.Message, error){
			func() (proto.Message, error) {
				return m.client.GetChild(him, &registryv1.GetChildRequest{ChildId: m.child})
			},
			func() (proto.Message, error) {
				return m.guardians.ListMyChildren(him, &registryv1.ListMyChildrenRequest{Worker: m.father})
			},
			func() (proto.Message, error) {
				return m.client.ListMessages(him, &registryv1.ListMessagesRequest{Worker: m.father})
			},
			func() (proto.Message, error) {
				return m.client.ListTimeline(him, &registryv1.ListTimelineRequest{Worker: m.father})
			},
			func() (proto.Message, error) {
				return m.client.ListAccess(him, &registryv1.ListAccessRequest{Worker: m.father})
			},
			func() (proto.Message, error) {
				return m.client.GetWorker(him, &registryv1.GetWorkerRequest{Worker: m.mother})
			},
			func() (proto.Message, error) {
				return m.guardians.AnswerGuardian(him, &registryv1.AnswerGuardianRequest{GuardianId: id})
			},
			func() (proto.Message, error) {
				r := child(m.father)
				r.BirthDate = map[bool]string{true: r.GetBirthDate(), false: unplaced}[hide]
				return m.client.RegisterChild(him, r)
			},
		} {
			got, err := call()
			all = append(all, fmt.Sprintf("%v, %v", got, err))
		}
		return all, m
	}
	hidden, m := answers(true)
	never, _ := answers(false)
	for i := range hidden {
		if strings.Contains(hidden[i], "654301001") || strings.Contains(hidden[i], m.mother) {
			t.Errorf("answer %d to the other guardian gives it away: %s", i, hidden[i])
		}
		a, b := strings.ReplaceAll(anyLife(hidden[i]), "2020-08-08", "2020-08-09"), anyLife(never[i])
		if a != b {
			t.Errorf("answer %d tells what is hidden from what is not there:\n%s\n%s", i, a, b)
		}
	}
	if all := m.family(); all[m.father] != "active" || all[m.mother] != "active!" {
		t.Errorf("who may not know does not decide: %v", all)
	}
	if told := m.told(t, m.mother); !slices.Contains(told, "registry.guardian.hidden") {
		t.Errorf("who is protected was told %v", told)
	}
	if told := m.told(t, m.father); slices.Contains(told, "registry.guardian.hidden") {
		t.Errorf("he was told %v", told)
	}
	if _, err := m.client.GetChild(m.As(auth.Principal{Kind: auth.Officer, Subject: "e-9", Department: "edu", Division: home}), &registryv1.GetChildRequest{ChildId: m.child}); err != nil {
		t.Fatal(err)
	}
	for _, l := range m.accesses(t, m.father) {
		if l.GetReader() == "e-9" || l.GetReader() == "a-2" && l.GetCaseId() != "" {
			t.Errorf("his log says who works on the child, and so where: %v", l)
		}
	}
	m.clock.Set(time.Date(2027, 7, 1, 4, 0, 0, 0, time.UTC))
	if got := m.reads(m.father); got != "叶尔肯·努尔兰 654301001" {
		t.Errorf("hiding has an end: %q", got)
	}
	testkit.Eventually(t, "who was protected is told of its end", func() bool {
		m.Settle()
		return slices.Contains(m.told(t, m.mother), "registry.guardian.shown")
	})
	if told := m.told(t, m.father); slices.Contains(told, "registry.guardian.shown") {
		t.Errorf("he was told %v", told)
	}
}

// At sixteen a child may have an account of its own, at eighteen its guardians' rights
// end by themselves; both are told before.
func TestAChildGrowsUp(t *testing.T) {
	m := newFamily(t)
	m.child = m.kid(m.mother, "2010-12-20") // sixteen in seven weeks
	m.added(m.father)
	own := &registryv1.OpenGuardianCaseRequest{CaseKind: "grown", ChildId: m.child, ReasonCode: "grew_up", Paper: "resident_card"}
	young := form(4)
	young.DocumentNumber = number(clock.NewDate(2010, 12, 20), 4)
	if _, err := m.client.RegisterWorker(m.Officer("hrss"), young); errs.CodeOf(err) != "under_age" {
		t.Fatalf("before sixteen: %v", err)
	}
	has := func(worker, template string) bool { m.Settle(); return slices.Contains(m.told(t, worker), template) }
	if has(m.mother, "registry.child.may_work") {
		t.Error("told too early")
	}
	m.clock.Set(time.Date(2026, 11, 21, 4, 0, 0, 0, time.UTC))
	testkit.Eventually(t, "both are told a month before sixteen", func() bool {
		return has(m.mother, "registry.child.may_work") && has(m.father, "registry.child.may_work")
	})
	m.clock.Set(time.Date(2026, 12, 20, 4, 0, 0, 0, time.UTC))
	self, err := m.client.RegisterWorker(m.Officer("hrss"), young)
	if err != nil {
		t.Fatalf("at sixteen: %v", err)
	}
	own.Worker = m.register(t, 5)
	if _, err := m.guardians.OpenGuardianCase(m.desk("a-1", home), own); errs.CodeOf(err) != "registry.child.young" {
		t.Errorf("somebody else's account: %v", err)
	}
	if lines := m.accesses(t, own.GetWorker()); !slices.ContainsFunc(lines, func(l *registryv1.AccessEntry) bool {
		return l.GetReader() == "a-1" && l.GetPurpose() == "person_case" && slices.Equal(l.GetKinds(), []string{"likely_double"})
	}) {
		t.Errorf("it was compared, and its log says %v", lines)
	}
	m.decided(&registryv1.OpenGuardianCaseRequest{CaseKind: "grown", Worker: self.GetWorker(), ReasonCode: "grew_up", Paper: "resident_card"})
	if m.reads(self.GetWorker()) != "" || m.reads(m.mother) == "" {
		t.Error("until eighteen its guardians act for it")
	}
	if !has(self.GetWorker(), "registry.child.own_asked") || !has(self.GetWorker(), "registry.child.own_linked") {
		t.Error("whose account it is was not told")
	}
	m.clock.Set(time.Date(2028, 11, 25, 4, 0, 0, 0, time.UTC))
	testkit.Eventually(t, "all are told a month before eighteen", func() bool {
		return has(m.mother, "registry.child.grows_up") && has(m.father, "registry.child.grows_up") && has(self.GetWorker(), "registry.child.grows_up")
	})
	m.clock.Set(time.Date(2028, 12, 19, 4, 0, 0, 0, time.UTC))
	if m.reads(m.mother) == "" {
		t.Error("on the day before eighteen she is guardian")
	}
	m.clock.Set(time.Date(2028, 12, 20, 4, 0, 0, 0, time.UTC))
	if m.reads(m.mother) != "" || m.reads(m.father) != "" {
		t.Error("at eighteen guardians' rights end by themselves, at once")
	}
	testkit.Eventually(t, "it acts for itself", func() bool { return m.reads(self.GetWorker()) != "" && m.family()[m.mother] == "ended" })
	m.Settle()
	if told := m.told(t, m.mother); !slices.Contains(told, "registry.guardian.ended") {
		t.Errorf("%v", told)
	}
	count := 0
	for _, template := range m.told(t, m.mother) {
		if template == "registry.child.grows_up" || template == "registry.child.may_work" {
			count++
		}
	}
	if count != 2 {
		t.Errorf("told %d times", count)
	}
}

// Where nobody is left, a look is in the log of who registered the child, but not of
// one from whom the child is hidden.
func TestNobodyIsLeftButFromWhomItIsHidden(t *testing.T) {
	for name, hide := range map[string]bool{"shown": false, "hidden": true} {
		t.Run(name, func(t *testing.T) {
			m := newFamily(t)
			got, err := m.client.GetChild(m.Service("education"), &registryv1.GetChildRequest{ChildId: m.child, CaseId: "app-1"})
			if err != nil || len(got.GetGuardians()) != 1 {
				t.Fatalf("%v, %v", got, err)
			}
			id := got.GetGuardians()[0].GetGuardianId()
			if hide {
				m.decided(&registryv1.OpenGuardianCaseRequest{
					CaseKind: "hide", GuardianId: id, Hidden: []string{"address"}, ValidTo: "2027-06-30", ReasonCode: "protection_order", Paper: "protection_order",
				})
			}
			m.decided(&registryv1.OpenGuardianCaseRequest{CaseKind: "end", GuardianId: id, ReasonCode: "custody_lost", Paper: "court_paper"})
			if _, err := m.client.GetChild(m.As(auth.Principal{Kind: auth.Officer, Subject: "e-9", Department: "edu", Division: home}), &registryv1.GetChildRequest{ChildId: m.child}); err != nil {
				t.Fatal(err)
			}
			if in := slices.ContainsFunc(m.accesses(t, m.mother), func(l *registryv1.AccessEntry) bool { return l.GetReader() == "e-9" }); in == hide {
				t.Errorf("the look is in the log: %v", in)
			}
		})
	}
}

// An officer who hears guardians, and says from whom something is hidden, reads them by
// name, and each finds the look in the own log: but for one from whom something is
// hidden, to whom it would say that it is.
func TestAnOfficerReadsGuardiansByName(t *testing.T) {
	m := newFamily(t)
	asked, err := m.guardians.AddGuardian(m.desk("a-1", home), m.add(m.father))
	if err != nil {
		t.Fatal(err)
	}
	named := func(caseID string) map[string]string {
		t.Helper()
		got, err := m.guardians.ListGuardians(m.desk("a-3", home), &registryv1.ListGuardiansRequest{ChildId: m.child, CaseId: caseID})
		if err != nil {
			t.Fatal(err)
		}
		all := map[string]string{}
		for _, g := range got.GetGuardians() {
			all[g.GetWorker()] = g.GetName()
		}
		return all
	}
	looked := func(worker, caseID string, kinds ...string) bool {
		t.Helper()
		log, err := m.client.ListAccess(m.Worker(worker), &registryv1.ListAccessRequest{Worker: worker, Limit: 200})
		if err != nil {
			t.Fatal(err)
		}
		return slices.ContainsFunc(log.GetEntries(), func(e *registryv1.AccessEntry) bool {
			return e.GetReader() == "a-3" && e.GetCaseId() == caseID && slices.Equal(e.GetKinds(), kinds)
		})
	}
	own := func(worker string) string {
		t.Helper()
		got, err := m.client.GetWorker(m.Worker(worker), &registryv1.GetWorkerRequest{Worker: worker})
		if err != nil {
			t.Fatal(err)
		}
		return got.GetPerson().GetName()
	}
	if all := named("look-1"); all[m.mother] == "" || all[m.mother] != own(m.mother) || all[m.father] != own(m.father) {
		t.Errorf("the guardians are %v", all)
	}
	if !looked(m.mother, "look-1", "child", "name") || !looked(m.father, "look-1", "name") {
		t.Error("a look at a name is not in its log")
	}
	if _, err := m.guardians.AnswerGuardian(m.Worker(m.mother), &registryv1.AnswerGuardianRequest{GuardianId: asked.GetGuardianId(), Agree: true}); err != nil {
		t.Fatal(err)
	}
	m.decided(&registryv1.OpenGuardianCaseRequest{CaseKind: "hide", GuardianId: asked.GetGuardianId(), Hidden: []string{"address"}, ValidTo: clock.Today(m.Clock).AddDays(30).String(), ReasonCode: "danger", Paper: "police_record"})
	if all := named("look-2"); all[m.father] != own(m.father) {
		t.Errorf("the guardians are %v", all)
	}
	if looked(m.father, "look-2", "name") || looked(m.father, "", "child", "name") {
		t.Error("one from whom the address is hidden reads who looks at the child")
	}
}

// An officer comes from a guardian at the counter to the children: those of his counties,
// by reference, and how many others there are. The guardian reads the look.
func TestAnOfficerComesFromAGuardianToTheChildren(t *testing.T) {
	m := newFamily(t)
	r := child(m.mother)
	r.County, r.Township, r.BirthDate = away, "", "2021-03-03"
	if _, err := m.client.RegisterChild(m.Worker(m.mother), r); err != nil {
		t.Fatal(err)
	}
	asked, err := m.guardians.AddGuardian(m.desk("a-1", home), m.add(m.father))
	if err != nil {
		t.Fatal(err)
	}
	of := func(as context.Context, worker string) (*registryv1.ListChildrenOfResponse, error) {
		return m.guardians.ListChildrenOf(as, &registryv1.ListChildrenOfRequest{Worker: worker, CaseId: "case-1"})
	}
	for name, as := range map[string]context.Context{"work": m.desk("a-1", home), "education": m.bureau("e-1", home)} {
		got, err := of(as, m.mother)
		if err != nil || len(got.GetChildren()) != 1 || got.GetChildren()[0].GetChildId() != m.child || got.GetChildren()[0].GetState() != "active" || got.GetElsewhere() != 1 {
			t.Errorf("an officer of %s: %v, %v", name, got, err)
		}
		if lines := m.accesses(t, m.mother); len(lines) == 0 || lines[0].GetReaderKind() != "officer" || !slices.Equal(lines[0].GetKinds(), []string{"child"}) || lines[0].GetPurpose() != "person_case" || lines[0].GetCaseId() != "case-1" {
			t.Errorf("%s is not in her log: %v", name, lines)
		}
	}
	if got, err := of(m.desk("p-1", prefecture), m.mother); err != nil || len(got.GetChildren()) != 2 || got.GetElsewhere() != 0 {
		t.Errorf("an officer of both counties: %v, %v", got, err)
	}
	if got, err := of(m.desk("a-1", home), m.father); err != nil || len(got.GetChildren()) != 1 || got.GetChildren()[0].GetState() != "asked" {
		t.Errorf("who is to be added: %v, %v", got, err)
	}
	if _, err := m.guardians.AnswerGuardian(m.Worker(m.mother), &registryv1.AnswerGuardianRequest{GuardianId: asked.GetGuardianId()}); err != nil {
		t.Fatal(err)
	}
	nobody := m.register(t, 4)
	if got, err := of(m.desk("a-1", home), nobody); err != nil || len(got.GetChildren()) != 0 || got.GetElsewhere() != 0 {
		t.Errorf("who has none: %v, %v", got, err)
	}
	before := len(m.accesses(t, m.mother))
	for name, c := range map[string]struct {
		as     context.Context
		worker string
		code   string
	}{
		"another county":        {m.desk("b-1", away), m.mother, "registry.worker.unknown"},
		"nobody":                {m.desk("a-1", home), m.child, "registry.worker.unknown"},
		"the police":            {m.As(auth.Principal{Kind: auth.Officer, Subject: "p-1", Department: "psb", Division: home, Purpose: "person_case"}), m.mother, "auth.denied"},
		"housing":               {m.As(auth.Principal{Kind: auth.Officer, Subject: "h-1", Department: "hou", Division: home, Purpose: "person_case"}), m.mother, "auth.denied"},
		"an operator":           {m.As(auth.Principal{Kind: auth.Officer, Subject: "o-1", Department: "hrss", Division: home, Purpose: "person_case", Role: "operator"}), m.mother, "auth.denied"},
		"the other guardian":    {m.Worker(m.father), m.mother, "auth.denied"},
		"herself":               {m.Worker(m.mother), m.mother, "auth.denied"},
		"for some other reason": {m.As(auth.Principal{Kind: auth.Officer, Subject: "a-1", Department: "hrss", Division: home, Purpose: "registration"}), m.mother, "auth.purpose"},
	} {
		if _, err := of(c.as, c.worker); errs.CodeOf(err) != c.code {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
	}
	if after := len(m.accesses(t, m.mother)); after != before {
		t.Errorf("who was refused stands in the log: %d lines, were %d", after, before)
	}
}
