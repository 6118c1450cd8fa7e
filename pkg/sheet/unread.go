package sheet

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/qiao-platform/qiao/pkg/errs"
)

// maxUnread bounds how many places one sheet names that were not read; what is
// beyond is summed up.
const maxUnread = 1000

// An Unread is something that was not read, and where it stands. An import that
// has any has not judged every row.
type Unread struct {
	File   string `json:"file"`
	Sheet  string `json:"sheet,omitempty"`
	Line   int    `json:"line,omitempty"`   // where it begins; 0 if it is a whole sheet or file
	Rows   int    `json:"rows,omitempty"`   // how many rows from there
	Column string `json:"column,omitempty"` // the header of a column
	Code   string `json:"code"`
	Text   string `json:"text"`  // why, in the clerk's language
	Says   string `json:"-"`     // the same in English
	Spare  bool   `json:"spare"` // a file that is known to hold no data, such as a description of the sheets

	err *errs.Error
}

// because completes what was not read with the reason.
func (u Unread) because(file string, e *errs.Error) Unread {
	u.File, u.err = file, e.With("file", file)
	if u.Sheet != "" {
		u.err = u.err.With("sheet", u.Sheet)
	}
	if u.Line != 0 {
		u.err = u.err.With("line", strconv.Itoa(u.Line))
	}
	if u.Column != "" {
		u.err = u.err.With("column", u.Column)
	}
	u.Code, u.Text = Reason(u.err)
	u.Says = e.Text
	return u
}

// Where says where it stands, for a person.
func (u Unread) Where() string {
	parts := []string{u.File}
	if u.Sheet != "" {
		parts = append(parts, "["+u.Sheet+"]")
	}
	if u.Column != "" {
		parts = append(parts, u.Column)
	}
	switch {
	case u.Rows > 1:
		parts = append(parts, fmt.Sprintf("line %d, %d rows", u.Line, u.Rows))
	case u.Line != 0:
		parts = append(parts, fmt.Sprintf("line %d", u.Line))
	}
	return strings.Join(parts, " ")
}

// Err returns the reason as an error that names where it stands.
func (u Unread) Err() error { return u.err }
