package registry

import (
	"testing"

	"github.com/qiao-platform/qiao/services/console/internal/frame/frametest"
)

func TestWhatTheSectionSays(t *testing.T) {
	tabs := []string{"timeline", "have", "messages", "contact", "consents", "access"}
	states := []string{"open", "applied", "refused", "objected", "undone"}
	deathStates := []string{"open", "applied", "refused", "objected", "reversed"}
	frametest.Section(t, New(nil), map[string][]string{
		"death.lede.": deathStates, "death.state.": deathStates, "death.reason.": deathReasons(), "death.paper.": deathPapers(), "death.refusal.": deathRefusals(), "death.shown.": shownPapers(),
		"death.own.": {"open", "applied"}, "death.own.next.": {"open", "applied"},
		"worker.h1.": tabs, "worker.lede.": tabs, "worker.tab.": tabs, "contact.lede.": states, "contact.state.": states,
		"contact.reason.": contactReasons(), "contact.paper.": contactPapers(), "contact.refusal.": contactRefusals(),
	})
}
