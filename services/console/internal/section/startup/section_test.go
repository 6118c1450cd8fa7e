package startup

import (
	"testing"

	"github.com/qiao-platform/qiao/services/console/internal/frame/frametest"
)

func TestWhatTheSectionSays(t *testing.T) {
	steps := []string{"idea", "yard", "adviser", "premises", "register", "tax", "loan", "insure", "hire", "food_licence", "fire_safety", "public_security", "sanitation", "season"}
	frametest.Section(t, New(nil), map[string][]string{
		"startup.done.": {"adviser", "loan", "premises", "withdrawn"}, "startup.guide.": {"general", "farm_stay"}, "startup.step.": steps, "startup.how.": steps,
	})
}
