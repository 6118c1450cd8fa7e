package store

import (
	"context"
	"encoding/hex"
	"errors"
	"time"

	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/table"
	"github.com/qiao-platform/qiao/services/identity/internal/app"
	"github.com/qiao-platform/qiao/services/identity/internal/domain"
)

// Secret reads the hash of what somebody remembers. It is sealed too, so that who has
// the database alone cannot try.
func (t *inTx) Secret(account, kind string) (hash string, ok bool, err error) {
	var b []byte
	if ok, err = found(t.tx.QueryRow(`SELECT hash FROM secret WHERE account = $1 AND kind = $2`, account, kind).Scan(&b)); !ok {
		return "", false, err
	}
	hash, err = t.open(b, "secret "+account+" "+kind)
	return hash, err == nil, err
}

// SetSecret writes it.
func (t *inTx) SetSecret(account, kind, hash string, at time.Time) error {
	return t.do(`INSERT INTO secret (account, kind, hash, set_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (account, kind) DO UPDATE SET hash = excluded.hash, set_at = excluded.set_at`, account, kind, t.sealed(hash, "secret "+account+" "+kind), sqldb.Micros(at))
}

// Totp reads the secret of a second factor.
func (t *inTx) Totp(account string) (secret string, ok bool, err error) {
	var b []byte
	if ok, err = found(t.tx.QueryRow(`SELECT secret FROM totp WHERE account = $1`, account).Scan(&b)); !ok {
		return "", false, err
	}
	secret, err = t.open(b, "totp "+account)
	return secret, err == nil, err
}

// SetTotp writes it; no step of it was used.
func (t *inTx) SetTotp(account, secret string) error {
	return t.do(`INSERT INTO totp (account, secret, last_step) VALUES ($1, $2, 0)
		ON CONFLICT (account) DO UPDATE SET secret = excluded.secret, last_step = 0`, account, t.sealed(secret, "totp "+account))
}

// UseStep uses a step up, and with it all before.
func (t *inTx) UseStep(account string, step int64) (bool, error) {
	return t.did(`UPDATE totp SET last_step = $1 WHERE account = $2 AND last_step < $1`, step, account)
}

// UsePaper uses a code on paper up.
func (t *inTx) UsePaper(account string, index []byte, now time.Time) (bool, error) {
	return t.did(`UPDATE paper_code SET used_at = $1 WHERE account = $2 AND code_index = $3 AND used_at = 0`, sqldb.Micros(now), account, index)
}

// SetPaper replaces the codes on paper.
func (t *inTx) SetPaper(account string, indexes [][]byte) error {
	err := t.do(`DELETE FROM paper_code WHERE account = $1`, account)
	for _, index := range indexes {
		err = errors.Join(err, t.do(`INSERT INTO paper_code (account, code_index, used_at) VALUES ($1, $2, 0)`, account, index))
	}
	return err
}

// Passkeys lists an account's passkeys, oldest first.
func (t *inTx) Passkeys(account string) ([]app.Passkey, error) {
	return sqldb.Collect(t.tx, func(s sqldb.Scanner) (p app.Passkey, err error) {
		var sealed, name []byte
		var made, used int64
		if err = s.Scan(&p.ID, &sealed, &p.Count, &name, &made, &used); err != nil {
			return p, err
		}
		p.Made, p.Used = sqldb.Time(made), sqldb.Time(used)
		if len(name) > 0 { // one of before has none
			if p.Name, err = t.open(name, "passkey name "+account); err != nil {
				return p, err
			}
		}
		p.Credential, err = t.open(sealed, "passkey "+account)
		return p, err
	}, `SELECT id, credential, uses, name, made_at, used_at FROM passkey WHERE account = $1 ORDER BY made_at, id`, account)
}

// PasskeyOwner finds whose a passkey is.
func (t *inTx) PasskeyOwner(id []byte) (account string, ok bool, err error) {
	ok, err = found(t.tx.QueryRow(`SELECT account FROM passkey WHERE id = $1`, id).Scan(&account))
	return account, ok, err
}

