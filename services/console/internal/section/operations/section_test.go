package operations

import (
	"testing"

	"github.com/qiao-platform/qiao/services/console/internal/frame/frametest"
)

func TestWhatTheSectionSays(t *testing.T) {
	frametest.Section(t, New(nil, nil, nil), map[string][]string{
		"rebuild.": {"clearing", "filling", "emptying"}, "error.": nil, "trouble.": {"storage.full", "storage.unavailable", "identity.audit"},
	})
}
