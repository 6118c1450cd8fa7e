// Package domain is what the registry knows: who registered, what they agreed
// to, which children they are guardians of, and what must reach them. Personal
// data appear here only as values that print masked.
package domain

import "github.com/qiao-platform/qiao/pkg/errs"

// Errors of the registry. Those without a dot in their code are the reasons
// that an import counts.
var (
	ErrNotSigned        = errs.New(errs.Invalid, "not_signed", "There is no registration day, no notice version or no signature; who did not register is not recorded.")
	ErrUnderAge         = errs.New(errs.Invalid, "under_age", "The person has not reached the age for work.")
	ErrBirthdateFuture  = errs.New(errs.Invalid, "birthdate_future", "The date of birth lies in the future.")
	ErrGuardianUnknown  = errs.New(errs.NotFound, "guardian_unknown", "The guardian is not registered.")
	ErrGuardianAge      = errs.New(errs.Invalid, "guardian_age", "The child is older than the guardian, or hardly younger; one of the two dates of birth cannot be right.")
	ErrRegisteredLater  = errs.New(errs.Invalid, "registry.worker.registered_later", "The registration day lies in the future.")
	ErrWorkerUnknown    = errs.New(errs.NotFound, "registry.worker.unknown", "There is no such registered person.")
	ErrWorkerClosed     = errs.New(errs.NotFound, "registry.worker.closed", "This account was closed; what it covered is gone.")
	ErrIdentityConflict = errs.New(errs.Conflict, "registry.worker.identity_conflict", "This document number is registered with another name; please have it checked at a counter.")
	ErrMoves            = errs.New(errs.Denied, "registry.contact.moves", "Only the person, or a case that two officers decide, changes the county.")
	ErrCaseUnknown      = errs.New(errs.NotFound, "registry.contact_case.unknown", "There is no such case.")
	ErrCaseDecided      = errs.New(errs.Conflict, "registry.contact_case.decided", "This case was decided already.")
	ErrCaseOwn          = errs.New(errs.Denied, "registry.contact_case.own", "Whoever opened a case does not decide it; a second officer does.")
	ErrCaseStale        = errs.New(errs.Conflict, "registry.contact_case.stale", "The person's record changed since this case was opened; refuse it, and open a new one where it is still needed.")
	ErrContactReason    = errs.New(errs.Invalid, "registry.contact_case.reason", "The reason or the paper is not one of the list.")
	ErrContactSince     = errs.New(errs.Conflict, "registry.contact_case.since", "The contact was changed again since; state the right one anew.")
	ErrLookups          = errs.New(errs.Denied, "registry.lookup.limit", "You have looked up as many people as an officer may in an hour.")
	ErrDocumentTaken    = errs.New(errs.Conflict, "registry.worker.document_taken", "This document number was registered at the same moment; look again.")
	ErrTooMany          = errs.New(errs.Invalid, "registry.compare.too_many", "At most 20,000 are compared at once.")
	ErrChildUnknown     = errs.New(errs.NotFound, "registry.child.unknown", "There is no such registered child.")
	ErrChildTaken       = errs.New(errs.Conflict, "registry.child.taken", "This child was registered at the same moment; look again.")
	ErrKeysLost         = errs.New(errs.Internal, "registry.vault.lost", "The database of people's keys is empty, though the registry knows people. Bring the keys' database back from its backup; nothing was changed.")
	ErrPlace            = errs.New(errs.Invalid, "registry.place.unknown", "The county or the township is not known, or does not belong together.")
	ErrLanguage         = errs.New(errs.Invalid, "registry.language.unknown", "The language is not written as a language tag like kk-Arab, or is not offered here.")
	ErrCode             = errs.New(errs.Invalid, "registry.code.malformed", "An identifier or code is missing, too long, or holds other characters than a code has.")
	ErrGrant            = errs.New(errs.Invalid, "registry.consent.not_offered", "A consent needs a department, its purpose, at least one kind of fact, and the notice and language it was shown in.")
	ErrGrantPeriod      = errs.New(errs.Invalid, "registry.consent.period", "The consent ends before it begins.")
	ErrGrantUnknown     = errs.New(errs.NotFound, "registry.consent.unknown", "There is no such consent.")
	ErrGrantWithdrawn   = errs.New(errs.Conflict, "registry.consent.withdrawn", "This consent was withdrawn already.")
	ErrCorrection       = errs.New(errs.Invalid, "registry.correction.not_a_fact", "The department does not hold facts of this kind, or the reason is not one of the list.")
	ErrMessageUnknown   = errs.New(errs.NotFound, "registry.message.unknown", "There is no such message.")
	ErrAge              = errs.New(errs.Invalid, "registry.age", "The age asked about is not between 1 and 120.")
	ErrAccessAltered    = errs.New(errs.Internal, "registry.access.altered", "The access log does not fit together: somebody altered it. This has been recorded.")
	ErrDeathUnknown     = errs.New(errs.NotFound, "registry.death.unknown", "There is no such case.")
	ErrDeathDecided     = errs.New(errs.Conflict, "registry.death.decided", "This case was decided already.")
	ErrDeathOwn         = errs.New(errs.Denied, "registry.death.own", "A second officer does this: neither who opened the case nor who took the record back.")
	ErrDeathReason      = errs.New(errs.Invalid, "registry.death.reason", "The reason or the paper is not one of the list.")
	ErrDeathDate        = errs.New(errs.Invalid, "registry.death.date", "The day of death is missing, or lies in the future.")
	ErrDeathStands      = errs.New(errs.Conflict, "registry.death.stands", "A case about this person's death waits already, or the death is recorded.")
	ErrDeathNone        = errs.New(errs.NotFound, "registry.death.none", "No death is recorded, and none is asked for, of the person whose document this is.")
)

// Errors of changed documents and names.
var (
	ErrDocumentCaseUnknown = errs.New(errs.NotFound, "registry.document_case.unknown", "There is no such case.")
	ErrDocumentCaseDecided = errs.New(errs.Conflict, "registry.document_case.decided", "This case was decided already.")
	ErrDocumentCaseOwn     = errs.New(errs.Denied, "registry.document_case.own", "Whoever opened a case does not decide it; a second officer does.")
	ErrDocumentCaseStale   = errs.New(errs.Conflict, "registry.document_case.stale", "The person's document, name or county changed since this case was opened; refuse it, and open a new one where it is still needed.")
	ErrDocumentReason      = errs.New(errs.Invalid, "registry.document_case.reason", "The reason, the paper or the outcome is not one of the list.")
	ErrDocumentSame        = errs.New(errs.Invalid, "registry.document_case.same", "This is what is registered already; nothing would change.")
	ErrDocumentHeld        = errs.New(errs.Conflict, "registry.document_case.held", "Another record holds this number: that is no change, but likely one person in two records, or a number mistyped in one of them.")
	ErrDocumentSince       = errs.New(errs.Conflict, "registry.document_case.since", "The document or the name was changed again since; state the right one anew.")
)
