package frame

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/sheet"
)

// What a form may be: no page of ours sends more, and none takes longer.
const (
	maxForm  = 1 << 20
	formTime = 15 * time.Second
)

// MostMends is how many lines of a kind a form that corrects a draw has.
const MostMends = 3

// MendLines numbers the lines of such a form, as its fields do.
func MendLines() (all []int) {
	for i := range MostMends {
		all = append(all, i+1)
	}
	return all
}

// Errors of this package.
var (
	ErrNoPage = errs.New(errs.NotFound, "console.no_page", "There is no such page.")
	ErrInput  = errs.New(errs.Invalid, "console.input", "Something is missing in the form.")
	ErrSure   = errs.New(errs.Invalid, "console.sure", "Tick that you have understood what follows; nothing was done.")
	ErrNumber = errs.New(errs.Invalid, "console.number", "A number in the form cannot be read or is out of its range.")
	ErrYuan   = errs.New(errs.Invalid, "console.yuan", "Give the amount in yuan, with at most two digits after the point.")
	ErrKey    = errs.New(errs.Invalid, "console.key", "The form does not come from a page as it stands here. Open its page again; nothing was done.")
	errText   = errs.New(errs.Invalid, "console.text", "The address or the form holds signs that are no text, or is too long.")
)

// read takes a whole request before a page looks at it: in time, not too long,
// and text throughout. What is no UTF-8 or holds control characters never
// reaches a service, a header or a page.
func (s *Site) read(next http.Handler) http.Handler {
	files := http.NewServeMux()
	for _, one := range s.sections {
		for pattern, may := range one.Uploads {
			files.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
				s.file(s.visit(w, r, one, one.chapter(pattern)), may, next)
			})
		}
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, pattern := files.Handler(r)
		switch {
		case !plain(r.URL.Path):
			s.unreadable(w, r, errText)
		case pattern != "" && bringsFile(r):
			files.ServeHTTP(w, r)
		default:
			s.take(w, r, 0, next)
		}
	})
}

// take takes a request, with a file of so many bytes where it has one; 0 is none.
func (s *Site) take(w http.ResponseWriter, r *http.Request, file int64, next http.Handler) {
	if err := whole(w, r, file); err != nil {
		s.unreadable(w, r, err)
		return
	}
	next.ServeHTTP(w, r)
}

// unreadable answers a request that was not taken. The page repeats nothing of it.
func (s *Site) unreadable(w http.ResponseWriter, r *http.Request, err error) {
	r.URL = &url.URL{Path: "/"}
	s.visit(w, r, Section{}, Chapter{}).fail(err)
}

// whole takes a request whose form may have a file of so many bytes; 0 is none.
func whole(w http.ResponseWriter, r *http.Request, file int64) error {
	if r.ContentLength > maxForm+file {
		if file > 0 {
			return sheet.ErrTooLarge
		}
		return errText
	}
	if r.ContentLength != 0 && r.Method != http.MethodPost { // no page sends one, and none is waited for
		w.Header().Set("Connection", "close")
		return errText
	}
	if r.Method == http.MethodPost {
		control := http.NewResponseController(w)
		wait := formTime
		if file > 0 {
			wait = fileTime
		}
		_ = control.SetReadDeadline(time.Now().Add(wait)) // a recorder in a test has none
		r.Body = http.MaxBytesReader(w, r.Body, maxForm+file)
		defer func() { _ = control.SetReadDeadline(time.Time{}) }()
	}
	if file > 0 {
		if err := inMemory(r, file); err != nil {
			return err
		}
	} else if err := r.ParseForm(); err != nil {
		return errText
	}
	for name, values := range r.Form {
		if !plain(name) {
			return errText
		}
		for _, v := range values {
			if !plain(v) {
				return errText
			}
		}
	}
	return nil
}

// plain reports text: UTF-8 without control characters but those of lines.
func plain(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' })
}

// Count reads a whole number of a form, from 0 to most; an empty field is 0.
func (v *Visit) Count(field string, most int32) (int32, error) {
	if strings.TrimSpace(v.Form(field)) == "" {
		return 0, nil
	}
	return v.Whole(field, most)
}

// Whole is Count of a field that must be filled in.
func (v *Visit) Whole(field string, most int32) (int32, error) {
	n, err := strconv.ParseInt(strings.TrimSpace(v.Form(field)), 10, 32)
	if err != nil || n < 0 || n > int64(most) {
		return 0, ErrNumber.With("field", field)
	}
	return int32(n), nil
}

// Yuan reads an amount of a form, as 410 or 410.50 yuan, in fen; an empty field is 0.
func (v *Visit) Yuan(field string) (fen int64, err error) {
	s := strings.TrimSpace(v.Form(field))
	if s == "" {
		return 0, nil
	}
	whole, part, _ := strings.Cut(s, ".")
	if len(part) > 2 || whole == "" {
		return 0, ErrYuan.With("field", field)
	}
	n, err := strconv.ParseUint(whole+(part + "00")[:2], 10, 40)
	if err != nil {
		return 0, ErrYuan.With("field", field)
	}
	return int64(n), nil
}
