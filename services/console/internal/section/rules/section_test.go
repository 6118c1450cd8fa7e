package rules

import (
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/rule"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
	"github.com/qiao-platform/qiao/services/console/internal/frame/frametest"
	"github.com/qiao-platform/qiao/services/console/internal/frame/lang"
	"github.com/qiao-platform/qiao/services/console/internal/frame/words"
)

var now = clock.NewManual(time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC))

func loaded(t *testing.T) *pages {
	t.Helper()
	s, err := load(now)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func printer(t *testing.T, l *lang.Language) *words.Printer {
	t.Helper()
	look, err := frame.Load(lang.All(), New(now))
	if err != nil {
		t.Fatal(err)
	}
	return look.Texts.Printer(l, now)
}

func TestWhatTheSectionSays(t *testing.T) {
	s := loaded(t)
	marks := []string{}
	for _, r := range s.rows {
		marks = append(marks, r.Marks...)
	}
	frametest.Section(t, New(now), map[string][]string{
		"rules.programme.": s.programmes(), "rules.kind.": kinds, "rules.standing.": {"now", "before", "after"}, "rules.mark.": marks,
		"rules.length.":   {"working", "calendar", "working.unsure", "calendar.unsure", "month", "year"},
		"rules.counting.": {"consecutive", "cumulative"},
	})
}

// Every row of both tables stands on the page, and on a Chinese page it is Chinese: what
// is left in Latin letters is the number of a rule or of a standard.
func TestEveryRowIsSaidInChinese(t *testing.T) {
	s, zh := loaded(t), printer(t, lang.Chinese)
	b, err := rule.Load()
	if err != nil {
		t.Fatal(err)
	}
	if len(s.rows) != len(b.Rules())+len(b.Deadlines()) {
		t.Fatalf("%d rows", len(s.rows))
	}
	latin, number := regexp.MustCompile(`[A-Za-z]`), regexp.MustCompile(`[A-Z]{2}-[A-Z0-9-]+`)
	said := func(id, text string) {
		t.Helper()
		if latin.MatchString(number.ReplaceAllString(text, "")) {
			t.Errorf("%s: %q is shown to Chinese readers", id, text)
		}
	}
	used := map[[2]string]bool{}
	for _, r := range s.rows {
		used[[2]string{r.Text(), r.Title}] = true
		said(r.ID, s.zh.in(zh, r.Text(), r.Title))
		if r.Clock {
			used[[2]string{aStart, r.StartsAt}] = true
			said(r.ID, s.zh.in(zh, aStart, r.StartsAt))
			said(r.ID, r.Length(zh))
		}
		for _, of := range r.Parameters {
			for _, name := range of.Names {
				used[[2]string{aName, name}] = true
			}
			for _, v := range of.Values {
				if v, ok := v.(string); ok {
					used[[2]string{aText, v}] = true
				}
			}
			said(r.ID, s.label(zh, of))
			said(r.ID, s.value(zh, of))
		}
	}
	for key := range s.zh {
		if !used[key] {
			t.Errorf("zh.csv has %s %q, which no rule says", key[0], key[1])
		}
	}
}

func ids(all []row) (ids []string) {
	for _, r := range all {
		ids = append(ids, r.ID)
	}
	return ids
}

// What held on a day in a county is what a decision of that day went by: of each rule the
// row of the smallest division, and none where none was in force.
func TestTheListHoldsWhatDecisionsGoBy(t *testing.T) {
	s, zh := loaded(t), printer(t, lang.Chinese)
	b, err := rule.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, on := range []clock.Date{clock.NewDate(2015, 6, 1), clock.NewDate(2025, 7, 1), clock.NewDate(2026, 11, 23)} {
		for _, area := range []string{"654301", "654326", "654300", "650000"} {
			var want []string
			for _, r := range b.Rules() {
				if one, err := b.Rule(r.ID, on, area); err == nil && one.Area == r.Area && one.EffectiveFrom == r.EffectiveFrom {
					want = append(want, r.ID)
				}
			}
			got := ids(s.found(zh, filter{Area: area, Kind: "rule"}, on))
			if !slices.Equal(got, want) {
				t.Errorf("%s in %s: %d rules, decisions go by %d", on, area, len(got), len(want))
			}
		}
	}
}

func TestWhatIsSearchedFor(t *testing.T) {
	s, zh := loaded(t), printer(t, lang.Chinese)
	today := clock.Today(now)
	for words, want := range map[string]string{"ho-01": "HO-01", "公租房 申请条件": "", "轮候期": "HO-02", "clk-ds-sue": "CLK-DS-SUE", "稳岗返还": "EM-07", "人社部发〔2026〕39号 稳岗": "EM-07"} {
		got := ids(s.found(zh, filter{Words: words}, today))
		if want != "" && !slices.Contains(got, want) {
			t.Errorf("%q finds %v", words, got)
		}
		if len(got) > 20 {
			t.Errorf("%q finds %d rows", words, len(got))
		}
	}
	if got := s.found(zh, filter{Words: "没有这样的规则"}, today); len(got) > 0 {
		t.Errorf("found %v", ids(got))
	}
	for _, r := range s.found(zh, filter{Kind: "unsure"}, today) {
		if !r.ToBeConfirmed {
			t.Errorf("%s is confirmed", r.ID)
		}
	}
	// SI-29 ended before that day: it is shown only with what has ended.
	if slices.Contains(ids(s.found(zh, filter{}, today)), "SI-29") || !slices.Contains(ids(s.found(zh, filter{Every: true}, today)), "SI-29") {
		t.Error("what has ended is shown as if it held, or not at all")
	}
}

func TestALengthInWords(t *testing.T) {
	zh := printer(t, lang.Chinese)
	for want, r := range map[string]row{
		"10个工作日":       {Amount: 10, Unit: "day", Days: "working"},
		"60天（自然日）":     {Amount: 60, Unit: "day", Days: "calendar"},
		"5天（按工作日，待核实）": {Amount: 5, Unit: "day", Days: "working*"},
		"3个月":          {Amount: -3, Unit: "month", Days: "calendar"},
		"连续6个月":        {Amount: 6, Unit: "month", Days: "calendar", Counting: "consecutive"},
	} {
		if got := r.Length(zh); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// A list goes on where it ended, and its address says all of it.
func TestAFilterAndItsAddress(t *testing.T) {
	s := loaded(t)
	seen := map[string]bool{}
	for _, r := range s.rows {
		if seen[r.Key()] {
			t.Errorf("two rows are called %s", r.Key())
		}
		seen[r.Key()] = true
	}
	if at := (filter{Words: "轮候", Area: "654301", On: "2026-11-23", Every: true, Kind: "clock", Programme: "wage"}).At(); at != "/rules?area=654301&every=1&kind=clock&on=2026-11-23&programme=wage&q=%E8%BD%AE%E5%80%99" {
		t.Error(at)
	}
}
