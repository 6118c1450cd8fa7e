package domain

// DueState is where a due safety training stands.
type DueState string

// The states of a due safety training.
const (
	DueOpen      DueState = "due"
	DueDone      DueState = "done"
	DueCancelled DueState = "cancelled" // the hire it rested on is disputed or undone
)

// Due is safety training that a hire with hazards calls for: no work at such a
// post before it is passed (安全生产法 28, rule SF-01).
type Due struct {
	ID         string
	HireID     string
	Worker     string
	Division   string
	Occupation string
	State      DueState
	Enrolment  string // in the course that fulfilled it; "" where it is due, or was fulfilled before this was kept
	Version    int64
}

// OpenDue notes the safety training that a hire makes due.
func OpenDue(id, hireID, worker, division, occupation string) (Due, []Event) {
	d := Due{ID: id, HireID: hireID, Worker: worker, Division: division, Occupation: occupation, State: DueOpen}
	return d, []Event{SafetyTrainingDue{DueID: id, HireID: hireID, Occupation: occupation}}
}

// Cancel ends the due training of a hire that does not hold. What was passed
// stays passed.
func (d Due) Cancel() (Due, []Event) {
	if d.State != DueOpen {
		return d, nil
	}
	d.State = DueCancelled
	return d, []Event{SafetyTrainingCancelled{DueID: d.ID, HireID: d.HireID}}
}

// Fulfil notes that the worker completed a course of the occupation. The
// attendance that is recorded with it is its event.
func (d Due) Fulfil(enrolment string) Due {
	if d.State == DueOpen {
		d.State, d.Enrolment = DueDone, enrolment
	}
	return d
}

// Reopen has the training be due again, since the result that fulfilled it was recorded
// by mistake. What was taken back is its event.
func (d Due) Reopen() Due {
	if d.State == DueDone {
		d.State, d.Enrolment = DueOpen, ""
	}
	return d
}
