package collisions

import (
	"slices"
	"testing"

	"github.com/qiao-platform/qiao/pkg/collision"
	_ "github.com/qiao-platform/qiao/proto/services/contracts" // whose officers each department is called by
	"github.com/qiao-platform/qiao/services/console/internal/frame/frametest"
	"github.com/qiao-platform/qiao/services/console/internal/part/desks"
)

func TestWhatTheSectionSays(t *testing.T) {
	frametest.Section(t, New(nil, nil), map[string][]string{
		"collision.state.": {"open", "settled", "void"}, "collision.reason.": reasons(),
		"collision.kind.": {"assigned", "employment.application", "employment.profile", "employment.hire", "employment.fair_application", "employment.premises_request",
			"housing.application", "housing.lease", "education.application", "insurance.cover", "insurance.duty", "training.enrolment"},
	})
	if !slices.Equal(reasons(), collision.Reasons) {
		t.Errorf("the form offers %v, and a department takes %v", reasons(), collision.Reasons)
	}
}

// The page asks each department as its own officers, as its contract names them, and
// those of a department that comes later too.
func TestWhoseOfficersADepartmentIsCalledBy(t *testing.T) {
	for service, want := range map[string]string{"education": "edu", "housing": "hou", "employment": "hrss", "insurance": "hrss", "training": "hrss", "nothing": ""} {
		if got := desks.Officers(service); got != want {
			t.Errorf("%s is called by officers of %q", service, got)
		}
	}
}
