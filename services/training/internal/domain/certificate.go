package domain

import "github.com/qiao-platform/qiao/pkg/clock"

// Certificate is what completing a course gave.
type Certificate struct {
	ID          string
	EnrolmentID string
	Worker      string
	Division    string
	Kind        string
	Occupation  string
	Level       string
	IssuedOn    clock.Date
	Version     int64
}

// Certify issues the certificate of who completed the course. The caller makes
// sure that an enrolment gets one only.
func (c Course) Certify(e Enrolment, id, kind string, issuedOn, today clock.Date) (Certificate, []Event, error) {
	switch kind {
	case "skill_level", "special_ability", "completion":
	default:
		return Certificate{}, nil, ErrCertificateKind
	}
	if e.State != Completed {
		return Certificate{}, nil, ErrNotCompleted.With("state", string(e.State))
	}
	if issuedOn.Before(c.StartsOn) || issuedOn.After(today) {
		return Certificate{}, nil, ErrCertificateDate
	}
	cert := Certificate{ID: id, EnrolmentID: e.ID, Worker: e.Worker, Division: e.Division, Kind: kind, Occupation: c.Occupation, Level: c.Level, IssuedOn: issuedOn}
	return cert, []Event{CertificateIssued{CertificateID: id, Kind: kind, Occupation: c.Occupation, Level: c.Level, IssuedOn: issuedOn}}, nil
}
