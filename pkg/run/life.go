package run

import (
	"slices"

	"github.com/qiao-platform/qiao/pkg/life/tell"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	"github.com/qiao-platform/qiao/proto/services"
)

// tellLife has a department answer a worker how the own things with it stand.
func (s *service) tellLife() {
	if slices.Contains(services.Names(), s.name) {
		s.parts.Methods = slices.Concat(s.parts.Methods, platformv1.LifeMethods(&tell.Server{Tell: s.parts.Life}))
	}
}
