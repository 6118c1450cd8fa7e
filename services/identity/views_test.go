package identity_test

import (
	"testing"

	"github.com/qiao-platform/qiao/pkg/errs"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
)

func (s *someone) views() identityv1.ViewsClient {
	return identityv1.ViewsClient{Caller: s.caller(), Target: "identity"}
}

// A view is kept with its officer's account and is nobody else's; what was taken away last
// comes back.
func TestViewsAreAnOfficersOwn(t *testing.T) {
	f := settled(t)
	other := f.officer2("a002", &identityv1.RoleGrant{Role: "viewer", Department: "hrss", Covered: "654321"})
	other.enter()
	list := &identityv1.ExportedList{Service: "housing", Matter: "repair", County: "654301", State: "asked", Who: "me", Overdue: true}
	r, err := f.officer.views().SaveView(f.officer.as(cases), &identityv1.SaveViewRequest{ViewName: "逾期报修", List: list})
	f.must(err)
	all := func(s *someone) *identityv1.ListViewsResponse {
		t.Helper()
		all, err := s.views().ListViews(s.as(cases), &identityv1.ListViewsRequest{})
		f.must(err)
		return all
	}
	if got := all(f.officer).GetViews(); len(got) != 1 || got[0].GetViewId() != r.GetViewId() || got[0].GetViewName() != "逾期报修" || got[0].GetList().String() != list.String() {
		t.Errorf("the officer sees %v", got)
	}
	if got := all(other); len(got.GetViews()) != 0 {
		t.Errorf("another officer sees %v", got)
	}
	arranges := func(s *someone, change string) error {
		_, err := s.views().ArrangeView(s.as(cases), &identityv1.ArrangeViewRequest{ViewId: r.GetViewId(), ViewChange: change})
		return err
	}
	f.wants("another officer takes it away", arranges(other, "drop"), "identity.view")
	_, err = other.views().RenameView(other.as(cases), &identityv1.RenameViewRequest{ViewId: r.GetViewId(), ViewName: "x"})
	f.wants("another officer renames it", err, "identity.view")
	f.must(arranges(f.officer, "drop"))
	if got := all(f.officer); len(got.GetViews()) != 0 || got.GetDropped().GetViewName() != "逾期报修" {
		t.Errorf("after it was taken away: %v", got)
	}
	f.must(arranges(f.officer, "restore"))
	_, err = f.officer.views().RenameView(f.officer.as(cases), &identityv1.RenameViewRequest{ViewId: r.GetViewId(), ViewName: "报修"})
	f.must(err)
	if got := all(f.officer); len(got.GetViews()) != 1 || got.GetViews()[0].GetViewName() != "报修" || got.GetDropped() != nil {
		t.Errorf("after it came back: %v", got)
	}
	_, err = f.officer.views().SaveView(f.officer.as(cases), &identityv1.SaveViewRequest{ViewName: "139 0000 0000", List: list})
	f.wants("a number that could be a person's", err, "identity.view_number")
	worker := f.opens("worker-1")
	if _, err = worker.views().ListViews(worker.as(own), &identityv1.ListViewsRequest{}); errs.KindOf(err) != errs.Denied {
		t.Errorf("a worker is answered %v", err)
	}
}
