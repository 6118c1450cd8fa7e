package domain

import "github.com/qiao-platform/qiao/pkg/clock"

// Event is something that happened here; the store writes it beside the state.
type Event interface{ happened() }

// CoursePublished opens a course.
type CoursePublished struct {
	CourseID, Occupation, Level string
	Places                      int
	StartsOn                    clock.Date
}

// EnrolmentConfirmed gives a place to the worker who took it.
type EnrolmentConfirmed struct{ EnrolmentID, CourseID string }

// EnrolmentWaitlisted puts the worker on the waiting list.
type EnrolmentWaitlisted struct{ EnrolmentID, CourseID string }

// PlaceOffered offers a place that became free to who waited first.
type PlaceOffered struct{ EnrolmentID, CourseID string }

// EnrolmentDropped is history of the department alone.
type EnrolmentDropped struct{ EnrolmentID string }

// AttendanceRecorded says whether the worker completed the course.
type AttendanceRecorded struct {
	EnrolmentID string
	Completed   bool
}

// CertificateIssued gives the worker a certificate.
type CertificateIssued struct {
	CertificateID, Kind, Occupation, Level string
	IssuedOn                               clock.Date
}

// SafetyTrainingDue says that a hire calls for safety training.
type SafetyTrainingDue struct{ DueID, HireID, Occupation string }

// SafetyTrainingCancelled takes that back.
type SafetyTrainingCancelled struct{ DueID, HireID string }

func (CoursePublished) happened()         {}
func (EnrolmentConfirmed) happened()      {}
func (EnrolmentWaitlisted) happened()     {}
func (PlaceOffered) happened()            {}
func (EnrolmentDropped) happened()        {}
func (AttendanceRecorded) happened()      {}
func (CertificateIssued) happened()       {}
func (SafetyTrainingDue) happened()       {}
func (SafetyTrainingCancelled) happened() {}
