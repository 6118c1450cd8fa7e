package console

import (
	"errors"
	"io/fs"
	"os"
	"testing"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/testkit"
	"github.com/qiao-platform/qiao/services/console/internal/frame/lang"
)

// Whatever a department says of a person's life has its words on the first page, and a page
// on which it is seen and answered.
func TestEachThingOfALifeHasItsWordsAndItsPage(t *testing.T) {
	look, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	ids := look.Texts.IDs(lang.Chinese)
	pages := map[string]bool{}
	for _, s := range (Config{Services: Services()}).sections(nil, nil, clock.System(), nil) {
		for key := range s.Life {
			pages[key] = true
		}
	}
	rows := 0
	for _, service := range Services() {
		path := "../../proto/qiao/" + service + "/v1/life.csv"
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			continue // a department in which nobody has a thing
		}
		for _, r := range testkit.LifeRows(t, path) {
			rows++
			key := service + "." + r.Matter
			if !pages[key] {
				t.Errorf("no section has a page for %s", key)
			}
			want := []string{"life." + key, "life." + key + "." + r.State}
			for _, s := range r.Steps {
				want = append(want, "life."+key+".step."+s)
			}
			if r.Holder != "" {
				want = append(want, "my.holder."+r.Holder)
			}
			for _, id := range want {
				if !ids[id] {
					t.Errorf("%s has no text %q", key, id)
				}
			}
		}
	}
	if rows < 9 {
		t.Errorf("only %d rows were read", rows)
	}
}
