package domain

import "github.com/qiao-platform/qiao/pkg/errs"

// Errors of this department.
var (
	ErrCounty    = errs.New(errs.Invalid, "education.county", "There is no such county in the prefecture.")
	ErrTownship  = errs.New(errs.Invalid, "education.township", "There is no such township in the county.")
	ErrStage     = errs.New(errs.Invalid, "education.stage", "The stage must be preschool, primary, junior or vocational.")
	ErrKind      = errs.New(errs.Invalid, "education.school.kind", "A school is public or private.")
	ErrName      = errs.New(errs.Invalid, "education.school.name", "The school's name is missing or too long.")
	ErrUnlikely  = errs.New(errs.Invalid, "education.school.implausible", "So many places cannot be meant; look whether a digit is too many.")
	ErrPlaces    = errs.New(errs.Invalid, "education.school.places", "The number of places cannot be negative.")
	ErrReference = errs.New(errs.Invalid, "education.school.reference", "The reference is too long.")

	ErrSchoolUnknown = errs.New(errs.NotFound, "education.school.unknown", "There is no such school.")
	ErrSchoolStage   = errs.New(errs.Conflict, "education.school.stage", "This school is of another stage than was applied for.")
	ErrSchoolFull    = errs.New(errs.Conflict, "education.school.full", "This school has no free place.")

	ErrWishes             = errs.New(errs.Invalid, "education.application.wishes", "A school was named twice, or too many were named.")
	ErrChildUnknown       = errs.New(errs.NotFound, "education.child.unknown", "This guardian has no such child.")
	ErrApplicationUnknown = errs.New(errs.NotFound, "education.application.unknown", "There is no such application.")
	ErrApplicationTwice   = errs.New(errs.Conflict, "education.application.twice", "There is an application for this child and stage already.")
	ErrApplicationOther   = errs.New(errs.Conflict, "education.application.other", "Another guardian keeps this child's application for a school place. You can ask that an officer hears both and decides.")
	ErrApplicationState   = errs.New(errs.Conflict, "education.application.state", "The application's state does not allow this now.")

	ErrPaper = errs.New(errs.Invalid, "education.paper", "The paper's kind, form, dates or months cannot be right.")

	ErrOfferUnknown = errs.New(errs.NotFound, "education.offer.unknown", "There is no such offer.")
	ErrOfferState   = errs.New(errs.Conflict, "education.offer.state", "The offer's state does not allow this now.")
	ErrOfferLapsed  = errs.New(errs.Conflict, "education.offer.lapsed", "The time to answer this offer is over; the application keeps its place.")
	ErrUndoOwn      = errs.New(errs.Conflict, "education.undo.own", "This acceptance was given in person; only one given by somebody else can be undone.")
	ErrUndoLate     = errs.New(errs.Conflict, "education.undo.late", "The time to undo this acceptance is over.")

	ErrOfferExchange = errs.New(errs.Denied, "education.offer.exchange", "An accepted place is exchanged for another one by the guardian alone.")
	ErrOfferAccepted = errs.New(errs.Conflict, "education.offer.accepted", "This offer was accepted already.")

	ErrRoundUnknown  = errs.New(errs.NotFound, "education.round.unknown", "There is no such round.")
	ErrRoundTwice    = errs.New(errs.Conflict, "education.round.twice", "This county has a round of this stage that has not ended.")
	ErrRoundDates    = errs.New(errs.Invalid, "education.round.dates", "The days must follow each other: opening, closing, the figure, the draw.")
	ErrRoundPast     = errs.New(errs.Invalid, "education.round.past", "A day of the round lies in the past.")
	ErrRoundReason   = errs.New(errs.Invalid, "education.round.reason", "Say why: dates, figure, seats, law or other.")
	ErrRoundBegun    = errs.New(errs.Conflict, "education.round.begun", "Families file already: the first day stays, and the last one is not moved into the past.")
	ErrRoundResults  = errs.New(errs.Conflict, "education.round.results", "The round has results; nobody's place is taken back. A fault is mended by a corrected draw.")
	ErrRoundTie      = errs.New(errs.Invalid, "education.round.tie", "Ties are broken by a single number or by multiple ones.")
	ErrRoundFigure   = errs.New(errs.Invalid, "education.round.figure", "Say which public figure decides, and where it is published, in at most 120 characters.")
	ErrRoundState    = errs.New(errs.Conflict, "education.round.state", "The round's state does not allow this now.")
	ErrRoundClosed   = errs.New(errs.Conflict, "education.round.closed", "This round was closed already.")
	ErrRoundDay      = errs.New(errs.Conflict, "education.round.day", "The round's published days do not allow this today.")
	ErrRoundSchools  = errs.New(errs.Conflict, "education.round.schools", "The round has no school yet.")
	ErrRoundNotOpen  = errs.New(errs.Conflict, "education.round.not_open", "Choices are not being taken now.")
	ErrRoundOther    = errs.New(errs.Conflict, "education.round.other", "The application is of another stage or county than the round.")
	ErrRoundTampered = errs.New(errs.Internal, "education.round.tampered", "The list is not the one that was committed; the draw was stopped.")

	ErrBundleUnknown = errs.New(errs.NotFound, "education.bundle.unknown", "There is no such part of a published draw.")

	ErrSeats       = errs.New(errs.Invalid, "education.seats", "Seats cannot be negative, nor fewer than those reserved.")
	ErrSeatsBelow  = errs.New(errs.Conflict, "education.seats.below", "That is fewer seats than children already have there.")
	ErrSeatsBeyond = errs.New(errs.Conflict, "education.seats.beyond", "The school has not so many free places.")

	ErrFigure        = errs.New(errs.Invalid, "education.figure", "Type the figure as it was published, in at most 100 characters.")
	ErrFigureKnown   = errs.New(errs.Conflict, "education.figure.known", "The day of the figure has passed: a list must be committed before the figure exists.")
	ErrFigureMissing = errs.New(errs.Conflict, "education.figure.missing", "No officer has typed the figure yet.")
	ErrFigureSame    = errs.New(errs.Conflict, "education.figure.same_officer", "Another officer than the one who typed the figure must confirm it.")
	ErrFigureDiffers = errs.New(errs.Conflict, "education.figure.differs", "The two officers did not read the same figure; nothing was drawn.")

	ErrChoicesNone    = errs.New(errs.Invalid, "education.choices.none", "Name at least one school.")
	ErrChoicesTwice   = errs.New(errs.Invalid, "education.choices.twice", "A school is on the list twice.")
	ErrChoicesUnknown = errs.New(errs.Invalid, "education.choices.unknown", "A school on the list is not in this round.")
	ErrWord           = errs.New(errs.Invalid, "education.choices.word", "The word for the lottery is too long.")
	ErrEntryUnknown   = errs.New(errs.NotFound, "education.entry.unknown", "No choices were filed for this application.")

	ErrDoubleUnknown = errs.New(errs.NotFound, "education.double.unknown", "There is no such pair of entries.")
	ErrDoubleDecided = errs.New(errs.Conflict, "education.double.decided", "This pair was decided on already.")
	ErrDoubleOutcome = errs.New(errs.Invalid, "education.double.outcome", "Say whether they are one child, and which of the two applications goes, or two children; and on what that rests.")
	ErrDoublesOpen   = errs.New(errs.Conflict, "education.doubles.open", "Some entries may be one child twice. Decide on them first, or say that they stay in the list.")
	ErrDoublesMany   = errs.New(errs.Conflict, "education.doubles.many", "The round has more entries than are looked through at once.")

	ErrCorrectionUnknown = errs.New(errs.NotFound, "education.correction.unknown", "There is no such correction.")
	ErrCorrectionReason  = errs.New(errs.Invalid, "education.correction.reason", "Say what the fault is: class, entry, seats, figure or procedure; and whether who was wronged gets a seat or a task.")
	ErrCorrectionEarly   = errs.New(errs.Conflict, "education.correction.early", "The round has no results yet; change it or cancel it.")
	ErrCorrectionNothing = errs.New(errs.Invalid, "education.correction.nothing", "The correction changes nothing of the draw.")
	ErrCorrectionEntry   = errs.New(errs.Invalid, "education.correction.entry", "A correction names an entry, a school or a priority that the round does not have.")
	ErrCorrectionState   = errs.New(errs.Conflict, "education.correction.state", "The correction was taken or dropped already.")
	ErrCorrectionSame    = errs.New(errs.Conflict, "education.correction.same_officer", "Another officer than the one who proposed the correction must take it.")

	ErrDisagreement        = errs.New(errs.Invalid, "education.disagreement", "Say why you disagree, or who was heard, who keeps the application, and on what that rests.")
	ErrDisagreementNone    = errs.New(errs.NotFound, "education.disagreement.unknown", "There is no such disagreement, and no application of another guardian that you could disagree with.")
	ErrDisagreementTwice   = errs.New(errs.Conflict, "education.disagreement.twice", "This disagreement waits for an officer already.")
	ErrDisagreementDecided = errs.New(errs.Conflict, "education.disagreement.decided", "This disagreement was decided already.")
	ErrDisagreementHear    = errs.New(errs.Conflict, "education.disagreement.hear", "Hear both guardians first; where one does not come, decide once the time to be heard is over.")

	ErrTaskUnknown = errs.New(errs.NotFound, "education.task.unknown", "There is no such task.")
	ErrTaskDone    = errs.New(errs.Conflict, "education.task.done", "This task is done.")
	ErrWay         = errs.New(errs.Invalid, "education.task.way", "This way out does not lead to that school.")

	ErrAppealUnknown = errs.New(errs.NotFound, "education.appeal.unknown", "There is no such appeal.")
	ErrAppealGround  = errs.New(errs.Invalid, "education.appeal.ground", "The ground must be class, procedure or hardship.")
	ErrAppealEarly   = errs.New(errs.Conflict, "education.appeal.early", "There is no outcome to appeal against yet.")
	ErrAppealSchool  = errs.New(errs.Invalid, "education.appeal.school", "Appeal for a school of the list that was wanted more than the one that was given.")
	ErrAppealLate    = errs.New(errs.Conflict, "education.appeal.late", "The time to appeal here is over; a reconsideration may still be asked for.")
	ErrAppealTwice   = errs.New(errs.Conflict, "education.appeal.twice", "There is an appeal for this school already.")
	ErrAppealDecided = errs.New(errs.Conflict, "education.appeal.decided", "This appeal was decided already.")
	ErrAppealOwn     = errs.New(errs.Denied, "education.appeal.own_draw", "An officer who took part in the draw does not decide an appeal against it.")
	ErrAppealPlaced  = errs.New(errs.Conflict, "education.appeal.placed", "The child has an offer or a place and waits for no pass; uphold the appeal with a seat.")
	ErrAppealReason  = errs.New(errs.Invalid, "education.appeal.reason", "Say on what the decision rests.")
	ErrAppealOutcome = errs.New(errs.Invalid, "education.appeal.outcome", "An appeal is upheld with a seat or for the next pass, or rejected.")

	ErrExam = errs.New(errs.Invalid, "education.exam", "Months and years must be whole numbers that can be right.")

	ErrGrantStage = errs.New(errs.Conflict, "education.grant.stage", "The grant is for vocational schools.")
	ErrGrantTwice = errs.New(errs.Conflict, "education.grant.twice", "The grant was asked for already.")
	ErrGrantState = errs.New(errs.Conflict, "education.grant.state", "The grant is approved once it was asked for and a place is accepted.")
)
