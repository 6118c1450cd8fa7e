package demo

import (
	"context"
	"errors"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/rpc"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
)

// The officers who have worked on people's matters before a visitor comes: the
// first opens, the second decides. A visitor under any other number decides what
// waits.
const (
	opener  = "A-101"
	decider = "A-102"
)

// matters lets one of each matter about a person be under way in one county, so
// that a visitor finds none of its pages empty. In a prefecture that had them
// before it does nothing.
func (w *world) matters(ctx context.Context, today clock.Date) error {
	m := &matters{world: w, today: today, county: w.tables.Counties()[0].Code}
	first, made, err := m.person(ctx, "马建国", 41, 900, "")
	if err == nil {
		w.mother, _, err = m.person(ctx, "温静秋", 34, 970, "19100000011")
	}
	if err != nil || !made {
		return err
	}
	for _, f := range []func(context.Context) error{m.double, m.joinWaits, m.joinContested, m.partingWaits, m.changes, m.deaths, m.family} {
		if err := f(ctx); err != nil {
			return err
		}
	}
	_, err = w.registry().ProposeContact(m.as(ctx, opener, "contact_case"), &registryv1.ProposeContactRequest{
		Worker: first, Phone: "19100000001", County: m.county, Languages: []string{"zh-Hans"}, ReasonCode: "phone_changed", Paper: "phone_contract",
	})
	return err
}

type matters struct {
	*world
	today  clock.Date
	county string
}

func (m *matters) joining() registryv1.JoiningClient {
	return registryv1.JoiningClient{Caller: m.cfg.Caller, Target: "registry"}
}

// by is an officer of the county at work on who people are.
func (m *matters) by(ctx context.Context, staff string) context.Context {
	return m.as(ctx, staff, "person_case")
}

func (m *matters) as(ctx context.Context, staff, purpose string) context.Context {
	return rpc.As(ctx, auth.Principal{Kind: auth.Officer, Subject: staff, Department: "hrss", Division: m.county, Purpose: purpose, LegalBasis: "PIPL 8, 46", Via: auth.ViaCounter})
}

// person registers somebody with a birthday that none of the prefecture's other
// people has. made is false where that was done before.
func (m *matters) person(ctx context.Context, name string, age, sequence int, phone string) (ref string, made bool, err error) {
	reply, err := m.registry().RegisterWorker(officer(ctx, "hrss", ""), &registryv1.RegisterWorkerRequest{
		DocumentNumber: ident.Invented(settled().AddYears(-age).AddDays(-330), sequence), Name: name, Phone: phone, County: m.county,
		Languages: []string{"zh-Hans"}, RegisteredOn: m.today.AddDays(-sequence % 40).String(), NoticeVersion: notice, Signed: true,
	})
	return reply.GetWorker(), reply.GetOutcome() == "created", err
}

// pair is one person in two records, of which the second has two digits swapped.
func (m *matters) pair(ctx context.Context, name string, age, sequence int, phone string) (one, two string, err error) {
	one, _, err = m.person(ctx, name, age, sequence, phone)
	if err == nil {
		two, _, err = m.person(ctx, name, age, sequence/100*100+sequence%10*10+sequence/10%10, phone)
	}
	return one, two, err
}

// double is likely one person, whom nobody has looked at.
func (m *matters) double(ctx context.Context) error {
	_, _, err := m.pair(ctx, "周雪梅", 36, 912, "19100000002")
	return err
}

func (m *matters) join(ctx context.Context, one, two string) (string, error) {
	reply, err := m.joining().OpenJoin(m.by(ctx, opener), &registryv1.OpenJoinRequest{
		Worker: one, OtherId: two, ReasonCode: "number_mistyped", Paper: "household_register",
	})
	return reply.GetPersonCaseId(), err
}

// joined is a join that was made after the person was heard.
func (m *matters) joined(ctx context.Context, one, two string) (string, error) {
	id, err := m.join(ctx, one, two)
	for _, side := range []string{"into", "alias"} {
		if err == nil {
			_, err = m.joining().HearPerson(m.by(ctx, opener), &registryv1.HearPersonRequest{PersonCaseId: id, Side: side, Paper: "resident_card", Agrees: true})
		}
	}
	if err == nil {
		_, err = m.joining().DecidePersonCase(m.by(ctx, decider), &registryv1.DecidePersonCaseRequest{PersonCaseId: id, Approve: true})
	}
	return id, err
}

// joinWaits is a join about which the person was told and still can object.
func (m *matters) joinWaits(ctx context.Context) error {
	one, two, err := m.pair(ctx, "贺长河", 52, 923, "19100000003")
	if err == nil {
		_, err = m.join(ctx, one, two)
	}
	return err
}

// joinContested is a join that was made, with two applications of one kind in a
// department, and to which the person objects.
func (m *matters) joinContested(ctx context.Context) error {
	one, two, err := m.pair(ctx, "邓小满", 29, 934, "19100000004")
	if err != nil {
		return err
	}
	for _, ref := range []string{one, two} {
		if err := m.applies(ctx, ref); err != nil {
			return err
		}
	}
	id, err := m.joined(ctx, one, two)
	if err != nil {
		return err
	}
	_, err = m.joining().ObjectPersonCase(worker(ctx, one), &registryv1.ObjectPersonCaseRequest{PersonCaseId: id})
	return err
}

