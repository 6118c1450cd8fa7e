package identity

import (
	"strings"

	"github.com/qiao-platform/qiao/pkg/errs"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
)

// deviceBody is an officer who lets a program in that brings in sheets.
type deviceBody struct {
	Code  string
	Asks  *identityv1.LookDeviceResponse // nil until the code was typed
	Days  int32                          // that the officer gives it
	Err   error
	Done  string
	Waits int // minutes that a code works

	Unproved string // where the officer is to show first who it is: the page to come back to
}

func (s *pages) device(v *frame.Visit) error {
	done := v.Query("done")
	if done != "approved" && done != "refused" {
		done = ""
	}
	return s.showDevice(v, deviceBody{Done: done})
}

func (s *pages) showDevice(v *frame.Visit, b deviceBody) error {
	return signedIn(func(v *frame.Visit) error {
		b.Waits, b.Unproved = s.limit("ID-ACCESS", "device_minutes"), v.Unproved(b.Err)
		return v.Render(status(b.Err), "device", frame.Page{Title: "device.title", Body: b})
	})(v)
}

// answerDevice shows what a code is for, and then lets the program in or not.
func (s *pages) answerDevice(v *frame.Visit) error {
	return signedIn(func(v *frame.Visit) error {
		code := strings.TrimSpace(v.Form("program"))
		b := deviceBody{Code: code}
		if code == "" {
			b.Err = frame.ErrInput
			return s.showDevice(v, b)
		}
		code = short(code)
		switch v.Form("do") {
		case "approve":
			days, err := v.Count("days", 400)
			if err == nil {
				_, err = s.counter.ApproveDevice(v.As(frame.OwnAccess), &identityv1.ApproveDeviceRequest{Code: code, Days: days})
			}
			if err == nil {
				return v.Back("/device?done=approved")
			}
			b.Err = err
			if errs.CodeOf(err) != frame.ErrNumber.Code {
				return s.showDevice(v, b)
			}
		case "refuse":
			if _, err := s.letting.RefuseDevice(v.As(frame.OwnAccess), &identityv1.RefuseDeviceRequest{Code: code}); err != nil {
				b.Err = err
				return s.showDevice(v, b)
			}
			return v.Back("/device?done=refused")
		}
		asks, err := s.letting.LookDevice(v.As(frame.OwnAccess), &identityv1.LookDeviceRequest{Code: code})
		if err != nil {
			b.Err = err
			return s.showDevice(v, b)
		}
		b.Asks, b.Days = asks, asks.GetDays()
		return s.showDevice(v, b)
	})(v)
}
