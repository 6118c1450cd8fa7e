package domain

import (
	"slices"
	"time"
)

// The states of an export. One that ran and was not heard of again stays running: its
// officer cancels it, or leaves it.
const (
	ExportReady     = "ready"
	ExportRunning   = "running"
	ExportDone      = "done"
	ExportCancelled = "cancelled"
	ExportBroken    = "broken"
)

// exportBegun is the outcome with which somebody takes the only writing of a file.
const exportBegun = "begun"

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
}

// BeginExport returns an export of which no row was read yet, or ErrExportKind.
func BeginExport(id string, by Account, kind string, list ExportedList, now time.Time) (Export, error) {
	if !slices.Contains([]string{"csv", "xlsx"}, kind) {
		return Export{}, ErrExportKind
	}
	return Export{ID: id, By: by.ID, Staff: by.Subject, Kind: kind, List: list, AskedAt: now, State: ExportReady, ChangedAt: now}, nil
}

// Report says how many rows the file has by now. "begun" takes the file's only writing;
// after it the outcome is running, done or broken. It returns ErrExportOver where the file
// was begun, ended or cancelled before.
func (e Export) Report(outcome string, rows int64, now time.Time) (Export, error) {
	from := ExportRunning
	if outcome == exportBegun {
		from, outcome = ExportReady, ExportRunning
	}
	if !slices.Contains([]string{ExportRunning, ExportDone, ExportBroken}, outcome) {
		return e, ErrExportOutcome
	}
	if e.State != from {
		return e, ErrExportOver
	}
	e.State, e.Rows, e.ChangedAt = outcome, max(rows, e.Rows), now
	return e, nil
}

// Cancel ends an export that is not whole yet.
func (e Export) Cancel(now time.Time) (Export, error) {
	if e.State != ExportReady && e.State != ExportRunning {
		return e, ErrExportOver
	}
	e.State, e.ChangedAt = ExportCancelled, now
	return e, nil
}
