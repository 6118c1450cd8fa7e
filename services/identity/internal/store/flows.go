package store

import (
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/person"
	"github.com/qiao-platform/qiao/pkg/table"
	"github.com/qiao-platform/qiao/services/identity/internal/domain"
)

func flows(seal outbox.Sealer) *table.Of[domain.Flow] {
	return table.New(table.Spec[domain.Flow]{
		Table: "flow",
		Columns: func(f *domain.Flow) []table.Column {
			return []table.Column{
				table.Key("hash", &f.Hash), table.Fixed("kind", &f.Kind), table.Changing("account", &f.Account),
				table.Changing("held", table.Sealed(seal, func() string { return "flow " + string(f.Hash) }, func() string { return f.Held }, func(s string) error { f.Held = s; return nil })),
				table.Fixed("code", &f.Code), table.Changing("days", &f.Days), table.Fixed("ends_at", &f.Ends),
			}
		},
		Unknown: domain.ErrFlow,
	})
}

// SaveFlow writes a flow.
func (t *inTx) SaveFlow(f domain.Flow) error { return t.flows.Put(t.tx, f) }

// Flow loads and locks a flow.
func (t *inTx) Flow(hash []byte) (domain.Flow, error) { return load(t, t.flows, hash) }

// FlowByCode finds a device's flow by what its user reads out.
func (t *inTx) FlowByCode(code []byte) (domain.Flow, error) {
	f, ok, err := t.flows.Find(t.tx, `WHERE code = $1`+locked(t, t.flows), code)
	if err == nil && !ok {
		err = domain.ErrDevice
	}
	return f, err
}

// DropFlow ends a flow.
func (t *inTx) DropFlow(hash []byte) (bool, error) {
	return t.did(`DELETE FROM flow WHERE hash = $1`, hash)
}

// DropTyped forgets what an account typed, but for the newest few.
func (t *inTx) DropTyped(account string, but int) error {
	return t.do(`DELETE FROM flow WHERE kind = $1 AND account = $2 AND hash NOT IN (SELECT hash FROM flow WHERE kind = $1 AND account = $2 ORDER BY ends_at DESC LIMIT $3)`, domain.FlowTyped, account, but)
}

// DropDevices ends the flows of devices that an account approved, or "" everybody.
func (t *inTx) DropDevices(of string) error {
	return t.do(`DELETE FROM flow WHERE kind = $1 AND account <> '' AND (account = $2 OR $2 = '')`, domain.FlowDevice, of)
}

// DropCodes takes back what counters printed for a person.
func (t *inTx) DropCodes(worker string) error {
	return t.do(`DELETE FROM code WHERE `+person.Whose("worker", 1), worker)
}

func links(seal outbox.Sealer) *table.Of[domain.Link] {
	return table.New(table.Spec[domain.Link]{
		Table: "link",
		Columns: func(l *domain.Link) []table.Column {
			return []table.Column{
				table.Key("hash", &l.Hash), table.Fixed("account", &l.Account),
				table.Fixed("secret", table.Sealed(seal, func() string { return "link " + string(l.Hash) }, func() string { return l.Secret }, func(s string) error { l.Secret = s; return nil })),
				table.Fixed("ends_at", &l.Ends), table.Changing("used_at", &l.Used), table.Changing("act", &l.Act),
			}
		},
		Unknown: domain.ErrLink,
	})
}

// SaveLink writes a link.
func (t *inTx) SaveLink(l domain.Link) error { return t.links.Put(t.tx, l) }

// Link loads and locks a link.
func (t *inTx) Link(hash []byte) (domain.Link, error) { return load(t, t.links, hash) }

// DropLinks takes the links of an account back.
func (t *inTx) DropLinks(account string) error {
	return t.do(`DELETE FROM link WHERE account = $1`, account)
}
