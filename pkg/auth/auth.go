// Package auth is the signed principal that every call carries: who calls, for
// which purpose and on which legal basis. The callee verifies it and denies
// whatever its contract does not allow by name.
package auth

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/qiao-platform/qiao/pkg/errs"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
)

// Kind is the kind of a principal.
type Kind string

// The kinds of principals.
const (
	Worker   Kind = "worker"
	Guardian Kind = "guardian"
	Employer Kind = "employer"
	Officer  Kind = "officer"
	// Administrator keeps accounts and sees no case: its department is the office.
	Administrator Kind = "administrator"
	Service       Kind = "service"
	Partner       Kind = "partner"
)

// The channels through which a principal acts. An acceptance records it.
const (
	ViaWeb     = "web"
	ViaCounter = "counter"
	ViaPhone   = "phone"
	ViaHelper  = "helper"
	ViaImport  = "import"
	ViaSystem  = "system"
)

// Errors of this package.
var (
	ErrNoPrincipal = errs.New(errs.Unauthenticated, "auth.principal_missing", "The request does not say who sends it.")
	ErrBadToken    = errs.New(errs.Unauthenticated, "auth.principal_invalid", "The proof of who sends the request is not valid.")
	ErrExpired     = errs.New(errs.Unauthenticated, "auth.principal_expired", "The proof of who sends the request has expired.")
	ErrDenied      = errs.New(errs.Denied, "auth.denied", "You may not do this.")
	ErrPurpose     = errs.New(errs.Denied, "auth.purpose", "The stated purpose or legal basis does not cover this.")
	ErrNotYours    = errs.New(errs.Denied, "auth.not_yours", "This belongs to somebody else.")
	// ErrOver is answered for a session that was revoked, ErrUnsure where nobody could say.
	ErrOver   = errs.New(errs.Unauthenticated, "auth.session_over", "This sign-in has ended; sign in again.")
	ErrUnsure = errs.New(errs.Unavailable, "auth.sessions_unknown", "Whether this sign-in still holds cannot be found out at the moment; nothing was done.")
	// ErrPaper is also answered where what was proved is older than the confirmation.
	ErrPaper    = errs.New(errs.Denied, "auth.paper", "Nobody confirmed that this form was received on paper from the person for whom it is entered, or it was entered already.")
	ErrDivision = errs.New(errs.Denied, "auth.division", "This belongs to another county.")
)

// Hide answers for a record that is somebody else's, or another county's, as for
// one that is not there: who may not have it does not learn that it exists.
// Where everybody may see the record, the refusal stands as it is.
func Hide(err, unknown error) error {
	if errors.Is(err, ErrNotYours) || errors.Is(err, ErrDivision) {
		return unknown
	}
	return err
}

// Everywhere is the division of who may act in every county. It is said and
// never left out: an empty division covers nothing.
const Everywhere = "*"

// Principal is who calls, for whom and why.
type Principal struct {
	Kind       Kind
	Subject    string // worker reference, employer id, officer id or service name
	Department string // an officer's department code, departments.csv
	Division   string // the county or prefecture the principal may act in, or Everywhere; "" is nowhere
	Purpose    string // a name from the contract's list, e.g. "school_place"
	LegalBasis string // e.g. "PIPL 13(2)", "consent"
	Via        string // web, counter, phone, helper, import, system
	ActsFor    string // the worker for whom a counter officer or a helper acts
	Session    int64  // the number of the session that a person's principal rests on; 0 is none
	Role       string // what the account may do, by the table of rights; "" where none is held to it
	Further    string // an officer's further rights in the department, as Rights writes them
	Paper      Paper  // of an officer who enters a form for the one acted for; the zero value is none
	Audience   string // the service that may accept it; set when signing
	Expires    time.Time

	// What the subject, and the one for whom it acts, are called besides. It does not
	// travel: who is one person with whom, the service that is called knows itself.
	alsoSubject, alsoFor string
}

