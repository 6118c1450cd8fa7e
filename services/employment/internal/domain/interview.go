package domain

import (
	"slices"
	"strings"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
)

// InterviewState is where an invitation stands.
type InterviewState string

// The states of an invitation.
const (
	InterviewIsOpen      InterviewState = "invited"
	InterviewIsAccepted  InterviewState = "accepted"
	InterviewIsDeclined  InterviewState = "declined"
	InterviewIsWithdrawn InterviewState = "withdrawn" // with its application
	InterviewIsLapsed    InterviewState = "lapsed"    // nobody had answered when its time came
)

// ways are how an interview is held.
func ways() []string { return []string{"in_person", "phone", "video"} }

// Interview is an employer's invitation to an applicant whose name it does not
// know: a name can tell an origin. Accepting it is what opens the name.
type Interview struct {
	ID            string
	ApplicationID string
	VacancyID     string
	EmployerID    string
	Worker        string
	County        string
	State         InterviewState
	MeetAt        time.Time
	Way           string
	Meeting       Meeting
	InvitedAt     time.Time
	AnsweredAt    time.Time
	Version       int64
}

// Meeting is what the worker must know before answering: where, whom to ask for,
// and under which number the employer is reached. It is the employer's, and
// leaves the service to the worker alone.
type Meeting struct{ Place, Contact, Phone string }

// check requires a place where one has to go there, and who is reached how.
func (m Meeting) check(way string) (Meeting, error) {
	var err error
	if m.Place = strings.TrimSpace(m.Place); m.Place != "" || way == "in_person" {
		if m.Place, err = Shown(m.Place, 2, ErrInterviewPlace); err != nil {
			return m, err
		}
	}
	if m.Contact, err = Shown(m.Contact, 1, ErrInterviewContact); err != nil {
		return m, err
	}
	phone, _ := ident.NormalisePhone(m.Phone)
	if _, err := ident.ParsePhone(phone); err != nil {
		return m, ErrInterviewPhone
	}
	m.Phone = phone
	return m, nil
}

// Invite invites an applicant; now is the time of the invitation.
func (a Application) Invite(id string, meetAt time.Time, way string, m Meeting, now time.Time) (Interview, []Event, error) {
	if !a.Pending() {
		return Interview{}, nil, ErrApplicationState.With("state", string(a.State))
	}
	if !slices.Contains(ways(), way) {
		return Interview{}, nil, ErrInterviewWay
	}
	if !meetAt.After(now) || meetAt.After(now.AddDate(1, 0, 0)) {
		return Interview{}, nil, ErrInterviewTime
	}
	m, err := m.check(way)
	if err != nil {
		return Interview{}, nil, err
	}
	i := Interview{
		ID: id, ApplicationID: a.ID, VacancyID: a.VacancyID, EmployerID: a.EmployerID, Worker: a.Worker, County: a.County, State: InterviewIsOpen,
		MeetAt: meetAt, Way: way, Meeting: m, InvitedAt: now,
	}
	return i, []Event{InterviewInvited{InterviewID: id, ApplicationID: a.ID, MeetOn: clock.DateOf(meetAt), Way: way}}, nil
}

// At is the invitation as it stands at a time.
func (i Interview) At(now time.Time) Interview {
	if i.State == InterviewIsOpen && !i.MeetAt.After(now) {
		i.State = InterviewIsLapsed
	}
	return i
}

// Accept is the worker's yes, before the time of the meeting: for one that is over
// no name is opened.
func (i Interview) Accept(at time.Time) (Interview, []Event, error) {
	i = i.At(at)
	if i.State != InterviewIsOpen {
		return i, nil, ErrInterviewState.With("state", string(i.State))
	}
	i.State, i.AnsweredAt = InterviewIsAccepted, at
	return i, []Event{InterviewAccepted{InterviewID: i.ID}}, nil
}

// Decline is the worker's no, also to an interview that was accepted before.
// The application keeps its place.
func (i Interview) Decline(at time.Time) (Interview, []Event, error) {
	if i.State != InterviewIsOpen && i.State != InterviewIsAccepted {
		return i, nil, ErrInterviewState.With("state", string(i.State))
	}
	i.State, i.AnsweredAt = InterviewIsDeclined, at
	return i, []Event{InterviewDeclined{InterviewID: i.ID}}, nil
}

// NameOpen returns nil where the employer may know the applicant's name: while the
// worker works there or has an offer, and for so many days after the work ended or,
// where none came of it, after the interview that the worker accepted.
func NameOpen(a Application, i Interview, hires []Hire, days int, today clock.Date) error {
	last := clock.DateOf(i.MeetAt)
	at := slices.IndexFunc(hires, func(h Hire) bool { return h.OfferID != "" && h.OfferID == a.OfferID && h.State != HireIsUndone })
	switch {
	case a.State == ApplicationIsAccepted && at >= 0:
		if hires[at].State != HireIsEnded {
			return nil
		}
		last = hires[at].EndedOn
	case i.State != InterviewIsAccepted:
		return ErrNameHidden
	case a.State == ApplicationIsOffered:
		return nil
	}
	if today.After(last.AddDays(days)) {
		return ErrNameOver
	}
	return nil
}

// Withdraw ends an invitation with its application; ended is false where there
// is nothing to end.
func (i Interview) Withdraw() (after Interview, ended bool) {
	if i.State != InterviewIsOpen && i.State != InterviewIsAccepted {
		return i, false
	}
	i.State = InterviewIsWithdrawn
	return i, true
}
