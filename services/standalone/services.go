package standalone

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/run"
	"github.com/qiao-platform/qiao/services/education"
	"github.com/qiao-platform/qiao/services/employment"
	"github.com/qiao-platform/qiao/services/housing"
	"github.com/qiao-platform/qiao/services/insurance"
	"github.com/qiao-platform/qiao/services/registry"
	"github.com/qiao-platform/qiao/services/training"
)

type service struct {
	name  string
	build func(context.Context, run.Deps) (run.Service, error)
}

// all lists the services of the platform.
func all() []service {
	return []service{
		{registry.Name, registry.New},
		{employment.Name, employment.New},
		{training.Name, training.New},
		{insurance.Name, insurance.New},
		{education.Name, education.New},
		{housing.Name, housing.New},
	}
}
