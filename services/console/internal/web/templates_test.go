package web

import (
	"regexp"
	"testing"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/services/console/internal/story"
	"github.com/qiao-platform/qiao/services/console/internal/words"
)

// said finds the texts that a template names, and the beginnings of those that
// it puts together.
var said = regexp.MustCompile(`\bt (\(print )?"([^"]+)"`)

func TestEveryTextOfATemplateExists(t *testing.T) {
	cat, err := words.Load(clock.System())
	if err != nil {
		t.Fatal(err)
	}
	ids := cat.IDs(words.ZhHans)
	// What the beginnings can go on with.
	ends := map[string][]string{
		"lang.": {"zh-Hans", "en"}, "worker.h1.": {"timeline", "have", "messages", "consents", "access"},
		"worker.lede.": {"timeline", "have", "messages", "consents", "access"}, "error.title.": kinds(),
		"counter.": {"employment", "training", "insurance", "education", "housing"}, "story.outcome.": {"eligible", "refused", "more_needed"},
		"rebuild.": {"clearing", "filling", "emptying"}, "rule.": nil, "error.": nil,
		"applicants.state.": {"invited", "accepted", "declined", "withdrawn"},
	}
	for _, p := range story.Before() {
		ends["paper."] = append(ends["paper."], p.Key)
	}
	for _, s := range story.Steps() {
		for _, of := range []string{"story.short.", "story.do.", "story.why."} {
			ends[of] = append(ends[of], string(s))
		}
		if s != story.End {
			ends["story.button."] = append(ends["story.button."], string(s))
			ends["story.done."] = append(ends["story.done."], string(s))
		}
	}
	files, err := templates.ReadDir("templates")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		b, err := templates.ReadFile("templates/" + f.Name())
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range said.FindAllStringSubmatch(string(b), -1) {
			if m[1] == "" {
				if !ids[m[2]] {
					t.Errorf("%s: no text %q", f.Name(), m[2])
				}
				continue
			}
			all, ok := ends[m[2]]
			if !ok {
				t.Errorf("%s: nothing is known of texts that begin with %q", f.Name(), m[2])
			}
			for _, end := range all {
				if !ids[m[2]+end] {
					t.Errorf("%s: no text %q", f.Name(), m[2]+end)
				}
			}
		}
	}
}

func kinds() (all []string) {
	for k := errs.Internal; k <= errs.Deadline; k++ {
		all = append(all, k.String())
	}
	return all
}
