package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// Guardians is what the use cases about a child's guardians need of storage.
type Guardians interface {
	// Person is the reference that answers for the person for whom a worker stands.
	Person(worker string) (string, error)
	// LockChild loads and locks a child, or returns ErrChildUnknown: what is decided
	// about one child comes one after the other.
	LockChild(id string) (domain.Child, error)
	// ChildIDs are all references of a child, that which remains first.
	ChildIDs(id string) ([]string, error)
	JoinChild(alias, into string) error
	PartChild(alias string) error
	LikeChildren(likeness []byte) ([]domain.Child, error)

	// Guardian loads and locks one, or returns ErrGuardianNone; so does PeekGuardian,
	// which does not lock.
	Guardian(id string) (domain.Guardian, error)
	PeekGuardian(id string) (domain.Guardian, error)
	// GuardiansOf lists who is, was or is to be a guardian of one of the references.
	GuardiansOf(children ...string) ([]domain.Guardian, error)
	// FamiliesOf tells of many children who answers for each, and who their guardians are.
	FamiliesOf(children []string) (map[string]domain.Family, error)
	// Lapsed lists the children after an id, up to another, of whom a guardian's power
	// was over before a day and did not end yet.
	Lapsed(today clock.Date, after, last string) ([]string, error)
	// GuardianRows lists a person's parts in children.
	GuardianRows(worker string) ([]domain.Guardian, error)
	// Disputes lists guardians about whom others disagree, in counties that
	// the divisions cover; Unguarded children whom nobody is guardian of.
	Disputes(counties string) ([]domain.Guardian, error)
	Unguarded(counties string) ([]string, error)
	// SaveGuardian returns ErrGuardianTwice where the person is one already.
	SaveGuardian(ctx context.Context, g domain.Guardian, events ...domain.Event) error
	// SaveWord keeps what a guardian said about another one; Words lists it, oldest first.
	SaveWord(w domain.GuardianWord) error
	Words(guardian string) ([]domain.GuardianWord, error)
	// AskAt has SilentGuardian run for one after a day.
	AskAt(ctx context.Context, id string, last clock.Date) error
	// ShownAt has HidingEnds run for a case after a day.
	ShownAt(ctx context.Context, id string, last clock.Date) error
	// GuardianChanged publishes that who may decide for children is another now.
	GuardianChanged(ctx context.Context, id string, children ...string) error

	// GuardianCase loads and locks a case, or returns ErrCaseUnknown.
	GuardianCase(id string) (domain.GuardianCase, error)
	// Hidings lists what is hidden about one of the references of a child on a day.
	Hidings(on clock.Date, children ...string) ([]domain.GuardianCase, error)
	// OpenGuardianCases lists what is not decided, oldest first.
	OpenGuardianCases(counties, officer string) ([]domain.GuardianCase, error)
	// OwnCases lists what is not decided of whether an account is that of a child who grew up.
	OwnCases(worker string) ([]domain.GuardianCase, error)
	SaveGuardianCase(c domain.GuardianCase) error

	// TookStep notes a step of growing up, and reports whether it was not noted before.
	TookStep(child, step string) (bool, error)
	Took(child, step string) (bool, error)
	// ChildrenAfter lists a page of children by id who have not grown up.
	ChildrenAfter(id string, limit int) ([]domain.Child, error)
}
