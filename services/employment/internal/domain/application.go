package domain

import "time"

// ApplicationState is where an application stands.
type ApplicationState string

// The states of an application.
const (
	ApplicationIsSubmitted ApplicationState = "submitted" // in the queue
	ApplicationIsOffered   ApplicationState = "offered"
	ApplicationIsAccepted  ApplicationState = "accepted"
	ApplicationIsWithdrawn ApplicationState = "withdrawn"
)

// Application is one worker's application to one vacancy. Its place in the
// queue is its time, which nothing changes.
type Application struct {
	ID          string
	Worker      string
	VacancyID   string
	EmployerID  string
	County      string // of the vacancy
	State       ApplicationState
	OfferID     string // the newest offer
	SubmittedAt time.Time
	Version     int64
}

// Apply sends an application. ofAge says that the worker has reached the age
// that work with hazards asks for; it is asked for such vacancies alone.
func Apply(id, worker string, v Vacancy, ofAge bool, at time.Time) (Application, []Event, error) {
	if v.State != VacancyIsOpen {
		return Application{}, nil, ErrVacancyClosed
	}
	if v.Open() == 0 {
		return Application{}, nil, ErrVacancyFull
	}
	if v.Hazardous && !ofAge {
		return Application{}, nil, ErrTooYoung
	}
	a := Application{ID: id, Worker: worker, VacancyID: v.ID, EmployerID: v.EmployerID, County: v.County, State: ApplicationIsSubmitted, SubmittedAt: at}
	return a, []Event{ApplicationSubmitted{ApplicationID: id, VacancyID: v.ID}}, nil
}

// Pending reports whether the application can still be withdrawn.
func (a Application) Pending() bool {
	return a.State == ApplicationIsSubmitted || a.State == ApplicationIsOffered
}

// Withdraw ends the application before an offer is accepted.
func (a Application) Withdraw() (Application, []Event, error) {
	if !a.Pending() {
		return a, nil, ErrApplicationState.With("state", string(a.State))
	}
	a.State = ApplicationIsWithdrawn
	return a, []Event{ApplicationWithdrawn{ApplicationID: a.ID}}, nil
}

// requeue gives the application back its place after an offer that led to nothing.
func (a Application) requeue(from ApplicationState) Application {
	if a.State == from {
		a.State = ApplicationIsSubmitted
	}
	return a
}
