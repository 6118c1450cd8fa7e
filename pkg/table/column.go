package table

import (
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/sqldb"
)

type role int

const (
	changing role = iota
	fixed
	key
	version
	joined
)

// Column is a column of a table and the field that holds its value: a pointer to
// a text, a whole number, a truth value (kept as 0 or 1), a civil date (as text,
// none as the empty one), a time (as microseconds), bytes (none as NULL), a list
// of words (with spaces between), or anything that scans and values itself, as
// JSON does.
type Column struct {
	name  string
	field any
	role  role
}

// Key is a column of the row's key.
func Key(name string, field any) Column { return Column{name, field, key} }

// Fixed is a column that never changes once the row is written.
func Fixed(name string, field any) Column { return Column{name, field, fixed} }

// Changing is a column that a later save writes anew.
func Changing(name string, field any) Column { return Column{name, field, changing} }

// Version is the column that counts the row's events.
func Version(field *int64) Column { return Column{"version", field, version} }

// Joined is read from another table of Spec.From and never written.
func Joined(expression string, field any) Column { return Column{expression, field, joined} }

// into is what a scan writes to.
func (c Column) into() any {
	switch f := c.field.(type) {
	case sql.Scanner:
		return f
	case *time.Time:
		return (*moment)(f)
	case *[]string:
		return (*words)(f)
	}
	return c.field
}

// value is what is stored.
func (c Column) value() (any, error) {
	switch f := c.field.(type) {
	case *string:
		return *f, nil
	case *bool:
		if *f {
			return int64(1), nil
		}
		return int64(0), nil
	case *time.Time:
		return sqldb.Micros(*f), nil
	case *clock.Date:
		return f.String(), nil
	case *[]string:
		return strings.Join(*f, " "), nil
	case *[]byte:
		return *f, nil
	case driver.Valuer:
		return f.Value()
	}
	v := reflect.ValueOf(c.field)
	if v.Kind() != reflect.Pointer {
		return nil, fmt.Errorf("%T is no pointer", c.field)
	}
	switch v = v.Elem(); {
	case v.Kind() == reflect.String:
		return v.String(), nil
	case v.CanInt():
		return v.Int(), nil
	}
	return nil, fmt.Errorf("%T cannot be kept", c.field)
}

// moment scans microseconds.
type moment time.Time

// Scan implements sql.Scanner.
func (m *moment) Scan(src any) error {
	micros, ok := src.(int64)
	if !ok {
		return fmt.Errorf("a time is kept as microseconds, not as %T", src)
	}
	*m = moment(sqldb.Time(micros))
	return nil
}

// words scans a list with spaces between.
type words []string

// Scan implements sql.Scanner.
func (w *words) Scan(src any) error {
	s, err := text(src)
	if err == nil {
		*w = nil
		if all := strings.Fields(s); len(all) > 0 {
			*w = all
		}
	}
	return err
}

// Commas keeps a list of words with commas between.
func Commas(field *[]string) any { return (*commas)(field) }

type commas []string

// Value implements driver.Valuer.
func (c *commas) Value() (driver.Value, error) { return strings.Join(*c, ","), nil }

// Scan implements sql.Scanner.
func (c *commas) Scan(src any) error {
	s, err := text(src)
	if *c = nil; s != "" {
		*c = strings.Split(s, ",")
	}
	return err
}

// JSON keeps a value as JSON text; no list is kept as the empty list, and comes
// back as none.
func JSON[T any](field *T) any { return &asJSON[T]{field} }

type asJSON[T any] struct{ field *T }

// Value implements driver.Valuer.
func (j *asJSON[T]) Value() (driver.Value, error) {
	if v := reflect.ValueOf(j.field).Elem(); v.Kind() == reflect.Slice && v.IsNil() {
		return "[]", nil
	}
	b, err := json.Marshal(j.field)
	return string(b), err
}

// Scan implements sql.Scanner.
func (j *asJSON[T]) Scan(src any) error {
	s, err := text(src)
	if err != nil {
		return err
	}
	var v, none T
	err = json.Unmarshal([]byte(s), &v)
	if r := reflect.ValueOf(v); r.Kind() == reflect.Slice && r.Len() == 0 {
		v = none
	}
	*j.field = v
	return err
}

// Optional keeps no text as NULL, which a unique index lets stand many times.
func Optional(field *string) any { return &optional{field} }

type optional struct{ field *string }

// Value implements driver.Valuer.
func (o *optional) Value() (driver.Value, error) {
	if *o.field == "" {
		return nil, nil
	}
	return *o.field, nil
}

// Scan implements sql.Scanner.
func (o *optional) Scan(src any) (err error) {
	*o.field = ""
	if src != nil {
		*o.field, err = text(src)
	}
	return err
}

func text(src any) (string, error) {
	switch s := src.(type) {
	case string:
		return s, nil
	case []byte:
		return string(s), nil
	}
	return "", fmt.Errorf("a text is expected, not %T", src)
}
