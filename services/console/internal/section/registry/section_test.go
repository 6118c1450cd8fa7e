package registry

import (
	"slices"
	"testing"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/console/internal/frame/frametest"
)

func TestWhatTheSectionSays(t *testing.T) {
	tabs := []string{"timeline", "have", "messages", "contact", "children", "consents", "access"}
	states := []string{"open", "applied", "refused", "objected", "undone"}
	deathStates := []string{"open", "applied", "refused", "objected", "reversed"}
	kinds, sides, waits := []string{"join", "part"}, []string{"into", "alias"}, []string{"arrival", "clock"}
	personStates := []string{"open", "applied", "refused", "objected", "ended", "parted"}
	frametest.Section(t, New(nil, clock.System()), map[string][]string{
		"next.who.":       {"contact.open", "document.open", "death.open", "death.applied", "death.reversed", "join.open", "part.open", "heir.open", "heir.granted", "heir.erases", "heir.corrected"},
		"next.until.":     {"contact.open", "document.open", "death.open", "death.reversed", "join.open", "part.open"},
		"next.told.":      {"contact.open", "contact.applied", "document.open", "document.applied", "death.open", "death.applied", "death.reversed", "death.confirmed", "join.open", "join.applied", "join.refused", "join.objected", "join.ended", "join.parted", "part.open", "part.applied", "part.refused", "heir.open", "heir.granted", "heir.erases", "heir.corrected"},
		"next.back.":      {"contact.open", "contact.applied", "document.open", "document.applied", "death.open", "death.applied", "death.reversed", "join.open", "join.applied", "part.open", "part.applied", "heir.open", "heir.erases"},
		"next.go.":        {"death.applied", "join.applied"},
		"person.decides.": kinds,
		"guardian.does.":  {"end", "hide", "show", "same", "two", "grown"},
		"document.kind.":  documentKinds(), "document.reason.": documentReasons(), "document.paper.": documentPapers(), "document.refusal.": documentRefusals(),
		"document.outcome.": ageOutcomes(), "document.lede.": states,
		"death.lede.": deathStates, "death.state.": deathStates, "death.reason.": deathReasons(), "death.paper.": deathPapers(), "death.refusal.": deathRefusals(), "death.shown.": shownPapers(),
		"death.thing.": {"application", "lease", "enrolment", "fair", "hire", "duty", "cover"},
		"heir.state.":  {"open", "granted", "refused", "shown", "corrected", "withdrawn", "ended"}, "heir.asked.": heirAsks(), "heir.wrong.": append(wrongReasons(), "link"), "heir.paper.": heirPapers(), "heir.reason.": heirReasons(), "heir.refusal.": heirRefusals(),
		"death.own.": {"open", "applied"}, "death.own.next.": {"open", "applied"},
		"worker.h1.": tabs, "worker.lede.": tabs, "worker.tab.": tabs, "contact.lede.": states, "contact.state.": states,
		"person.kind.": kinds, "person.own.": kinds, "person.into.": kinds, "person.alias.": kinds, "person.decide.": kinds, "person.sure.": kinds, "person.agree.": kinds,
		"person.lede.": caseLedes(kinds, personStates), "person.state.": personStates, "person.reason.": slices.Concat(joinReasons(), partReasons(), []string{"seen_at_counter"}), "person.paper.": personPapers(),
		"person.refusal.": personRefusals(), "person.field.": {"name", "birth_date", "document", "phone", "county"},
		"person.how.": {"same", "similar", "one_digit", "swapped", "differs", "missing"}, "person.side.": sides, "person.parts.": sides, "person.recorded.": sides,
		"person.waits.": waits, "person.waits.long.": waits,
		"claims.done.": claimsDone(),
		"try.":         append(tried(), "correction"), "undelivered.ended.": {"arrived", "reached", "notice"},
		"double.ground.": doubleGrounds(), "double.reason.": doubleReasons(), "register.done.": registerOutcomes(),
		"register.language.": {"none", "zh-Hans", "kk-Arab", "ug-Arab"},
		"guardian.case.":     {"end", "hide", "show", "same", "two", "grown"}, "guardian.reason.": guardianReasons(), "guardian.paper.": append(casePapers(), "own_word"),
		"guardian.hide.": hideable(), "guardian.refusal.": guardianRefusals(), "guardian.state.": guardianStates(), "guardian.word.": {"agrees", "objects"},
		"contact.reason.": contactReasons(), "contact.paper.": contactPapers(), "contact.refusal.": contactRefusals(),
	})
}

// caseLedes are the ends of what a page says of a case, by its kind and state.
func caseLedes(kinds, states []string) (all []string) {
	for _, k := range kinds {
		for _, s := range states {
			all = append(all, k+"."+s)
		}
	}
	return all
}
