package story

import (
	"testing"

	"github.com/qiao-platform/qiao/services/console/internal/frame/frametest"
	"github.com/qiao-platform/qiao/services/console/internal/section/story/internal/plot"
)

func TestWhatTheSectionSays(t *testing.T) {
	ends := map[string][]string{"counter.": {"employment", "training", "insurance", "education", "housing"}, "story.outcome.": {"eligible", "refused", "more_needed"}}
	for _, p := range plot.Before() {
		ends["paper."] = append(ends["paper."], p.Key)
	}
	for _, s := range plot.Steps() {
		for _, of := range []string{"story.short.", "story.do.", "story.why."} {
			ends[of] = append(ends[of], string(s))
		}
		if s != plot.End {
			ends["story.button."] = append(ends["story.button."], string(s))
			ends["story.done."] = append(ends["story.done."], string(s))
		}
	}
	frametest.Section(t, New(nil, nil, nil), ends)
}