// Paper is a form that was received on paper while the platform was away, as two officers
// of an office said and identity proves.
type Paper struct {
	Form        string // its number
	ReceivedAt  int64  // UTC microseconds
	ConfirmedBy string // staff number of who confirmed the time from the paper
}

// OnPaper is what is proved of a form that a command says it enters. It returns ErrPaper
// where p proves nothing of that form.
func (p Principal) OnPaper(form string) (Paper, error) {
	if form == "" || p.Paper.Form != form {
		return Paper{}, ErrPaper
	}
	return p.Paper, nil
}

// Known is p as a service knows it: with the other references of the person whom
// it is, and of the one for whom it acts.
func (p Principal) Known(subject, actsFor []string) Principal {
	p.alsoSubject, p.alsoFor = also(subject), also(actsFor)
	return p
}

// also keeps references as a text, so that principals can be compared.
func also(all []string) string {
	if len(all) == 0 {
		return ""
	}
	return " " + strings.Join(all, " ") + " "
}

// names reports whether a reference is a worker's: the one given, or another of the
// same person.
func names(reference, also, worker string) bool {
	return reference == worker || also != "" && !strings.Contains(worker, " ") && strings.Contains(also, " "+worker+" ")
}

// Is reports whether p is the person for whom a reference stands.
func (p Principal) Is(worker string) bool {
	return worker != "" && (p.Kind == Worker || p.Kind == Guardian) && names(p.Subject, p.alsoSubject, worker)
}

// Stands reports whether p says that it acts for the person for whom a reference stands.
func (p Principal) Stands(worker string) bool {
	return worker != "" && p.ActsFor != "" && names(p.ActsFor, p.alsoFor, worker)
}

// Allows reports whether the callers of a contract's method, e.g. "worker" or
// "officer:hrss" or "service:education", include p. No callers: nobody.
func (p Principal) Allows(callers []string) bool {
	for _, c := range callers {
		kind, which, narrowed := strings.Cut(c, ":")
		if Kind(kind) != p.Kind {
			continue
		}
		switch {
		case !narrowed,
			(p.Kind == Officer || p.Kind == Administrator) && p.Department == which,
			p.Kind == Service && p.Subject == which:
			return true
		}
	}
	return false
}

// Check denies p unless callers include it, a legal basis is stated, and a purpose
// that it may state and that is one of purposes where those are given.
func (p Principal) Check(callers, purposes []string) error {
	if !p.Allows(callers) {
		return ErrDenied
	}
	if !p.MayState(p.Purpose) || p.LegalBasis == "" || len(purposes) > 0 && !slices.Contains(purposes, p.Purpose) {
		return ErrPurpose
	}
	return nil
}

// MayActFor returns nil where p is the worker, or acts for the worker at a
// counter or as a named helper. An employer or a service can be nobody's
// helper (promise 1).
func (p Principal) MayActFor(worker string) error {
	switch p.Kind {
	case Worker, Guardian:
		if p.Is(worker) || p.Stands(worker) && p.Via == ViaHelper {
			return nil
		}
	case Officer:
		if p.Stands(worker) && (p.Via == ViaCounter || p.Via == ViaPhone || p.Via == ViaImport) {
			return nil
		}
	}
	return ErrNotYours
}

// ActsHimself reports whether the worker acts in person rather than through a
// counter or a helper; an acceptance given by another can be undone for 48 hours.
func (p Principal) ActsHimself(worker string) bool {
	return p.Is(worker)
}

// CoversDivision returns nil where p may act in the county: one of its divisions is
// the county, the county's prefecture (the code ends in 00), or Everywhere.
func (p Principal) CoversDivision(county string) error {
	if slices.ContainsFunc(p.Divisions(), func(d string) bool { return covers(d, county) }) {
		return nil
	}
	return ErrDivision
}

func covers(division, county string) bool {
	switch {
	case division == Everywhere:
		return true
	case somewhere(division) && len(county) == 6 && strings.HasSuffix(division, "00"):
		return county[:4] == division[:4]
	}
	return somewhere(division) && county == division
}

