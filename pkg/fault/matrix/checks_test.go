//go:build chaos

package matrix

import (
	"context"
	"strings"
	"testing"
)

// TestWhatTheChecksSee damages a settled pipeline by hand, where no mechanism
// could: each check of an invariant must say so (I1, I4, I6, I9).
func TestWhatTheChecksSee(t *testing.T) {
	damage := map[string]struct {
		says string
		do   func(r *rig)
	}{
		"an event row is deleted": {"I9", func(r *rig) { r.exec(r.pub, `DELETE FROM event WHERE seq = 7`) }},
		"an event's bytes change": {"I9", func(r *rig) {
			r.exec(r.pub, `UPDATE event SET body = (SELECT body FROM event WHERE seq = 8) WHERE seq = 7`)
		}},
		"two numbers are exchanged": {"I2", func(r *rig) {
			r.exec(r.pub, `UPDATE event SET seq = 1000000 WHERE seq = 7`)
			r.exec(r.pub, `UPDATE event SET seq = 7 WHERE seq = 14`)
			r.exec(r.pub, `UPDATE event SET seq = 14 WHERE seq = 1000000`)
		}},
		"a change has no event": {"I1", func(r *rig) { r.exec(r.pub, `UPDATE thing SET version = version + 1 WHERE id = 'thing-3'`) }},
		"an effect is missing":  {"I6", func(r *rig) { r.exec(r.sub, `DELETE FROM heard WHERE n = 5`) }},
		"an effect is there twice": {"I6", func(r *rig) {
			r.exec(r.sub, `INSERT INTO heard (id, aggregate, version) SELECT id, aggregate, version FROM heard WHERE n = 5`)
		}},
		"the stream has a hole": {"I4", func(r *rig) {
			if err := r.stream().DeleteMsg(context.Background(), 9); err != nil {
				r.t.Fatal(err)
			}
		}},
	}
	for name, d := range damage {
		t.Run(name, func(t *testing.T) {
			onEach(t, func(t *testing.T, r *rig) {
				p, s := start(t, r.publisher(50)), start(t, r.reader())
				r.holds(50, false)
				p.kill()
				s.kill()
				d.do(r)
				if said := strings.Join(r.wrong(false), "; "); !strings.Contains(said, d.says) {
					t.Errorf("the checks say %q", said)
				}
			})
		})
	}
}
