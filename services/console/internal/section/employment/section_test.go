package employment

import (
	"testing"

	"github.com/qiao-platform/qiao/services/console/internal/frame/frametest"
)

func TestWhatTheSectionSays(t *testing.T) {
	frametest.Section(t, New(nil), map[string][]string{
		"review.": {"upheld", "overruled"}, "applicants.state.": {"invited", "accepted", "declined", "lapsed", "withdrawn"}, "note.": {"below_minimum_wage", "piece_wage"},
		"hires.done.": {"confirm", "dispute", "confirm_end", "dispute_end", "undo"},
		"wage.one.":   {"month", "day", "hour", "piece"}, "wage.range.": {"month", "day", "hour", "piece"},
	})
}
