package web

import (
	"net/http"

	"github.com/qiao-platform/qiao/pkg/ident"
)

// staffOf reads the staff number of a form in its one form: A001, a001 and
// Ａ００１ are one officer.
func staffOf(r *http.Request, field string) (string, error) {
	officer := ident.StaffNumber(r.PostFormValue(field))
	if !staffNumber.MatchString(officer) {
		return "", errOfficer
	}
	return officer, nil
}
