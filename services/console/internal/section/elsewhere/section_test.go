package elsewhere

import (
	"testing"

	"github.com/qiao-platform/qiao/pkg/elsewhere"
	_ "github.com/qiao-platform/qiao/proto/services/contracts" // whose officers each department is called by
	"github.com/qiao-platform/qiao/services/console/internal/frame/frametest"
)

func TestWhatTheSectionSays(t *testing.T) {
	frametest.Section(t, New(nil, []string{"employment"}), map[string][]string{
		"elsewhere.matter.": {"employment.hire", "insurance.cover", "housing.lease", "training.course", "education.place"}, "elsewhere.format.": formats(), "elsewhere.reason.": {"mistyped", "renumbered", "not_needed"},
		"elsewhere.outcome.": outcomes(), "elsewhere.says.": outcomes(), "elsewhere.aside.": lineBody{}.Reasons(),
		"elsewhere.field.": {
			elsewhere.Name, elsewhere.DocumentKind, elsewhere.DocumentNumber, elsewhere.BirthDate, elsewhere.CaseNumber,
			"employer_name", "employer_code", "occupation", "county", "start_on", "end_on", "wage",
			"schemes", "from_month", "estate", "room", "home_kind", "rent", "course_title", "provider", "level", "hours", "school", "stage", elsewhere.ChildName, elsewhere.ChildBirthDate,
		},
	})
}

// The lines of a form are taken in the order of their places, those that were emptied are
// left out, and a place that is no number keeps a line where it stood.
func TestLinesAreTakenInTheOrderOfTheirPlaces(t *testing.T) {
	values := map[string][]string{}
	for _, l := range [][4]string{{"1", "1", "start_on", "入职日期"}, {"2", "0.5", "person_name", "姓名"}, {"3", "x", "wage", "工资"}, {"4", "4", "", ""}, {"5", "2", "county", "地区"}} {
		values["place_"+l[0]], values["field_"+l[0]], values["label_"+l[0]] = []string{l[1]}, []string{l[2]}, []string{l[3]}
	}
	var got []string
	for _, l := range typedLines(values) {
		got = append(got, l.Field)
	}
	if want := []string{"person_name", "start_on", "county", "wage"}; len(got) != len(want) || got[0] != want[0] || got[1] != want[1] || got[2] != want[2] || got[3] != want[3] {
		t.Errorf("the lines are %v, want %v", got, want)
	}
}
