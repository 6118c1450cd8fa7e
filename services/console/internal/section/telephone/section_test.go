package telephone

import (
	"testing"

	"github.com/qiao-platform/qiao/services/console/internal/frame/frametest"
)

func TestWhatTheSectionSays(t *testing.T) {
	frametest.Section(t, New(nil, true), map[string][]string{"alarm.kind.": {"officer", "worker"}, "alarm.outcome.": outcomes})
}
