package app

import (
	"context"

	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

// Families is what the use cases about a child's guardians need of storage.
type Families interface {
	// Person is the reference that answers for the person for whom a worker stands.
	Person(worker string) (string, error)
	// FollowAt has Follow run for a child.
	FollowAt(ctx context.Context, childID string) error
	// KnownAs reports whether there is an application for a child, under any of the
	// references that SaveReferences kept.
	KnownAs(childID string) (bool, error)
	SaveReferences(ids []string) error
	// LockKeepers keeps who keeps an application of a child, and some further people,
	// apart from what happens to their accounts and grants. It comes before the rows.
	LockKeepers(ids []string, further ...string) error
	// ApplicationsOfChild lists and locks what is not withdrawn under a child's references.
	ApplicationsOfChild(ids ...string) ([]domain.Application, error)
	// HandOver has another guardian stand where one stood in all but the application
	// and its offers, of which Standing lists and locks those that take a place.
	HandOver(applicationID, worker string) error
	Standing(applicationID string) ([]domain.Offer, error)
	// Others are the other guardians who know of an application; AddOther reports
	// whether somebody did not before. KnownTo lists of which somebody knows.
	Others(applicationID string) ([]string, error)
	AddOther(applicationID, worker string) (bool, error)
	DropOther(applicationID, worker string) error
	KnownTo(worker string) ([]domain.Application, error)
	// StandIn is what a guardian was told of a child and a stage though nobody has
	// applied, with the moment when; AddStandIn keeps it, once, and DropStandIn ends it.
	// StandIns are all of a guardian's, StandInsOf those about a child.
	StandIn(worker, childID, stage string) (domain.StandIn, bool, error)
	AddStandIn(in domain.StandIn) (fresh bool, err error)
	DropStandIn(id string) error
	StandIns(worker string) ([]domain.StandIn, error)
	StandInsOf(childID string) ([]domain.StandIn, error)
	// MoveMatters has what is asked about one application be about another.
	MoveMatters(from, to string) error
	// TellGuardian tells a guardian something about a child and no application.
	TellGuardian(ctx context.Context, worker string, e domain.Event) error
	// Disagreement loads and locks one, or returns ErrDisagreementNone; so does
	// PeekDisagreement, which does not lock.
	Disagreement(id string) (domain.Disagreement, error)
	PeekDisagreement(id string) (domain.Disagreement, error)
	// Disagreements lists what waits about an application, OpenDisagreements in a county.
	Disagreements(applicationID string) ([]domain.Disagreement, error)
	OpenDisagreements(county string) ([]domain.Disagreement, error)
	// SaveDisagreement returns ErrDisagreementTwice where it waits already.
	SaveDisagreement(ctx context.Context, d domain.Disagreement) error
}
