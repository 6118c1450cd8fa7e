package domain

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// The states of a paper form. Void and expired are reckoned, and stand in no row: void is
// what is left of a block that was lost, expired what was not confirmed or entered in time.
const (
	PaperFree      = "free"
	PaperStated    = "stated"
	PaperConfirmed = "confirmed"
	PaperRefused   = "refused"
	PaperEntered   = "entered"
	PaperVoid      = "void"
	PaperExpired   = "expired"
)

// PaperTasks are the methods that enter a form which was taken on paper, each with its
// department. Such a method's request has the field paper_form.
func PaperTasks() map[string]string {
	return map[string]string{"housing.ApplyForHome": "hou"}
}

// PaperAway are what was away when a form was taken on paper.
func PaperAway() []string { return []string{"platform", "network", "power", "office"} }

// PaperVoids are why the rest of a block is good for nothing any more, and PaperRefusals
// why a second officer does not confirm when a form was received.
func PaperVoids() []string { return []string{"lost", "spoiled", "old"} }

// PaperRefusals are described with PaperVoids.
func PaperRefusals() []string { return []string{"time", "signature", "number", "other"} }

// PaperPolicy bounds a block and the time that is said of a form: how many forms are
// printed at once, how far back one may have been received, and within how long it is
// confirmed, and then entered.
type PaperPolicy struct {
	Most                int
	Back, Decide, Enter time.Duration
}

// PaperBlock is forms that were printed together, of one task and one office.
type PaperBlock struct {
	ID, Task, Department, Division string
	By, Staff                      string // the account that printed it, and its staff number
	PrintedAt                      time.Time
	Forms, Entered                 int
	VoidedAt                       time.Time
	VoidedBy, VoidReason           string // a staff number, and one of PaperVoids
}

// PaperForm is one form of a block.
type PaperForm struct {
	Number, Block, Task, Department, Division string
	State                                     string
	Worker                                    string // for whom it was received
	ReceivedAt                                time.Time
	Away                                      string // what was away, and since when
	AwaySince                                 time.Time
	By, Staff                                 string // who said so: an account, and its staff number
	StatedAt                                  time.Time
	DecidedBy, DecidedStaff                   string
	DecidedAt                                 time.Time
	Refusal                                   string
	EnteredAt                                 time.Time
}

// PaperSaid is what an officer says of a form.
type PaperSaid struct {
	Worker, Away          string
	ReceivedAt, AwaySince time.Time
}

// paperDigits are the digits of a form's number before its check digit.
const paperDigits = 11

// damm is a quasigroup of order 10 that finds every wrong digit and every two neighbours
// that changed places (H. Michael Damm, 2004).
var damm = [10]string{"0317598642", "7092154863", "4206871359", "1750983426", "6123045978", "3674209581", "5869720134", "8945362017", "9438617205", "2581436790"}

func checkDigit(digits string) byte {
	c := byte('0')
	for i := range len(digits) {
		c = damm[c-'0'][digits[i]-'0']
	}
	return c
}

// NewPaperNumber makes a number out of randomness, so that no number tells another one.
func NewPaperNumber(random func(int) []byte) string {
	var b strings.Builder
	for b.Len() < paperDigits {
		for _, r := range random(paperDigits) {
			if r < 250 && b.Len() < paperDigits { // 250 is 25 times 10: each digit is as likely
				b.WriteByte('0' + r%10)
			}
		}
	}
	return b.String() + string(checkDigit(b.String()))
}

// CheckPaperNumber returns ErrPaperNumber for a number that was mistyped.
func CheckPaperNumber(number string) error {
	if len(number) != paperDigits+1 || strings.Trim(number, "0123456789") != "" || checkDigit(number) != '0' {
		return ErrPaperNumber
	}
	return nil
}

// PrintPapers records a block of so many forms, of the widest office in which who prints
// handles cases of the task's department.
func PrintPapers(id, task string, forms int, by Account, held Grants, p PaperPolicy, now time.Time) (PaperBlock, error) {
	department, ok := PaperTasks()[task]
	if !ok {
		return PaperBlock{}, ErrPaperTask
	}
	at := slices.IndexFunc(held.In(department), func(g Grant) bool { return g.Role == Clerk || g.Role == Reviewer })
	if at < 0 {
		return PaperBlock{}, ErrPaperTask
	}
	if forms < 1 || forms > p.Most {
		return PaperBlock{}, ErrPaperForms.With("most", strconv.Itoa(p.Most))
	}
	return PaperBlock{ID: id, Task: task, Department: department, Division: held.In(department)[at].Division, By: by.ID, Staff: by.Subject, PrintedAt: now, Forms: forms}, nil
}

