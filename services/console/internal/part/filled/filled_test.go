package filled_test

import (
	"net/url"
	"testing"

	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/services/console/internal/part/filled"
)

// What is wrong stands at the field that it is about, in the one form that was sent, and
// what is about none stands before the form.
func TestWhatIsWrongStandsAtItsField(t *testing.T) {
	month, state := errs.New(errs.Invalid, "x.month", "No."), errs.New(errs.Conflict, "x.state", "No.")
	typed := url.Values{"month": {"2026-13"}, "scheme": {"a", "b"}}
	fields := map[string]string{"x.month": "month", "from_month": "month"}
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"by its code": {month, "month"}, "by the service's name": {state.With("field", "from_month"), "month"},
		"by its own name": {state.With("field", "scheme"), "scheme"}, "of no field": {state, ""}, "of one that is not there": {state.With("field", "page"), ""},
	} {
		f := filled.Of("credit", typed, c.err, fields)
		if f.Field != c.want || f.Wrong("credit", c.want) == nil || f.Wrong("end", c.want) != nil || c.want != "" && f.Wrong("credit", "") != nil {
			t.Errorf("%s: %+v", name, f)
		}
		if f.Get("credit", "month", "2026-11") != "2026-13" || f.Get("end", "month", "2026-11") != "2026-11" || !f.Has("credit", "scheme", "b", false) || f.Has("credit", "scheme", "c", true) {
			t.Errorf("%s: what was typed is lost: %+v", name, f)
		}
	}
	none := filled.Form{}
	if none.Is("") || none.Wrong("", "") != nil || none.Get("", "month", "x") != "x" || !none.Has("", "scheme", "a", true) {
		t.Error("a page whose form was not sent shows one that was refused")
	}
}
