package domain

type (
	// FairPlanned tells that a fair will be held.
	FairPlanned struct{ Fair Fair }
	// FairChanged tells that a plan was mended.
	FairChanged struct{ Fair Fair }
	// FairCancelled tells that a fair ended before it had results.
	FairCancelled struct{ Fair Fair }
	// FairNoticed tells who applied that the fair was changed or cancelled.
	FairNoticed struct{ FairID, ApplicationID, What, Why string }
	// FairCorrected tells that a corrected draw was published beside the first.
	FairCorrected struct {
		FairID, CorrectionID, Why string
		Wronged                   int
	}
	// FairClosed tells to which list the fair is committed.
	FairClosed struct{ Fair Fair }
	// FairFigureEntered tells that one officer read the public figure.
	FairFigureEntered struct{ FairID string }
	// FairMatched tells that a pass has proposed.
	FairMatched struct {
		FairID, Seed             string
		Pass, Proposed, Unplaced int
	}

	// FairPostEntered tells that a vacancy came to a fair, or with how many seats it now is there.
	FairPostEntered struct {
		FairID, VacancyID string
		Seats             int
	}
	// FairPostRanked tells that an employer ranked who applied to its post.
	FairPostRanked struct {
		FairID, VacancyID string
		Ranked            int
	}

	// FairApplicationSubmitted tells that a worker sent wishes.
	FairApplicationSubmitted struct{ ApplicationID, FairID string }
	// FairApplicationWithdrawn tells that a worker left a fair.
	FairApplicationWithdrawn struct{ ApplicationID string }
	// FairApplicationUnplaced tells the worker that a pass had no post.
	FairApplicationUnplaced struct {
		ApplicationID, FairID string
		Pass                  int
	}

	// FairProposalMade tells the worker of a proposal.
	FairProposalMade struct {
		ProposalID, FairID, VacancyID string
		AnswerDays                    int
	}
	// FairProposalAccepted tells that the worker accepted an interview.
	FairProposalAccepted struct {
		ProposalID, ApplicationID string
		InPerson                  bool
	}
	// FairProposalDeclined tells nobody but the proposal that the worker said no.
	FairProposalDeclined struct{ ProposalID string }
	// FairProposalLapsed tells nobody but the proposal that its time was over.
	FairProposalLapsed struct{ ProposalID string }
	// FairProposalWithdrawn tells that a proposal ended with its application.
	FairProposalWithdrawn struct{ ProposalID string }
	// FairProposalPassedOverEvent tells the worker of the employer's no, and its ground.
	FairProposalPassedOverEvent struct{ ProposalID, ReasonCode string }
)

func (FairChanged) happened()                 {}
func (FairCancelled) happened()               {}
func (FairNoticed) happened()                 {}
func (FairCorrected) happened()               {}
func (FairPlanned) happened()                 {}
func (FairClosed) happened()                  {}
func (FairFigureEntered) happened()           {}
func (FairMatched) happened()                 {}
func (FairPostEntered) happened()             {}
func (FairPostRanked) happened()              {}
func (FairApplicationSubmitted) happened()    {}
func (FairApplicationWithdrawn) happened()    {}
func (FairApplicationUnplaced) happened()     {}
func (FairProposalMade) happened()            {}
func (FairProposalAccepted) happened()        {}
func (FairProposalDeclined) happened()        {}
func (FairProposalLapsed) happened()          {}
func (FairProposalWithdrawn) happened()       {}
func (FairProposalPassedOverEvent) happened() {}
