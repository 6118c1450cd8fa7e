package domain

import (
	"slices"
	"time"
)

// The states of an export. One that ran and was not heard of again stays running: its
// officer cancels it, or leaves it. One with names is asked for first, and waits for
// another officer.
const (
	ExportAsked     = "asked"
	ExportRefused   = "refused"
	ExportReady     = "ready"
	ExportRunning   = "running"
	ExportDone      = "done"
	ExportCancelled = "cancelled"
	ExportBroken    = "broken"
	// ExportExpired is what an export with names is that nobody decided, or whose file was
	// not written, in time. It is reckoned, and stands in no row.
	ExportExpired = "expired"
)

// exportBegun is the outcome with which somebody takes the only writing of a file.
const exportBegun = "begun"

// NamesPurpose is the purpose for which names are read into a file.
const NamesPurpose = "list_export"

// namesFor is for how long after its last report a file with names counts as being written.
const namesFor = 10 * time.Minute

// ExportReasons are what names are taken out for.
func ExportReasons() []string { return []string{"notices", "visits", "inspection", "handover"} }

// ExportRefusals are why a second officer lets no names out.
func ExportRefusals() []string { return []string{"too_much", "not_needed", "not_known", "other"} }

// ExportedList is what an exported list of work is narrowed to; what is empty narrows
// nothing.
type ExportedList struct {
	Service, Matter, County, State, CaseEnd, Who string `json:",omitempty"`
	Overdue                                      bool   `json:",omitempty"`
}

// Export is a list that an officer takes out of the platform as a file. Its id stands in
// every row of the file, so that a file which turns up elsewhere leads to who took it.
type Export struct {
	ID        string
	By        string // an account
	Staff     string // its staff number
	Kind      string // of file: csv or xlsx
	List      ExportedList
	AskedAt   time.Time
	State     string
	Rows      int64
	ChangedAt time.Time // when it was heard of last

	Named        bool
	Department   string // whose officer asked, and whose reviewer decides
	Reason       string // what the names are for
	DecidedBy    string // an account
	DecidedStaff string
	DecidedAt    time.Time
	Refusal      string
}

// BeginExport returns an export of which no row was read yet, or ErrExportKind.
func BeginExport(id string, by Account, kind string, list ExportedList, now time.Time) (Export, error) {
	if !slices.Contains([]string{"csv", "xlsx"}, kind) {
		return Export{}, ErrExportKind
	}
	return Export{ID: id, By: by.ID, Staff: by.Subject, Kind: kind, List: list, AskedAt: now, State: ExportReady, ChangedAt: now}, nil
}

// AskNames makes an export one with names, that another officer decides: of a department's
// list in a county, by an officer who handles cases there. It returns ErrExportNames or
// ErrExportReason.
func (e Export) AskNames(department, reason string, held Grants) (Export, error) {
	if e.List.Service == "" || e.List.County == "" || !held.May([]string{Clerk, Reviewer}, department, e.List.County) {
		return e, ErrExportNames
	}
	if !slices.Contains(ExportReasons(), reason) {
		return e, ErrExportReason
	}
	e.Named, e.Department, e.Reason, e.State = true, department, reason, ExportAsked
	return e, nil
}

// DecidableBy reports whether somebody is the second officer of an export: another
// account and another staff number than who asked, with a reviewer's right over the list.
func (e Export) DecidableBy(by Account, held Grants) bool {
	return e.Named && by.ID != e.By && by.Subject != e.Staff && held.May([]string{Reviewer}, e.Department, e.List.County)
}

// Decide lets names out, or refuses to with a reason.
func (e Export) Decide(by Account, held Grants, approve bool, refusal string, p ExportPolicy, now time.Time) (Export, error) {
	switch {
	case e.Named && (by.ID == e.By || by.Subject == e.Staff):
		return e, ErrActOwn
	case !e.DecidableBy(by, held):
		return e, ErrExport
	case e.StateOn(p, now) != ExportAsked:
		return e, ErrActDecided
	case !approve && !slices.Contains(ExportRefusals(), refusal):
		return e, ErrRefusal
	}
	e.State, e.Refusal = ExportReady, ""
	if !approve {
		e.State, e.Refusal = ExportRefused, refusal
	}
	e.DecidedBy, e.DecidedStaff, e.DecidedAt, e.ChangedAt = by.ID, by.Subject, now, now
	return e, nil
}

// Ends is until when an export with names is decided, or its file begun; else the zero time.
func (e Export) Ends(p ExportPolicy) time.Time {
	switch {
	case e.Named && e.State == ExportAsked:
		return e.AskedAt.Add(p.Decide)
	case e.Named && e.State == ExportReady:
		return e.DecidedAt.Add(p.Write)
	}
	return time.Time{}
}

// StateOn is the state at a time, by which what nobody decided or wrote has expired.
func (e Export) StateOn(p ExportPolicy, now time.Time) string {
	if ends := e.Ends(p); !ends.IsZero() && now.After(ends) {
		return ExportExpired
	}
	return e.State
}

// Report says how many rows the file has by now. "begun" takes the file's only writing;
// after it the outcome is running, done or broken. It returns ErrExportWaits where nobody
// approved it, and ErrExportOver where the file was begun, ended or cancelled before.
func (e Export) Report(outcome string, rows int64, p ExportPolicy, now time.Time) (Export, error) {
	from := ExportRunning
	if outcome == exportBegun {
		from, outcome = ExportReady, ExportRunning
	}
	if !slices.Contains([]string{ExportRunning, ExportDone, ExportBroken}, outcome) {
		return e, ErrExportOutcome
	}
	switch state := e.StateOn(p, now); {
	case state == ExportAsked, state == ExportExpired:
		return e, ErrExportWaits
	case state != from:
		return e, ErrExportOver
	case e.Named && rows > int64(p.Most):
		return e, ErrExportMost
	}
	e.State, e.Rows, e.ChangedAt = outcome, max(rows, e.Rows), now
	return e, nil
}

// Writes reports whether names are being read into the file now: for so long identity
// proves the purpose of it to who asked.
func (e Export) Writes(now time.Time) bool {
	return e.Named && e.State == ExportRunning && now.Sub(e.ChangedAt) <= namesFor
}

// Cancel ends an export that is not whole yet; of one that waits it takes the request back.
func (e Export) Cancel(now time.Time) (Export, error) {
	if e.State != ExportAsked && e.State != ExportReady && e.State != ExportRunning {
		return e, ErrExportOver
	}
	e.State, e.ChangedAt = ExportCancelled, now
	return e, nil
}
