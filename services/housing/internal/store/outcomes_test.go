package store

import (
	"testing"

	"github.com/qiao-platform/qiao/pkg/outcome"
)

// What begins and settles a case is an event that the department has, with the case in it.
func TestOutcomesAreOfEventsThatThereAre(t *testing.T) {
	if err := (&outcome.Server{Department: "housing", Matters: Outcomes()}).Start(); err != nil {
		t.Error(err)
	}
}
