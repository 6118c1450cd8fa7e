package console_test

import (
	"context"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/errs"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
)

// fakeDevices is one program at a time that waits to be let in.
type fakeDevices struct {
	asks     *identityv1.BeginDeviceRequest
	approved int32 // for so many days
	gone     bool
}

const deviceCode, deviceFlow = "QRST-WXYZ", "a flow of the stand-in's"

var (
	errFakeDevice = errs.New(errs.NotFound, "identity.device", "None.")
	errFakeWaits  = errs.New(errs.Conflict, "identity.device_waiting", "Not yet.")
	errFakeFlow   = errs.New(errs.Unauthenticated, "identity.flow", "Over.")
)

func (i *fakeIdentity) BeginDevice(_ context.Context, r *identityv1.BeginDeviceRequest) (*identityv1.BeginDeviceResponse, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.asks, i.approved, i.gone = r, 0, false
	return &identityv1.BeginDeviceResponse{Flow: deviceFlow, Code: deviceCode, EndsAt: time.Now().Add(10 * time.Minute).UnixMicro()}, nil
}

func (i *fakeIdentity) waiting(code string) error {
	if i.asks == nil || i.gone || i.approved > 0 || code != deviceCode {
		return errFakeDevice
	}
	return nil
}

func (i *fakeIdentity) LookDevice(_ context.Context, r *identityv1.LookDeviceRequest) (*identityv1.LookDeviceResponse, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	return &identityv1.LookDeviceResponse{Device: i.asks.GetDevice(), AskedFrom: i.asks.GetAddress(), Days: max(1, i.asks.GetDays()), Grants: []*identityv1.RoleGrant{{Role: "clerk", Department: "hrss", Covered: "654301"}, {Role: "clerk", Department: "edu", Covered: "*"}}}, i.waiting(r.GetCode())
}

func (i *fakeIdentity) ApproveDevice(_ context.Context, r *identityv1.ApproveDeviceRequest) (*identityv1.ApproveDeviceResponse, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	err := i.fresh()
	if err == nil {
		err = i.waiting(r.GetCode())
	}
	if err == nil {
		i.approved = max(1, r.GetDays())
	}
	return &identityv1.ApproveDeviceResponse{}, err
}

func (i *fakeIdentity) RefuseDevice(_ context.Context, r *identityv1.RefuseDeviceRequest) (*identityv1.RefuseDeviceResponse, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	err := i.waiting(r.GetCode())
	i.gone = i.gone || err == nil
	return &identityv1.RefuseDeviceResponse{}, err
}

func (i *fakeIdentity) PollDevice(_ context.Context, r *identityv1.PollDeviceRequest) (*identityv1.PollDeviceResponse, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	switch {
	case i.gone, r.GetFlow() != deviceFlow:
		return nil, errFakeFlow
	case i.approved == 0:
		return nil, errFakeWaits
	}
	i.gone = true
	who := i.people["a001"]
	who.Role, who.Via = "import", auth.ViaImport
	return &identityv1.PollDeviceResponse{Session: i.begin(who, i.asks.GetDevice())}, nil
}
