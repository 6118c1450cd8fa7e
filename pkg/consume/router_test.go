package consume_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/qiao-platform/qiao/pkg/consume"
	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	housingv1 "github.com/qiao-platform/qiao/proto/gen/housing/v1"
)

func TestARouterRefusesATypeTwice(t *testing.T) {
	r := consume.NewRouter()
	hired := func(context.Context, *sqldb.Tx, event.Event, *employmentv1.HireRegistered) error { return nil }
	consume.On(r, "employment", hired)
	consume.On(r, "housing", func(context.Context, *sqldb.Tx, event.Event, *housingv1.LeaseSigned) error { return nil })
	if err := r.Err(); err != nil {
		t.Fatal(err)
	}
	if got := r.Sources(); !slices.Equal(got, []string{"employment", "housing"}) {
		t.Errorf("reads %v", got)
	}
	consume.On(r, "employment", hired)
	if err := r.Err(); !errors.Is(err, consume.ErrTwice) {
		t.Errorf("got %v", err)
	}
}
