package evidence

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/qiao-platform/qiao/pkg/consume"
	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	_ "github.com/qiao-platform/qiao/proto/services/contracts" // the events that tell of facts
)

// Listen routes what a department that holds evidence must hear: the grants to
// it, their withdrawal and corrections, and the news of each kind of fact that
// the contract lets it hold. It panics where the contract names a field that an
// event does not have, which only a programmer can cause.
func Listen(r *consume.Router, h *Holder) {
	consume.On(r, event.Keeper, func(ctx context.Context, tx *sqldb.Tx, e event.Event, m *registryv1.ConsentGranted) error {
		return h.Granted(ctx, tx, grantOf(e, m))
	})
	consume.On(r, event.Keeper, func(ctx context.Context, tx *sqldb.Tx, e event.Event, m *registryv1.ConsentWithdrawn) error {
		return h.Withdrawn(ctx, tx, e.Worker, m.GetGrantId())
	})
	consume.On(r, event.Keeper, func(ctx context.Context, tx *sqldb.Tx, e event.Event, m *registryv1.FactCorrected) error {
		return h.Corrected(ctx, tx, e.Worker, m.GetSource(), m.GetSourceId())
	})
	for _, k := range Kinds() {
		if k.Holders[h.service] == "" {
			continue
		}
		all, err := newsOf(k)
		if err != nil {
			panic(err)
		}
		for _, n := range all {
			r.Handle(n.eventType, func(ctx context.Context, tx *sqldb.Tx, e event.Event) error { return h.hear(ctx, tx, n, e) })
		}
	}
}

// ListenToGrants routes the grants and their withdrawal for a department that
// only answers questions about its facts.
func ListenToGrants(r *consume.Router) {
	consume.On(r, event.Keeper, func(_ context.Context, tx *sqldb.Tx, e event.Event, m *registryv1.ConsentGranted) error {
		return RecordGrant(tx, grantOf(e, m))
	})
	consume.On(r, event.Keeper, func(_ context.Context, tx *sqldb.Tx, _ event.Event, m *registryv1.ConsentWithdrawn) error {
		return WithdrawGrant(tx, m.GetGrantId())
	})
}

func grantOf(e event.Event, m *registryv1.ConsentGranted) Grant {
	return Grant{ID: m.GetGrantId(), Worker: e.Worker, Purpose: m.GetPurpose(), Recipient: m.GetRecipient(), Kinds: m.GetKinds(), From: m.GetValidFrom(), To: m.GetValidTo()}
}

// hear does what an event's news of a fact asks.
func (h *Holder) hear(ctx context.Context, tx *sqldb.Tx, n news, e event.Event) error {
	f, is, err := n.read(e)
	if err != nil || !is {
		return err
	}
	switch n.rule.GetNews() {
	case platformv1.News_NEWS_RETRACTED:
		return h.Retracted(ctx, tx, f.GetWorker(), f.GetSource(), f.GetSourceId())
	case platformv1.News_NEWS_ASK:
		return h.Ask(ctx, tx, f.GetWorker(), f.GetKind())
	case platformv1.News_NEWS_OVER:
		err = h.Over(ctx, tx, f)
	case platformv1.News_NEWS_ENDED:
		err = h.Put(ctx, tx, f)
	default:
		return h.Put(ctx, tx, f)
	}
	if err != nil {
		return err
	}
	return h.cases.FactEnded(ctx, tx, f)
}

// news is an event that tells of a fact of one kind.
type news struct {
	eventType string
	source    string
	message   protoreflect.MessageType
	rule      *platformv1.FactNews
}

// newsOf finds the events that tell of a kind of fact in its source's contract,
// in the order of their types.
func newsOf(k Kind) (all []news, err error) {
	protoregistry.GlobalFiles.RangeFilesByPackage(protoreflect.FullName("qiao."+k.Source+".v1"), func(f protoreflect.FileDescriptor) bool {
		for i := range f.Messages().Len() {
			d := f.Messages().Get(i)
			rule, failed := event.RuleOf(k.Source, d)
			if failed != nil || rule.Fact.GetKind() != k.Name {
				continue
			}
			m, failed := protoregistry.GlobalTypes.FindMessageByName(d.FullName())
			if failed == nil {
				failed = names(d, rule.Fact)
			}
			if failed != nil {
				err = failed
				return false
			}
			all = append(all, news{rule.Type, k.Source, m, rule.Fact})
		}
		return true
	})
	slices.SortFunc(all, func(a, b news) int { return strings.Compare(a.eventType, b.eventType) })
	return all, err
}

// names checks that an event has the fields that its rule names.
func names(d protoreflect.MessageDescriptor, r *platformv1.FactNews) error {
	for name, kind := range map[string]protoreflect.Kind{
		r.GetId(): protoreflect.StringKind, r.GetSince(): protoreflect.StringKind, r.GetUntil(): protoreflect.StringKind,
		r.GetCode(): protoreflect.StringKind, r.GetMonths(): protoreflect.Int32Kind, r.GetOnly().GetField(): protoreflect.StringKind,
	} {
		if name == "" {
			continue
		}
		if f := d.Fields().ByName(protoreflect.Name(name)); f == nil || f.Kind() != kind || f.IsList() {
			return fmt.Errorf("evidence: %s tells of a fact by the field %q, which it has not, or not as such", d.FullName(), name)
		}
	}
	if r.GetId() == "" {
		return fmt.Errorf("evidence: %s tells of a fact, and of no record", d.FullName())
	}
	return nil
}

// read gives the fact that an event tells of; false where it tells of none.
func (n news) read(e event.Event) (f *platformv1.Fact, is bool, err error) {
	m := n.message.New()
	if err := proto.Unmarshal(e.Data, m.Interface()); err != nil {
		return nil, false, event.ErrMalformed.Because(err)
	}
	get := func(name string) protoreflect.Value {
		return m.Get(m.Descriptor().Fields().ByName(protoreflect.Name(name)))
	}
	text := func(name string) string {
		if name == "" {
			return ""
		}
		return get(name).String()
	}
	if o := n.rule.GetOnly(); o != nil && text(o.GetField()) != o.GetValue() {
		return nil, false, nil
	}
	f = &platformv1.Fact{
		Kind: n.rule.GetKind(), Source: n.source, SourceId: text(n.rule.GetId()), Worker: e.Worker,
		Since: text(n.rule.GetSince()), Until: text(n.rule.GetUntil()), Code: text(n.rule.GetCode()), Version: e.Version,
	}
	if n.rule.GetMonths() != "" {
		f.Months = int32(get(n.rule.GetMonths()).Int())
	}
	return f, true, nil
}