// SavePasskey writes a passkey; one of another account is never taken over.
func (t *inTx) SavePasskey(account string, p app.Passkey) error {
	wrote, err := t.did(`INSERT INTO passkey (id, account, credential, uses, name, made_at, used_at) VALUES ($1, $2, $3, $4, $7, $5, $6)
		ON CONFLICT (id) DO UPDATE SET credential = excluded.credential, uses = excluded.uses, used_at = excluded.used_at WHERE passkey.account = excluded.account`,
		p.ID, account, t.sealed(p.Credential, "passkey "+account), p.Count, sqldb.Micros(p.Made), sqldb.Micros(p.Used), t.sealed(p.Name, "passkey name "+account))
	if err == nil && !wrote {
		err = domain.ErrPasskey
	}
	return err
}

// NamePasskey says anew what a passkey is called.
func (t *inTx) NamePasskey(account string, id []byte, name string) error {
	return t.do(`UPDATE passkey SET name = $1 WHERE account = $2 AND id = $3`, t.sealed(name, "passkey name "+account), account, id)
}

// DropPasskey takes a passkey away.
func (t *inTx) DropPasskey(account string, id []byte) error {
	return t.do(`DELETE FROM passkey WHERE account = $1 AND id = $2`, account, id)
}

// SecretAt is when what somebody remembers was set; the zero time is never.
func (t *inTx) SecretAt(account, kind string) (time.Time, error) {
	var at int64
	_, err := found(t.tx.QueryRow(`SELECT set_at FROM secret WHERE account = $1 AND kind = $2`, account, kind).Scan(&at))
	return sqldb.Time(at), err
}

// Papers counts the codes on paper that were not used.
func (t *inTx) Papers(account string) (n int, err error) {
	return n, t.tx.QueryRow(`SELECT count(*) FROM paper_code WHERE account = $1 AND used_at = 0`, account).Scan(&n)
}

var proofChanges = table.New(table.Spec[domain.ProofChange]{
	Table: "proof_change",
	Columns: func(c *domain.ProofChange) []table.Column {
		return []table.Column{
			table.Key("id", &c.ID), table.Fixed("account", &c.Account), table.Fixed("at", &c.At), table.Fixed("proof", &c.Proof), table.Fixed("removed", &c.Removed), table.Fixed("device", &c.Device),
		}
	},
})

// SaveProofChange writes that a way to sign in was set up or taken away, and what a worker is told of it.
func (t *inTx) SaveProofChange(ctx context.Context, c domain.ProofChange, worker string) error {
	if err := proofChanges.Put(t.tx, c); err != nil || worker == "" {
		return err
	}
	return t.Happened(ctx, c.ID, worker, c.Event())
}

// ProofChanges lists what was changed since a time, newest first.
func (t *inTx) ProofChanges(account string, since time.Time) ([]domain.ProofChange, error) {
	return proofChanges.List(t.tx, `WHERE account = $1 AND at > $2 ORDER BY at DESC, id DESC LIMIT 50`, account, sqldb.Micros(since))
}

// DropCredentials takes every way to sign in away.
func (t *inTx) DropCredentials(account string) error {
	return errors.Join(
		t.do(`DELETE FROM secret WHERE account = $1`, account), t.do(`DELETE FROM totp WHERE account = $1`, account), t.do(`DELETE FROM paper_code WHERE account = $1`, account),
		t.do(`DELETE FROM passkey WHERE account = $1`, account), t.do(`DELETE FROM outside WHERE account = $1`, account), t.do(`DELETE FROM flow WHERE account = $1`, account))
}

var tries = table.New(table.Spec[domain.Tries]{
	Table: "tries",
	Columns: func(t *domain.Tries) []table.Column {
		return []table.Column{table.Key("tried", &t.Key), table.Changing("failed", &t.Failed), table.Changing("last_at", &t.Last), table.Changing("wait_until", &t.Until)}
	},
})

// Tries loads and locks what was tried under a key; tries at the same time come one
// after the other.
func (t *inTx) Tries(key []byte) (domain.Tries, error) {
	if err := t.tx.Lock("tries " + hex.EncodeToString(key)); err != nil {
		return domain.Tries{}, err
	}
	found, ok, err := tries.Find(t.tx, `WHERE tried = $1`, key)
	if !ok {
		found = domain.Tries{Key: key}
	}
	return found, err
}

// SaveTries writes it.
func (t *inTx) SaveTries(one domain.Tries) error { return tries.Put(t.tx, one) }
