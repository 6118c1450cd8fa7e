package web

import (
	"regexp"
	"strings"
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
		"lang.": {"zh-Hans", "en"}, "worker.h1.": {"timeline", "have", "messages", "contact", "consents", "access"},
		"worker.lede.": {"timeline", "have", "messages", "contact", "consents", "access"}, "error.title.": kinds(),
		"counter.": {"employment", "training", "insurance", "education", "housing"}, "story.outcome.": {"eligible", "refused", "more_needed"},
		"rebuild.": {"clearing", "filling", "emptying"}, "rule.": {"HO-03", "HO-04", "HO-06", "HO-07", "HO-PT-WORK", "HO-PT-INSURANCE", "HO-PT-AREA", "HO-PT-WAIT", "HP-01", "HP-02"}, "error.": nil,
		"form.": {"record", "paper", "witness", "declared"}, "have.": {"work_months", "insurance_months", "area_short_m2", "waiting_months"},
		"home.by.": {"class", "points", "since", "number"}, "home.kind.": append(listedKinds(), "dormitory"), "entry.": {"waiting", "reached", "open", "accepted", "signed"},
		"ground.": append(exitGrounds(), "vacant", "job_ended"), "repair.": repairKinds(), "answer.": {"disputes", "paid", "needs_time", "agrees"},
		"exit.tells.": {"noticed", "answered", "stays", "leaves", "appealed", "left"}, "housing.done.": nil,
		"fund.": {"own_home", "retired", "unable_to_work", "settled_abroad", "repay_loan", "rent"}, "fund.paper.": {"lease", "rent_receipt", "landlord_statement"},
		"fund.number.": {"days_from_hire", "min_ratio_each", "max_ratio", "remit_days_after_payday", "withdrawal_days", "loan_days"},
		"review.":      {"upheld", "overruled"}, "applicants.state.": {"invited", "accepted", "declined", "withdrawn"},
	}
	contactStates := []string{"open", "applied", "refused", "objected", "undone"}
	ends["contact.lede."], ends["contact.state."] = contactStates, contactStates
	ends["contact.reason."], ends["contact.paper."], ends["contact.refusal."] = contactReasons(), contactPapers(), contactRefusals()
	ends["fair.state."], ends["fair.now."] = []string{"open", "closed", "matched"}, []string{"open", "closed", "matched"}
	ends["proposal.state."] = []string{"open", "accepted", "declined", "lapsed", "withdrawn", "passed_over"}
	ends["trouble."] = []string{"storage.full", "storage.unavailable"}
	ends["note."] = []string{"below_minimum_wage", "piece_wage"}
	ends["startup.done."], ends["startup.guide."] = []string{"adviser", "loan", "premises", "withdrawn"}, []string{"general", "farm_stay"}
	word := []string{"unsaid", "declared", "confirmed", "not_found"}
	ends["priority.is."], ends["priority.case."], ends["priority.basis."] = word, word, []string{"paper", "civil_affairs"}
	steps := []string{"idea", "yard", "adviser", "premises", "register", "tax", "loan", "insure", "hire", "food_licence", "fire_safety", "public_security", "sanitation", "season"}
	ends["startup.step."], ends["startup.how."] = steps, steps
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

// Pages are parsed when they are first asked for; here each is, in each language.
func TestEveryPageParses(t *testing.T) {
	cat, err := words.Load(clock.System())
	if err != nil {
		t.Fatal(err)
	}
	all, err := newPages(cat)
	if err != nil {
		t.Fatal(err)
	}
	files, err := templates.ReadDir("templates")
	if err != nil {
		t.Fatal(err)
	}
	for lang, p := range all {
		for _, f := range files {
			name := strings.TrimSuffix(f.Name(), ".html")
			if name == "layout" || strings.HasPrefix(name, "part_") {
				continue
			}
			if _, err := p.get(name); err != nil {
				t.Errorf("%s, %s: %v", name, lang, err)
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
