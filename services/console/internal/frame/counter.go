package frame

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/qiao-platform/qiao/pkg/auth"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
)

// CounterPath is the officer's screen for a visit.
const CounterPath = "/counter"

// counterNotes is what a visit keeps of what was done in it.
var counterNotes = Purpose{Code: "case_handling", LegalBasis: "PIPL 13(3)"}

// AtCounter is what the sections offer a visitor, of which the officer may do the main act.
func (v *Visit) AtCounter(worker string) (all []Offer, err error) {
	for _, one := range v.site.sections {
		for _, o := range one.Counter {
			may, err := v.May(o.Method)
			if err != nil {
				return nil, err
			}
			if may {
				o.Path = strings.ReplaceAll(o.Path, "{ref}", url.PathEscape(worker))
				all = append(all, o)
			}
		}
	}
	return all, nil
}

// noted keeps what a form did for a person with the visit of that person to the officer,
// and reports whether there is such a visit: then the counter's screen comes next, and
// says what was done. The act itself was done whether it is noted or not.
func (v *Visit) noted() bool {
	in, worker := v.In(), v.Path("ref")
	if v.R.Method != http.MethodPost || in == nil || in.Kind != auth.Officer || worker == "" {
		return false
	}
	did := in.Did()
	if len(did) == 0 {
		return false
	}
	r, err := v.site.counter.NoteTasks(v.AsOf(v.section.Department, counterNotes), &identityv1.NoteTasksRequest{Worker: worker, Tasks: did})
	if err != nil {
		v.Log().WarnContext(v.R.Context(), "what was done is not on the visit's receipt", "error", err)
	}
	return r.GetNoted()
}
