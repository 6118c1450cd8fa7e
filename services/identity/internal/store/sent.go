package store

import (
	"context"
	"encoding/hex"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/table"
	"github.com/qiao-platform/qiao/services/identity/internal/domain"
)

// TaskHandCode hands a code over that was asked for; the payload is the hash of its secret.
const TaskHandCode = "identity.hand_code"

func sentCodes(seal outbox.Sealer) *table.Of[domain.SentCode] {
	return table.New(table.Spec[domain.SentCode]{
		Table: "sent_code",
		Columns: func(c *domain.SentCode) []table.Column {
			if c.Code == nil { // a database gives nothing where nothing was sent
				c.Code = []byte{}
			}
			return []table.Column{
				table.Key("hash", &c.Hash), table.Fixed("number_index", &c.Number), table.Fixed("address_index", &c.Address),
				table.Fixed("phone", table.Sealed(seal, func() string { return "sent_code " + string(c.Hash) }, func() string { return c.Phone }, func(s string) error { c.Phone = s; return nil })),
				table.Changing("code_index", &c.Code), table.Fixed("asked_at", &c.Asked), table.Changing("sent_at", &c.Sent), table.Changing("sends", &c.Sends),
				table.Changing("tried", &c.Tried), table.Fixed("ends_at", &c.Ends), table.Changing("used_at", &c.Used), table.Fixed("for_new", &c.ForNew),
			}
		},
		Unknown: domain.ErrCode,
	})
}

// Budget counts what was asked for lately. Those who ask for one number or from one
// address come one after the other, so that many at once are counted.
func (t *inTx) Budget(number, address []byte, since time.Time, day clock.Date, forNew bool) (b domain.Budget, err error) {
	for _, key := range []string{"sent number " + hex.EncodeToString(number), "sent address " + hex.EncodeToString(address)} {
		if err := t.tx.Lock(key); err != nil {
			return b, err
		}
	}
	var last, numberFrom, addressFrom int64
	if err := t.tx.QueryRow(`SELECT count(*), coalesce(max(asked_at), 0), coalesce(min(asked_at), 0) FROM sent_code WHERE number_index = $1 AND asked_at > $2`,
		number, sqldb.Micros(since)).Scan(&b.Number, &last, &numberFrom); err != nil {
		return b, err
	}
	if err := t.tx.QueryRow(`SELECT count(*), coalesce(min(asked_at), 0) FROM sent_code WHERE address_index = $1 AND asked_at > $2`,
		address, sqldb.Micros(since)).Scan(&b.Address, &addressFrom); err != nil {
		return b, err
	}
	b.Last, b.NumberFrom, b.AddressFrom, b.Tomorrow = sqldb.Time(last), sqldb.Time(numberFrom), sqldb.Time(addressFrom), day.AddDays(1).Start()
	b.Day, err = t.sentOn(day, forNew)
	return b, err
}

// SentOn counts what was sent on a day; those who send come one after the other.
func (t *inTx) SentOn(day clock.Date, forNew bool) (int, error) {
	if err := t.tx.Lock("sent codes of a day"); err != nil {
		return 0, err
	}
	return t.sentOn(day, forNew)
}

func (t *inTx) sentOn(day clock.Date, forNew bool) (n int, err error) {
	return n, t.tx.QueryRow(`SELECT coalesce(sum(sends), 0) FROM sent_code WHERE sent_at >= $1 AND for_new = $2`, sqldb.Micros(day.Start()), flag(forNew)).Scan(&n)
}

func flag(set bool) int {
	if set {
		return 1
	}
	return 0
}

// MadeAlone counts what people made alone lately. They come one after the other, so that
// many at once are counted.
func (t *inTx) MadeAlone(address []byte, since time.Time, day clock.Date) (m domain.Made, err error) {
	if err := t.tx.Lock("made alone"); err != nil {
		return m, err
	}
	var from int64
	if err := t.tx.QueryRow(`SELECT count(*), coalesce(min(made_at), 0) FROM made_alone WHERE address_index = $1 AND made_at > $2`, address, sqldb.Micros(since)).Scan(&m.Address, &from); err != nil {
		return m, err
	}
	m.AddressFrom, m.Tomorrow = sqldb.Time(from), day.AddDays(1).Start()
	return m, t.tx.QueryRow(`SELECT count(*) FROM made_alone WHERE made_at >= $1`, sqldb.Micros(day.Start())).Scan(&m.Day)
}

// SaveMadeAlone notes one more.
func (t *inTx) SaveMadeAlone(account string, address []byte, at time.Time) error {
	_, err := t.tx.Exec(`INSERT INTO made_alone (account, address_index, made_at) VALUES ($1, $2, $3)`, account, address, sqldb.Micros(at))
	return err
}

// AskCode keeps what was asked for and leaves the task that hands it over.
func (t *inTx) AskCode(ctx context.Context, c domain.SentCode) error {
	if err := t.sent.Put(t.tx, c); err != nil {
		return err
	}
	return t.tasks.Add(ctx, t.tx, TaskHandCode, c.Hash, time.Time{})
}

// SentCode loads and locks one.
func (t *inTx) SentCode(hash []byte) (domain.SentCode, error) { return load(t, t.sent, hash) }

// SaveSentCode writes it.
func (t *inTx) SaveSentCode(c domain.SentCode) error { return t.sent.Put(t.tx, c) }

// StaffHad reports whether any account has or had a staff number; one that was closed
// keeps its history.
func (t *inTx) StaffHad(staff string) (had bool, err error) {
	return had, t.tx.QueryRow(`SELECT EXISTS (SELECT 1 FROM login_account WHERE kind IN ('officer', 'administrator') AND subject = $1)`, staff).Scan(&had)
}