// somewhere reports whether a division is a county, a prefecture or everywhere.
func somewhere(division string) bool {
	return division == Everywhere || len(division) == 6 && !strings.HasSuffix(division, "0000")
}

// Counties is the divisions in which p may act, as sqldb.Within takes them, so that a
// list is cut as a single record is: Everywhere where that is one of them; not ok
// where it is nowhere.
func (p Principal) Counties() (divisions string, ok bool) {
	all := slices.DeleteFunc(p.Divisions(), func(d string) bool { return !somewhere(d) })
	if slices.Contains(all, Everywhere) {
		return Everywhere, true
	}
	return strings.Join(all, ","), len(all) > 0
}

// Whole returns nil where p says all that its kind must say, in the form that
// the platform gives it: nobody acts without a name, and an officer without a
// department or a division is none. What it holds may be written to events and
// logs, so it holds no free text but for the legal basis.
func (p Principal) Whole() error {
	ok := within(p.Purpose, 64, word) && len(p.LegalBasis) <= 160 && within(p.Via, 16, word) && within(p.ActsFor, 64, word) && printable(p.LegalBasis) &&
		p.Subject != "" && within(p.Subject, 64, word) && within(p.Department, 32, word) && within(p.Role, 32, word) && p.Session >= 0 && (p.Division == "" || p.Division == Everywhere || len(p.Division) == 6 && within(p.Division, 6, digit))
	switch p.Kind {
	case Worker, Guardian, Employer, Service, Partner:
	case Officer, Administrator:
		ok = ok && p.Department != "" && p.Division != ""
	default:
		ok = false
	}
	if p.Paper != (Paper{}) { // of an officer at a counter alone
		ok = ok && p.Kind == Officer && p.ActsFor != "" && p.Via == ViaCounter && p.Paper.Form != "" && within(p.Paper.Form, 12, digit) && p.Paper.ReceivedAt > 0 && p.Paper.ConfirmedBy != "" && within(p.Paper.ConfirmedBy, 64, word)
	}
	for _, r := range p.rights()[1:] {
		ok = ok && p.Kind == Officer && p.Role != "" && r.Role != "" && within(r.Role, 32, word) && (r.Division == Everywhere || len(r.Division) == 6 && within(r.Division, 6, digit))
	}
	if !ok {
		return ErrBadToken
	}
	return nil
}

func within(s string, most int, in func(byte) bool) bool {
	if len(s) > most {
		return false
	}
	for i := range len(s) {
		if !in(s[i]) {
			return false
		}
	}
	return true
}

func digit(c byte) bool { return '0' <= c && c <= '9' }

func word(c byte) bool {
	return digit(c) || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '-' || c == '_' || c == '.'
}

func printable(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) })
}

// Of is the principal of one of several calls that travel under one proof: the proof's
// own. An import brings in the rows of many people, and each of its calls says for whom
// it is made; whoever else acts for somebody has a proof that says so. A call that
// says anything else of its principal is nobody's.
func (p Principal) Of(call *platformv1.Principal) (Principal, error) {
	if p.Via == ViaImport && p.ActsFor == "" {
		p.ActsFor = call.GetActsFor()
	}
	same, whole := true, p.Message().ProtoReflect()
	call.ProtoReflect().Range(func(f protoreflect.FieldDescriptor, said protoreflect.Value) bool {
		same = said.Equal(whole.Get(f))
		return same
	})
	if !same {
		return Principal{}, ErrBadToken
	}
	return p, p.Whole()
}

type key struct{}

// NewContext returns a context that carries the verified principal of a call.
func NewContext(ctx context.Context, p Principal) context.Context {
	return context.WithValue(ctx, key{}, p)
}

// FromContext returns the principal of the call that ctx belongs to.
func FromContext(ctx context.Context) (Principal, error) {
	p, ok := ctx.Value(key{}).(Principal)
	if !ok {
		return Principal{}, ErrNoPrincipal
	}
	return p, nil
}
