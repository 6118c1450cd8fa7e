package paper

import (
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/console/internal/frame/frametest"
)

func TestWhatTheSectionSays(t *testing.T) {
	frametest.Section(t, New(nil, clock.System()), map[string][]string{
		"paper.is.": {"free", "stated", "confirmed", "refused", "expired", "entered", "void"}, "paper.done.": said, "paper.task.": tasks,
		"paper.away.": away, "paper.why.": refusals, "paper.void.": voids,
	})
}

// Each line of each task's form has its words, in Chinese and beside it in Kazakh and Uyghur.
func TestWhatASheetSays(t *testing.T) {
	for _, task := range tasks {
		names := []string{"title", "why", "number", "name", "identity", "phone", "received", "visitor", "clerk", "tear", "receipt", "promise", "task." + task}
		for _, l := range asked[task] {
			names = append(append(names, l.Name), l.Ticks...)
		}
		if len(asked[task]) == 0 {
			t.Errorf("the form of %s asks nothing", task)
		}
		for _, name := range names {
			if s, err := sheet(name); err != nil || s.Chinese == "" || s.Kazakh == "" || s.Uyghur == "" {
				t.Errorf("%s: %+v, %v", name, s, err)
			}
		}
	}
}

// A time is read as a browser writes it, in Beijing's time, and nothing else is one.
func TestATimeIsReadAsItIsTyped(t *testing.T) {
	if got, want := at("2026-11-30T10:00"), time.Date(2026, 11, 30, 2, 0, 0, 0, time.UTC).UnixMicro(); got != want || local(want) != "2026-11-30T10:00" {
		t.Errorf("%d, want %d", got, want)
	}
	if at("") != 0 || at("30.11.2026") != 0 {
		t.Error("what is no time is one")
	}
}
