package fairs

import (
	"testing"

	"github.com/qiao-platform/qiao/services/console/internal/frame/frametest"
)

func TestWhatTheSectionSays(t *testing.T) {
	states := []string{"open", "closing", "closed", "drawing", "matched"}
	frametest.Section(t, New(nil), map[string][]string{
		"fair.state.": states, "fair.now.": states, "proposal.state.": {"open", "accepted", "declined", "lapsed", "withdrawn", "passed_over"},
	})
}
