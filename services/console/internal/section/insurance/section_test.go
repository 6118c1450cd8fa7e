package insurance

import (
	"testing"

	"github.com/qiao-platform/qiao/services/console/internal/frame/frametest"
)

func TestWhatTheSectionSays(t *testing.T) {
	frametest.Section(t, New(nil), map[string][]string{
		"insurance.next.": {"frozen", "closed"}, "insurance.done.": enrolmentActs,
	})
}