// applies lets somebody apply for the prefecture's first post.
func (m *matters) applies(ctx context.Context, ref string) error {
	if len(m.vacancies) == 0 {
		return nil
	}
	_, err := m.employment().Apply(worker(ctx, ref), &employmentv1.ApplyRequest{Worker: ref, VacancyId: m.vacancies[0].id})
	return err
}

// partingWaits is a join that was wrong: what was recorded since is to be assigned.
func (m *matters) partingWaits(ctx context.Context) error {
	one, two, err := m.pair(ctx, "秦立春", 33, 945, "19100000005")
	if err != nil {
		return err
	}
	id, err := m.joined(ctx, one, two)
	if err != nil {
		return err
	}
	if err := m.applies(ctx, two); err != nil {
		return err
	}
	_, err = m.joining().OpenParting(m.by(ctx, opener), &registryv1.OpenPartingRequest{JoinId: id, ReasonCode: "joined_wrong", Paper: "police_letter"})
	return err
}

// changes is a name that is to be spelled anew.
func (m *matters) changes(ctx context.Context) error {
	ref, _, err := m.person(ctx, "吕晓岚", 38, 950, "19100000006")
	if err == nil {
		_, err = registryv1.DocumentsClient{Caller: m.cfg.Caller, Target: "registry"}.ProposeDocument(m.by(ctx, opener), &registryv1.ProposeDocumentRequest{
			Worker: ref, Name: "吕晓兰", ReasonCode: "spelled_anew", Paper: "household_register",
		})
	}
	return err
}

// deaths are one that waits for a second officer, one that is recorded, of which a
// relative asks to read, and one that was taken back and waits to be looked at.
func (m *matters) deaths(ctx context.Context) error {
	deaths := registryv1.DeathClient{Caller: m.cfg.Caller, Target: "registry"}
	ask := func(ref string) (string, error) {
		reply, err := deaths.ProposeDeath(m.by(ctx, opener), &registryv1.ProposeDeathRequest{Worker: ref, DiedOn: m.today.AddDays(-12).String(), ReasonCode: "relative", Paper: "medical_certificate"})
		return reply.GetCaseId(), err
	}
	waits, _, err := m.person(ctx, "史明远", 58, 960, "19100000007")
	if err != nil {
		return err
	}
	if _, err := ask(waits); err != nil {
		return err
	}
	died, _, err := m.person(ctx, "夏青山", 55, 961, "19100000008")
	if err != nil {
		return err
	}
	if _, err := m.registry().RegisterChild(worker(ctx, died), &registryv1.RegisterChildRequest{Worker: died, Name: "夏小溪", BirthDate: m.today.AddYears(-9).String(), County: m.county}); err != nil {
		return err
	}
	lives, _, err := m.person(ctx, "白云生", 49, 962, "19100000009")
	if err != nil {
		return err
	}
	for _, ref := range []string{died, lives} {
		if err := m.applies(ctx, ref); err != nil {
			return err
		}
		id, err := ask(ref)
		if err != nil {
			return err
		}
		if _, err := deaths.DecideDeath(m.by(ctx, decider), &registryv1.DecideDeathRequest{CaseId: id, Approve: true}); err != nil {
			return err
		}
	}
	_, asked := deaths.AskAsHeir(m.by(ctx, opener), &registryv1.AskAsHeirRequest{
		Worker: died, RelativeName: "夏初一", RelativePhone: "19100000010", Paper: "household_register", ReasonCode: "wages", Source: "employment",
	})
	_, taken := deaths.ReverseDeath(m.by(ctx, opener), &registryv1.ReverseDeathRequest{
		DocumentNumber: ident.Invented(settled().AddYears(-49).AddDays(-330), 962), ShownPaper: "resident_card",
	})
	return errors.Join(asked, taken)
}

// family is a child with one guardian and one who is asked for, one about whom two
// disagree, and one from whom an address is to be hidden.
func (m *matters) family(ctx context.Context) error {
	guardians := registryv1.GuardiansClient{Caller: m.cfg.Caller, Target: "registry"}
	mother := m.mother
	father, _, err := m.person(ctx, "丁远航", 35, 971, "19100000012")
	if err != nil {
		return err
	}
	for i, name := range []string{"丁小舟", "丁小帆", "丁小桥"} {
		child, err := m.registry().RegisterChild(worker(ctx, mother), &registryv1.RegisterChildRequest{Worker: mother, Name: name, BirthDate: m.today.AddYears(-7 - 2*i).String(), County: m.county})
		if err != nil {
			return err
		}
		added, err := guardians.AddGuardian(m.by(ctx, opener), &registryv1.AddGuardianRequest{ChildId: child.GetChildId(), Worker: father, GuardianKind: "parent", Paper: "birth_certificate"})
		if err != nil {
			return err
		}
		switch i {
		case 1:
			_, err = guardians.AnswerGuardian(worker(ctx, mother), &registryv1.AnswerGuardianRequest{GuardianId: added.GetGuardianId()})
		case 2:
			if _, err = guardians.AnswerGuardian(worker(ctx, mother), &registryv1.AnswerGuardianRequest{GuardianId: added.GetGuardianId(), Agree: true}); err == nil {
				_, err = guardians.OpenGuardianCase(m.by(ctx, opener), &registryv1.OpenGuardianCaseRequest{
					CaseKind: "hide", ChildId: child.GetChildId(), GuardianId: added.GetGuardianId(), Hidden: []string{"address"}, ValidTo: m.today.AddMonths(6).String(),
					ReasonCode: "protection_order", Paper: "protection_order",
				})
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}