// Form is a form of the block under a number.
func (b PaperBlock) Form(number string) PaperForm {
	return PaperForm{Number: number, Block: b.ID, Task: b.Task, Department: b.Department, Division: b.Division, State: PaperFree}
}

// HandledBy reports whether the block is of an office in which somebody handles cases.
func (b PaperBlock) HandledBy(held Grants) bool {
	return held.May([]string{Clerk, Reviewer}, b.Department, b.Division)
}

// PaperReaders are the roles that see an office's blocks and forms.
func PaperReaders() []string { return []string{Clerk, Reviewer, Viewer} }

// SeenBy reports whether the block is of an office whose cases somebody may look at.
func (b PaperBlock) SeenBy(held Grants) bool {
	return held.May(PaperReaders(), b.Department, b.Division)
}

// Void says why what is left of the block is good for nothing any more.
func (b PaperBlock) Void(by Account, reason string, now time.Time) (PaperBlock, error) {
	switch {
	case !b.VoidedAt.IsZero():
		return b, ErrPaperVoid
	case !slices.Contains(PaperVoids(), reason):
		return b, ErrPaperReason
	}
	b.VoidedAt, b.VoidedBy, b.VoidReason = now, by.Subject, reason
	return b, nil
}

// Ends is until when a form is confirmed, or entered; else the zero time.
func (f PaperForm) Ends(p PaperPolicy) time.Time {
	switch f.State {
	case PaperStated:
		return f.StatedAt.Add(p.Decide)
	case PaperConfirmed:
		return f.DecidedAt.Add(p.Enter)
	}
	return time.Time{}
}

// StateOn is the state at a time, of a form of the block.
func (f PaperForm) StateOn(b PaperBlock, p PaperPolicy, now time.Time) string {
	state := f.State
	if ends := f.Ends(p); !ends.IsZero() && now.After(ends) {
		state = PaperExpired
	}
	if !b.VoidedAt.IsZero() && slices.Contains([]string{PaperFree, PaperRefused, PaperExpired}, state) {
		return PaperVoid
	}
	return state
}

// Say takes an officer's word of a form, in place of what was said before. The time lies
// between the printing and now, and no farther back than the rule allows; what was away
// was so by then.
func (f PaperForm) Say(b PaperBlock, said PaperSaid, by Account, p PaperPolicy, now time.Time) (PaperForm, error) {
	switch f.StateOn(b, p, now) {
	case PaperVoid:
		return f, ErrPaperVoid
	case PaperEntered:
		return f, ErrPaperUsed
	case PaperConfirmed:
		return f, ErrPaperConfirmed
	}
	switch {
	case said.ReceivedAt.After(now):
		return f, ErrPaperFuture
	case said.ReceivedAt.Before(b.PrintedAt.Truncate(time.Minute)): // a paper says no seconds
		return f, ErrPaperBefore
	case now.Sub(said.ReceivedAt) > p.Back:
		return f, ErrPaperBack.With("days", strconv.Itoa(int(p.Back/(24*time.Hour))))
	case !slices.Contains(PaperAway(), said.Away), said.AwaySince.IsZero(), said.AwaySince.After(said.ReceivedAt):
		return f, ErrPaperAway
	}
	f.State, f.Worker, f.ReceivedAt, f.Away, f.AwaySince = PaperStated, said.Worker, said.ReceivedAt, said.Away, said.AwaySince
	f.By, f.Staff, f.StatedAt = by.ID, by.Subject, now
	f.DecidedBy, f.DecidedStaff, f.DecidedAt, f.Refusal = "", "", time.Time{}, ""
	return f, nil
}

// Decide confirms the time that the paper says, as a second officer types it from there,
// or refuses what was said of the form.
func (f PaperForm) Decide(b PaperBlock, by Account, approve bool, received time.Time, refusal string, p PaperPolicy, now time.Time) (PaperForm, error) {
	switch {
	case f.StateOn(b, p, now) != PaperStated:
		return f, ErrActDecided
	case by.ID == f.By || by.Subject == f.Staff:
		return f, ErrActOwn
	case approve && !received.Equal(f.ReceivedAt):
		return f, ErrPaperDiffers
	case !approve && !slices.Contains(PaperRefusals(), refusal):
		return f, ErrRefusal
	}
	f.State, f.Refusal = PaperConfirmed, ""
	if !approve {
		f.State, f.Refusal = PaperRefused, refusal
	}
	f.DecidedBy, f.DecidedStaff, f.DecidedAt = by.ID, by.Subject, now
	return f, nil
}

// Enter notes that the task's department entered the form; false where it was noted.
func (f PaperForm) Enter(now time.Time) (PaperForm, bool) {
	if f.State != PaperConfirmed {
		return f, false
	}
	f.State, f.EnteredAt = PaperEntered, now
	return f, true
}
