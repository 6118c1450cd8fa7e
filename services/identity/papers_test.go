package identity_test

import (
	"context"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/testkit"
	housingv1 "github.com/qiao-platform/qiao/proto/gen/housing/v1"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
)

func (s *someone) papers() identityv1.PapersClient {
	return identityv1.PapersClient{Caller: s.caller(), Target: "identity"}
}

// confirms types the time of a form as it stands on the paper.
func (s *someone) confirms(form string, at time.Time) error {
	_, err := s.papers().DecidePaper(s.as(cases), &identityv1.DecidePaperRequest{PaperForm: form, Approve: true, ReceivedAt: at.UnixMicro()})
	return err
}

const applying = "housing.ApplyForHome"

// A form that was received on paper is proved with the principal of who enters it, for
// whom it was received and at its department alone, once another officer confirmed the
// time; and no more once it was entered.
func TestAPaperFormIsProvedOnceTwoOfficersSaidWhen(t *testing.T) {
	f := settled(t)
	one := f.officer2("h001", right("clerk", "hou", "654301"))
	two := f.officer2("h002", right("clerk", "hou", "654301"))
	far := f.officer2("h003", right("reviewer", "hou", "654321"))
	for _, s := range []*someone{one, two, far} {
		s.desk = "hou"
	}
	printed, err := one.papers().PrintPapers(one.as(cases), &identityv1.PrintPapersRequest{Task: applying, Forms: 3})
	f.must(err)
	block, err := two.papers().ReadPapers(two.as(cases), &identityv1.ReadPapersRequest{BlockId: printed.GetBlockId()})
	f.must(err)
	if len(block.GetPapers()) != 3 || block.GetBlock().GetStaffNumber() != "h001" || block.GetBlock().GetDivision() != "654301" {
		t.Fatalf("%v", block)
	}
	_, err = far.papers().ReadPapers(far.as(cases), &identityv1.ReadPapersRequest{BlockId: printed.GetBlockId()})
	f.wants("another county reads the block", err, "identity.paper_block")
	_, err = f.officer.papers().PrintPapers(f.officer.as(cases), &identityv1.PrintPapersRequest{Task: applying, Forms: 1})
	f.wants("another department prints", err, "auth.denied")

	form, lost := block.GetPapers()[0].GetPaperForm(), block.GetPapers()[1].GetPaperForm()
	f.clock.Advance(2 * time.Hour)
	for _, s := range []*someone{one, two, far} {
		s.enter() // an officer's session did not last
	}
	received := f.clock.Now().Add(-time.Hour).Truncate(time.Minute)
	_, err = one.counter().BeginVisit(one.as(cases), &identityv1.BeginVisitRequest{Worker: "worker-1"})
	f.must(err)
	states := func(by *someone, number, worker string) error {
		at := *by
		at.acts, at.via = worker, auth.ViaCounter
		_, err := at.papers().StatePaper(at.as(cases), &identityv1.StatePaperRequest{PaperForm: number, Worker: worker, ReceivedAt: received.UnixMicro(), AwayCode: "power", AwaySince: received.Add(-time.Minute).UnixMicro()})
		return err
	}
	wrong := []byte(form)
	wrong[3] = '0' + (wrong[3]-'0'+1)%10
	f.wants("a mistyped number", states(one, string(wrong), "worker-1"), "identity.paper_number")
	f.wants("who is not visited", states(one, form, "worker-2"), "identity.no_visit")
	proved := func(by *someone, audience string) auth.Paper {
		t.Helper()
		at := *by
		at.acts, at.via = "worker-1", auth.ViaCounter
		token, err := at.Prove(context.Background(), auth.Principal{Purpose: "public_housing", LegalBasis: "law"}, audience)
		f.must(err)
		p, err := auth.NewVerifier(audience, f.Deps(audience).Trusted, f.clock).Verify(token)
		f.must(err)
		return p.Paper
	}
	f.must(states(one, form, "worker-1"))
	f.wants("a second form for the same", states(one, lost, "worker-1"), "identity.paper_other")
	if got := proved(one, "housing"); got != (auth.Paper{}) {
		t.Errorf("before it is confirmed: %+v", got)
	}
	f.wants("who said it", one.confirms(form, received), "identity.act_own")
	f.wants("another county", far.confirms(form, received), "identity.paper")
	f.wants("another time", two.confirms(form, received.Add(time.Minute)), "identity.paper_differs")
	f.must(two.confirms(form, received))
	f.wants("twice", two.confirms(form, received), "identity.act_decided")
	if got, want := proved(one, "housing"), (auth.Paper{Form: form, ReceivedAt: received.UnixMicro(), ConfirmedBy: "h002"}); got != want {
		t.Errorf("it is proved as %+v, want %+v", got, want)
	}
	if got := proved(one, "education"); got != (auth.Paper{}) {
		t.Errorf("at another department: %+v", got)
	}
	list, err := two.papers().ListPapers(two.as(cases), &identityv1.ListPapersRequest{})
	f.must(err)
	if len(list.GetBlocks()) != 1 || len(list.GetOpen()) != 1 || list.GetOpen()[0].GetState() != "confirmed" || list.GetOpen()[0].GetOwn() {
		t.Errorf("%v", list)
	}
	elsewhere, err := far.papers().ListPapers(far.as(cases), &identityv1.ListPapersRequest{})
	f.must(err)
	if len(elsewhere.GetBlocks())+len(elsewhere.GetOpen()) != 0 {
		t.Errorf("another county sees %v", elsewhere)
	}

	f.Publisher("housing").Publish(outbox.Subject{Aggregate: "application-1", Worker: "worker-1", Division: "654301"}, &housingv1.PaperEntered{ApplicationId: "application-1", PaperForm: form, ReceivedAt: received.UnixMicro()})
	testkit.Eventually(t, "the form is entered", func() bool { return proved(one, "housing") == auth.Paper{} })
	f.wants("what was entered is said again", states(one, form, "worker-1"), "identity.paper_used")
	_, err = two.papers().VoidPapers(two.as(cases), &identityv1.VoidPapersRequest{BlockId: printed.GetBlockId(), ReasonCode: "lost"})
	f.must(err)
	f.wants("what was lost", states(one, lost, "worker-1"), "identity.paper_void")
	block, err = one.papers().ReadPapers(one.as(cases), &identityv1.ReadPapersRequest{BlockId: printed.GetBlockId()})
	f.must(err)
	if b := block.GetBlock(); b.GetEntered() != 1 || b.GetVoidedByStaff() != "h002" || b.GetReasonCode() != "lost" {
		t.Errorf("%v", b)
	}
}
