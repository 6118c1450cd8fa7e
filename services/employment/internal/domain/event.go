package domain

import "github.com/qiao-platform/qiao/pkg/clock"

// Event is something that happened here; the store writes it beside the state.
type Event interface{ happened() }

// The department's events; their meaning stands in the contract.
type (
	EmployerRegistered struct { //nolint:revive // documented in the contract
		EmployerID, IndustrySection string
		ManualCheck                 bool
	}
	VacancyPublished struct{ Vacancy Vacancy }   //nolint:revive // documented in the contract
	VacancyClosed    struct{ VacancyID string }  //nolint:revive // documented in the contract
	ProfileSaved     struct{ Occupation string } //nolint:revive // documented in the contract

	ApplicationSubmitted struct{ ApplicationID, VacancyID string } //nolint:revive // documented in the contract
	ApplicationWithdrawn struct{ ApplicationID string }            //nolint:revive // documented in the contract

	OfferMade struct { //nolint:revive // documented in the contract
		OfferID, ApplicationID, VacancyID string
		AnswerDays                        int
	}
	OfferAccepted struct { //nolint:revive // documented in the contract
		OfferID, ApplicationID, HireID string
		InPerson                       bool
	}
	OfferDeclined struct{ OfferID string } //nolint:revive // documented in the contract
	OfferLapsed   struct{ OfferID string } //nolint:revive // documented in the contract

	HireRegistered struct{ Hire Hire }     //nolint:revive // documented in the contract
	HireConfirmed  struct{ Hire Hire }     //nolint:revive // documented in the contract
	HireDisputed   struct{ HireID string } //nolint:revive // documented in the contract
	HireUndone     struct{ HireID string } //nolint:revive // documented in the contract
	HireEndStated  struct {                //nolint:revive // documented in the contract
		HireID  string
		EndedOn clock.Date
		Ground  Ground
	}
	HireEndDisputed struct{ HireID string } //nolint:revive // documented in the contract
	HireEnded       struct{ Hire Hire }     //nolint:revive // documented in the contract

	QualificationRecorded struct{ CertificateID, Occupation, What string } //nolint:revive // documented in the contract
)

func (EmployerRegistered) happened()    {}
func (VacancyPublished) happened()      {}
func (VacancyClosed) happened()         {}
func (ProfileSaved) happened()          {}
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
func (QualificationRecorded) happened() {}
