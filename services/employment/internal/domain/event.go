package domain

import "github.com/qiao-platform/qiao/pkg/clock"

// Event is something that happened here; the store writes it beside the state.
// What each means to other departments stands in the contract.
type Event interface{ happened() }

type (
	// EmployerRegistered tells that an employer was recorded.
	EmployerRegistered struct {
		EmployerID, IndustrySection string
		ManualCheck                 bool
	}
	// VacancyPublished tells that a vacancy can be found.
	VacancyPublished struct{ Vacancy Vacancy }
	// VacancyClosed tells that a vacancy is no longer found.
	VacancyClosed struct{ VacancyID string }

	// ProfileSaved tells that a worker saved wishes.
	ProfileSaved struct{ Occupation string }
	// QualificationRecorded tells that a shared certificate entered, changed or left a profile.
	QualificationRecorded struct{ CertificateID, Occupation, What string }

	// ApplicationSubmitted tells that a worker applied.
	ApplicationSubmitted struct{ ApplicationID, VacancyID string }
	// ApplicationWithdrawn tells that an application ended before an acceptance.
	ApplicationWithdrawn struct{ ApplicationID string }

	// OfferMade tells that a worker is to be told of an offer.
	OfferMade struct {
		OfferID, ApplicationID, VacancyID string
		AnswerDays                        int
	}
	// OfferAccepted tells that the worker accepted, in person or not.
	OfferAccepted struct {
		OfferID, ApplicationID, HireID string
		InPerson                       bool
	}
	// OfferDeclined tells nobody but the offer that the worker said no.
	OfferDeclined struct{ OfferID string }
	// OfferLapsed tells nobody but the offer that its time was over.
	OfferLapsed struct{ OfferID string }

	// HireRegistered tells of a hire, by offer or on the employer's word.
	HireRegistered struct{ Hire Hire }
	// HireConfirmed tells that the worker confirmed what the employer stated.
	HireConfirmed struct{ Hire Hire }
	// HireDisputed tells that the worker says "not me".
	HireDisputed struct{ HireID string }
	// HireUndone tells that an acceptance given by another was taken back.
	HireUndone struct{ HireID string }
	// HireEndStated tells that the employer says that the hire ended.
	HireEndStated struct {
		HireID  string
		EndedOn clock.Date
		Ground  Ground
	}
	// HireEndDisputed tells that the worker says that the hire goes on.
	HireEndDisputed struct{ HireID string }
	// HireEnded tells that a hire ended, on the worker's word.
	HireEnded struct{ Hire Hire }

	// ReviewAsked tells that a refused text came before a clerk.
	ReviewAsked struct{ ReviewID, EmployerID, RuleID, PhraseID string }
	// ReviewDecided tells what the clerk decided.
	ReviewDecided struct{ ReviewID, Outcome, ReasonCode, VacancyID string }

	// InterviewInvited tells that a worker is to be told of an invitation.
	InterviewInvited struct {
		InterviewID, ApplicationID string
		MeetOn                     clock.Date
		Way                        string
	}
	// InterviewAccepted tells that the employer may know the name.
	InterviewAccepted struct{ InterviewID string }
	// InterviewDeclined tells nobody but the invitation that the worker said no.
	InterviewDeclined struct{ InterviewID string }

	// SeasonalNeedReported tells what an employer needs in a month.
	SeasonalNeedReported struct{ Need Need }
)

func (EmployerRegistered) happened()    {}
func (VacancyPublished) happened()      {}
func (VacancyClosed) happened()         {}
func (ProfileSaved) happened()          {}
func (QualificationRecorded) happened() {}
func (ApplicationSubmitted) happened()  {}
func (ApplicationWithdrawn) happened()  {}
func (OfferMade) happened()             {}
func (OfferAccepted) happened()         {}
func (OfferDeclined) happened()         {}
func (OfferLapsed) happened()           {}
func (HireRegistered) happened()        {}
func (HireConfirmed) happened()         {}
func (HireDisputed) happened()          {}
func (HireUndone) happened()            {}
func (HireEndStated) happened()         {}
func (HireEndDisputed) happened()       {}
func (HireEnded) happened()             {}
func (ReviewAsked) happened()           {}
func (ReviewDecided) happened()         {}
func (InterviewInvited) happened()      {}
func (InterviewAccepted) happened()     {}
func (InterviewDeclined) happened()     {}
func (SeasonalNeedReported) happened()  {}
