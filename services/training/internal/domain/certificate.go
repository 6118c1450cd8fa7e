package domain

import (
	"regexp"

	"github.com/qiao-platform/qiao/pkg/clock"
)

// number is what stands on certificates.
var number = regexp.MustCompile(`^[0-9A-Za-z-]{1,32}$`)

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
	Number      string     // that stands on it, "" where it has none
	RevokedOn   clock.Date // on which it was taken back; zero where it holds
	Reason      string     // why
	Version     int64
}

// Certify issues the certificate of who completed the course. The caller makes
// sure that an enrolment gets one only.
func (c Course) Certify(e Enrolment, id, kind, no string, issuedOn, today clock.Date) (Certificate, []Event, error) {
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
	if no != "" && !number.MatchString(no) {
		return Certificate{}, nil, ErrCertificateNumber
	}
	cert := Certificate{Number: no, ID: id, EnrolmentID: e.ID, Worker: e.Worker, Division: e.Division, Kind: kind, Occupation: c.Occupation, Level: c.Level, IssuedOn: issuedOn}
	return cert, []Event{CertificateIssued{CertificateID: id, Kind: kind, Occupation: c.Occupation, Level: c.Level, IssuedOn: issuedOn}}, nil
}

// Holds reports whether the certificate was not taken back.
func (c Certificate) Holds() bool { return c.RevokedOn.IsZero() }

// Revoke takes a certificate back: it proves nothing any more.
func (c Certificate) Revoke(reason string, today clock.Date) (Certificate, []Event, error) {
	if err := RevokeReasons.check(reason); err != nil {
		return c, nil, err
	}
	if !c.Holds() {
		return c, nil, ErrRevoked
	}
	c.RevokedOn, c.Reason = today, reason
	return c, []Event{CertificateRevoked{CertificateID: c.ID, Occupation: c.Occupation, IssuedOn: c.IssuedOn, ReasonCode: reason}}, nil
}
