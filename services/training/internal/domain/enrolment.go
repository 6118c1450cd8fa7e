package domain

import "github.com/qiao-platform/qiao/pkg/answer"

// State is where an enrolment stands.
type State string

// The states of an enrolment.
const (
	Confirmed State = "confirmed" // has a place, by the worker's own act
	Waiting   State = "waiting"
	Offered   State = "offered" // a place became free, and the worker has not answered
	Dropped   State = "dropped"
	Completed State = "completed"
	Failed    State = "failed"
	Cancelled State = "cancelled" // with its course
)

// Enrolment is a worker's place in a course, or the wish for one.
type Enrolment struct {
	ID       string
	CourseID string
	Worker   string
	Division string
	State    State
	Number   int          // on the waiting list, and kept while the enrolment lasts; 0 for who never waited
	OfferID  string       // of the last place offered
	Offer    answer.Clock // its time to answer; zero for who was offered none
	Version  int64
}
