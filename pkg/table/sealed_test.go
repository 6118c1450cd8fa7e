package table_test

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"github.com/qiao-platform/qiao/pkg/crypt"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/table"
)

func TestASealedTextIsBoundToItsRow(t *testing.T) {
	type secret struct{ ID, Text string }
	master, err := crypt.NewMaster(crypt.Standard())
	if err != nil {
		t.Fatal(err)
	}
	secrets := table.New(table.Spec[secret]{Table: "secret", Columns: func(s *secret) []table.Column {
		return []table.Column{table.Key("id", &s.ID), table.Changing("text_sealed", table.Sealed(master,
			func() string { return "text:" + s.ID }, func() string { return s.Text }, func(text string) error { s.Text = text; return nil }))}
	}})
	each(t, func(r rig) {
		r.in(func(tx *sqldb.Tx) error {
			blob := "BLOB"
			if tx.Dialect() == sqldb.Postgres {
				blob = "BYTEA"
			}
			if _, err := tx.Exec(`CREATE TABLE secret (id TEXT PRIMARY KEY, text_sealed ` + blob + ` NOT NULL)`); err != nil {
				return err
			}
			for _, s := range []secret{{"s1", "阿依古丽"}, {"s2", ""}} {
				if err := secrets.Put(tx, s); err != nil {
					return err
				}
				if got, err := secrets.Load(tx, s.ID); err != nil || got != s {
					r.Errorf("%+v, %v", got, err)
				}
			}
			var kept []byte
			if err := tx.QueryRow(`SELECT text_sealed FROM secret WHERE id = 's1'`).Scan(&kept); err != nil {
				return err
			}
			if bytes.Contains(kept, []byte("阿依古丽")) {
				r.Error("the text stands open")
			}
			_, err := tx.Exec(`UPDATE secret SET text_sealed = (SELECT text_sealed FROM secret WHERE id = 's1') WHERE id = 's2'`)
			if _, moved := secrets.Load(tx, "s2"); moved == nil {
				r.Error("another row's text was opened")
			}
			return err
		})
	})
}

// Who shares a row keeps it as it is, and hinders nobody who shares it too.
func TestSharing(t *testing.T) {
	ctx := context.Background()
	each(t, func(r rig) {
		if err := r.save(red()); err != nil {
			r.Fatal(err)
		}
		r.in(func(tx *sqldb.Tx) error {
			if _, err := r.all.Share(tx, "none"); !errors.Is(err, errUnknown) {
				r.Error(err)
			}
			if got, err := r.all.Share(tx, "t1"); err != nil || got.Colour != "red" {
				r.Errorf("%+v, %v", got, err)
			}
			if tx.Dialect() != sqldb.Postgres { // one writer
				return nil
			}
			beside := func(load func(*sqldb.Tx, ...any) (thing, error)) error {
				return r.db.Update(ctx, func(tx *sqldb.Tx) error {
					if _, err := tx.Exec(`SET LOCAL lock_timeout = '100ms'`); err != nil {
						return err
					}
					_, err := load(tx, "t1")
					return err
				})
			}
			if err := beside(r.all.Share); err != nil {
				r.Errorf("sharing beside: %v", err)
			}
			if err := beside(r.all.Load); err == nil {
				r.Error("a shared row was locked by another")
			}
			return nil
		})
	})
}
