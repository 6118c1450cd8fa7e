// Package filled shows a form that was refused on its page again: what was typed stands in
// it, and what is wrong stands at its field.
package filled

import (
	"net/url"
	"slices"

	"github.com/qiao-platform/qiao/pkg/errs"
)

// Form is a form of a page as it was sent, or nothing where none was refused.
type Form struct {
	At     string // which of the page's forms, and of which thing
	Values url.Values
	Err    error
	Field  string // that Err is about; "" is the whole form
}

// Of is a form that was refused. fields says about which field of it an error is, by
// the error's code or by the name that a service has for a field.
func Of(at string, values url.Values, err error, fields map[string]string) Form {
	e := errs.From(err)
	f := Form{At: at, Values: values, Err: err, Field: fields[e.Code]}
	if of := e.Detail["field"]; f.Field == "" && of != "" {
		if f.Field = fields[of]; f.Field == "" && values.Has(of) {
			f.Field = of
		}
	}
	return f
}

// InPlace reports whether a page tells itself what was wrong with its form, rather than
// that something does not work.
func InPlace(err error) bool {
	switch errs.KindOf(err) {
	case errs.Invalid, errs.Conflict:
		return true
	}
	return false
}

// Is reports whether it was this form.
func (f Form) Is(at string) bool { return f.Err != nil && f.At == at }

// Get is what was typed into a field of a form, or what usually stands there.
func (f Form) Get(at, field, usual string) string {
	if f.Is(at) {
		return f.Values.Get(field)
	}
	return usual
}

// Has reports whether a value was ticked or chosen, or usually is.
func (f Form) Has(at, field, value string, usual bool) bool {
	if f.Is(at) {
		return slices.Contains(f.Values[field], value)
	}
	return usual
}

// Wrong is what is wrong with a field of a form; "" is what is wrong with no single one.
func (f Form) Wrong(at, field string) error {
	if f.Is(at) && f.Field == field {
		return f.Err
	}
	return nil
}
