package standalone_test

import (
	"context"
	"testing"

	"github.com/qiao-platform/qiao/pkg/run"
	"github.com/qiao-platform/qiao/pkg/testkit"
	"github.com/qiao-platform/qiao/services/education"
	"github.com/qiao-platform/qiao/services/employment"
	"github.com/qiao-platform/qiao/services/housing"
	"github.com/qiao-platform/qiao/services/insurance"
	"github.com/qiao-platform/qiao/services/training"
)

// What each department says of the things of which a person has one, PostgreSQL
// understands too: a service tries it when it is put together.
func TestWhatAPersonHasOnceIsAskedOnPostgres(t *testing.T) {
	p, schema := testkit.NewPlatform(t, nil), testkit.Postgres(t)
	for name, build := range map[string]func(context.Context, run.Deps) (run.Service, error){
		education.Name: education.New, employment.Name: employment.New, housing.Name: housing.New, insurance.Name: insurance.New, training.Name: training.New,
	} {
		d := p.Deps(name)
		d.Database = schema(t)
		s, err := build(context.Background(), d)
		if err != nil {
			t.Error(err)
			continue
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}
