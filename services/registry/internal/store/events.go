package store

import (
	"fmt"

	"google.golang.org/protobuf/proto"

	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// messages brings the domain's events into the contract's form.
func messages(events []domain.Event) []proto.Message {
	all := make([]proto.Message, len(events))
	for i, e := range events {
		all[i] = message(e)
	}
	return all
}

func message(e domain.Event) proto.Message {
	switch e := e.(type) {
	case domain.WorkerRegistered:
		return &registryv1.WorkerRegistered{RegisteredOn: e.RegisteredOn.String(), NoticeVersion: e.NoticeVersion}
	case domain.ContactUpdated:
		return &registryv1.ContactUpdated{County: e.County}
	case domain.ChildRegistered:
		return &registryv1.ChildRegistered{ChildId: e.ChildID}
	case domain.ConsentGranted:
		return &registryv1.ConsentGranted{
			GrantId: e.ID, Purpose: e.Purpose, Kinds: e.Kinds, Recipient: e.Recipient, ValidFrom: e.From.String(), ValidTo: e.To.String(),
			NoticeVersion: e.NoticeVersion, Language: e.Language,
		}
	case domain.ConsentWithdrawn:
		return &registryv1.ConsentWithdrawn{GrantId: e.GrantID}
	case domain.FactCorrected:
		return &registryv1.FactCorrected{CorrectionId: e.ID, Source: e.Source, SourceId: e.SourceID, Kind: e.Kind, ReasonCode: e.Reason}
	case domain.MessageDelivered:
		return &registryv1.MessageDelivered{MessageId: e.MessageID, Template: e.Template, About: e.About, AboutService: e.AboutService}
	case domain.AccountClosed:
		return &registryv1.AccountClosed{ClosedOn: e.ClosedOn.String()}
	}
	panic(fmt.Sprintf("registry: no contract message for %T", e)) // a programming error that every test of the event meets
}

// LastVersion returns the version of the last event about an id, 0 where there is none.
func (t *Tx) LastVersion(aggregate string) (v int64, err error) {
	return v, t.tx.QueryRow(`SELECT coalesce(max(version), 0) FROM event WHERE aggregate = $1`, aggregate).Scan(&v)
}
