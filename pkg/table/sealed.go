package table

import (
	"database/sql/driver"
	"fmt"

	"github.com/qiao-platform/qiao/pkg/outbox"
)

// Sealed keeps a text encrypted. get gives it, set takes it opened, and of names
// what it is bound to: its row and what it is there, by columns that stand before
// it. An empty text is kept as no bytes, for which set is not called.
func Sealed(s outbox.Sealer, of, get func() string, set func(string) error) any {
	return &sealed{s, of, get, set}
}

type sealed struct {
	seal    outbox.Sealer
	of, get func() string
	set     func(string) error
}

// Value implements driver.Valuer.
func (s *sealed) Value() (driver.Value, error) {
	text := s.get()
	if text == "" {
		return []byte{}, nil
	}
	return s.seal.Seal([]byte(text), []byte(s.of())), nil
}

// Scan implements sql.Scanner.
func (s *sealed) Scan(src any) error {
	b, ok := src.([]byte)
	if !ok {
		return fmt.Errorf("sealed bytes are expected, not %T", src)
	}
	if len(b) == 0 {
		return nil
	}
	text, err := s.seal.Open(b, []byte(s.of()))
	if err != nil {
		return err
	}
	return s.set(string(text))
}
