package console_test

import (
	"context"
	"slices"

	"google.golang.org/protobuf/proto"

	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/ident"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
)

var (
	errFakeView   = errs.New(errs.NotFound, "identity.view", "None.")
	errFakeNumber = errs.New(errs.Invalid, "identity.view_number", "A number.")
)

// fakeViews keeps views as identity does; it refuses one name.
type fakeViews struct {
	saved   []*identityv1.SavedView
	dropped *identityv1.SavedView
}

// numberName is the name that the stand-in refuses.
const numberName = "139 0000 0000"

func (i *fakeIdentity) ListViews(context.Context, *identityv1.ListViewsRequest) (*identityv1.ListViewsResponse, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	return proto.Clone(&identityv1.ListViewsResponse{Views: i.saved, Dropped: i.dropped}).(*identityv1.ListViewsResponse), nil //nolint:forcetypeassert // a clone is of its kind
}

func (i *fakeIdentity) SaveView(_ context.Context, r *identityv1.SaveViewRequest) (*identityv1.SaveViewResponse, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if r.GetViewName() == numberName {
		return nil, errFakeNumber
	}
	v := &identityv1.SavedView{ViewId: ident.NewID(), ViewName: r.GetViewName(), List: r.GetList()}
	i.saved = append(i.saved, v)
	return &identityv1.SaveViewResponse{ViewId: v.GetViewId()}, nil
}

// view finds one; the caller holds the lock.
func (i *fakeIdentity) view(id string) int {
	return slices.IndexFunc(i.saved, func(v *identityv1.SavedView) bool { return v.GetViewId() == id })
}

func (i *fakeIdentity) RenameView(_ context.Context, r *identityv1.RenameViewRequest) (*identityv1.RenameViewResponse, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	n := i.view(r.GetViewId())
	switch {
	case n < 0:
		return nil, errFakeView
	case r.GetViewName() == numberName:
		return nil, errFakeNumber
	}
	i.saved[n].ViewName = r.GetViewName()
	return &identityv1.RenameViewResponse{}, nil
}

func (i *fakeIdentity) ArrangeView(_ context.Context, r *identityv1.ArrangeViewRequest) (*identityv1.ArrangeViewResponse, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	n := i.view(r.GetViewId())
	switch {
	case r.GetViewChange() == "restore" && i.dropped.GetViewId() == r.GetViewId() && i.dropped != nil:
		i.saved, i.dropped = append(i.saved, i.dropped), nil
	case n < 0:
		return nil, errFakeView
	case r.GetViewChange() == "drop":
		i.dropped = i.saved[n]
		i.saved = slices.Delete(i.saved, n, n+1)
	case r.GetViewChange() == "earlier":
		i.saved[n-1], i.saved[n] = i.saved[n], i.saved[n-1]
	case r.GetViewChange() == "later":
		i.saved[n+1], i.saved[n] = i.saved[n], i.saved[n+1]
	}
	return &identityv1.ArrangeViewResponse{}, nil
}
