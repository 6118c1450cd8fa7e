package training

import (
	"testing"

	"github.com/qiao-platform/qiao/services/console/internal/frame/frametest"
)

func TestWhatTheSectionSays(t *testing.T) {
	frametest.Section(t, New(nil), map[string][]string{"training.done.": courseActs, "mine.done.": mineActs, "course.kind.": kinds()})
}
