package console_test

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/console"
)

// read is a page as one of those who try sees it.
func (k *knocking) read(who, path string, status int) string {
	k.t.Helper()
	q, err := http.NewRequestWithContext(context.Background(), http.MethodGet, k.server.URL+path, nil)
	if err != nil {
		k.t.Fatal(err)
	}
	q.AddCookie(&http.Cookie{Name: "qiao", Value: k.cookies[who]})
	r, err := k.client.Do(q)
	if err != nil {
		k.t.Fatal(err)
	}
	defer func() { _ = r.Body.Close() }()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		k.t.Fatal(err)
	}
	if r.StatusCode != status {
		k.t.Fatalf("%s, %s: %s\n%s", who, path, r.Status, body)
	}
	return string(body)
}

// Whoever reads a page is led on to what opens, and to nothing that is always refused.
func TestPagesLeadWhereTheReaderMayGo(t *testing.T) {
	k := knock(t)
	for _, c := range []struct {
		who, path string
		status    int
		has, not  []string
	}{
		// What the dead hold, each department's own.
		{"clerk", "/deaths", 200, []string{"/deaths/held/employment", "/deaths/held/training"}, []string{"/deaths/held/housing", "/deaths/held/education"}},
		{"clerk", "/deaths/held/employment", 200, []string{`href="/deaths"`, "/deaths/held/training"}, []string{"/deaths/held/housing", `class="note bad"`}},
		{"clerk", "/deaths/held/housing", 403, nil, nil},
		{"hou", "/deaths/held", 200, []string{`href="/deaths/held/housing" aria-current`, `href="/deaths/held" aria-current`}, []string{`href="/deaths"`, "/deaths/held/employment", `class="note bad"`}},
		{"edu", "/deaths/held/education", 200, []string{`href="/deaths/held" aria-current`}, []string{`class="note bad"`}},
		{"hou", "/deaths/held/education", 403, nil, nil},
		{"worker", "/deaths/held", 403, nil, nil},
		// What a join brought together.
		{"clerk", "/collisions", 200, []string{`href="/persons"`}, nil},
		{"hou", "/collisions", 200, []string{`href="/collisions" aria-current`}, []string{`href="/persons"`}},
		{"edu", "/collisions", 200, []string{`href="/collisions" aria-current`}, []string{`href="/persons"`}},
		// The counter, for who receives people.
		{"operator", "/me/devices", 200, nil, []string{`href="/counter"`}},
		{"viewer", "/counter", 200, nil, []string{`action="/counter"`, `action="/counter/employer"`}},
		{"edu", "/counter", 200, []string{`href="/counter"`, `action="/counter"`}, []string{`action="/counter/employer"`}},
		{"clerk", "/counter", 200, []string{`action="/counter"`, `action="/counter/employer"`}, nil},
		// A worker's own pages.
		{"worker", "/workers/" + ownRef + "/contact", 200, nil, []string{"/contacts/of/", "/deaths/of/"}},
		{"worker", "/workers/" + ownRef + "/document", 200, nil, []string{"/documents/of/"}},
		{"helper", "/workers/" + ownRef, 200, []string{"/workers/" + ownRef + "/jobs"}, []string{"/workers/" + ownRef + "/messages", "/workers/" + ownRef + "/access"}},
		{"worker", "/workers/" + ownRef, 200, []string{"/workers/" + ownRef + "/jobs", "/workers/" + ownRef + "/messages"}, nil},
		{"worker", "/housing/fund", 200, nil, nil},
	} {
		body := k.read(c.who, c.path, c.status)
		for _, s := range c.has {
			if !strings.Contains(body, s) {
				t.Errorf("%s, %s lacks %s", c.who, c.path, s)
			}
		}
		for _, s := range c.not {
			if strings.Contains(body, s) {
				t.Errorf("%s, %s has %s", c.who, c.path, s)
			}
		}
	}
}

// A helper is shown those of a worker's pages that refuse a helper nothing, and asks for
// no record of a death.
func TestAHelperIsShownThePagesThatAHelperMaySee(t *testing.T) {
	rows, shown := map[string]route{}, 0
	for section, patterns := range console.Routes() {
		if section == "story" || len(patterns) == 0 {
			continue
		}
		for pattern, row := range routes(t, section) {
			rows[pattern] = row
		}
	}
	for pattern, helped := range console.Tabs() {
		if helped {
			shown++
		}
		if may := slices.Contains(strings.Fields(rows[pattern].roles), "helper"); may != helped {
			t.Errorf("%s: a helper may see it: %t, is shown it: %t", pattern, may, helped)
		}
	}
	if shown == 0 {
		t.Error("a helper is shown nothing")
	}
	k := knock(t)
	if a := k.send("helper", http.MethodGet, "/workers/"+ownRef, nil); slices.ContainsFunc(a.refused, func(m string) bool { return strings.Contains(m, "ListOwnDeathCases") }) {
		t.Errorf("asked and refused: %v", a.refused)
	}
}

// Whom somebody helps is listed with the pages that a helper may see.
func TestHelpersAreLedToPagesThatOpen(t *testing.T) {
	f := start(t, true)
	f.identity(f.world.someone(t, number, 1))
	f.worker()
	body := f.get("/me/helpers", 200)
	f.has(body, `href="/workers/`+otherRef+`/jobs"`, `href="/workers/`+otherRef+`/home"`)
	for _, no := range []string{`href="/workers/` + otherRef + `"`, "/workers/" + otherRef + "/messages"} {
		if strings.Contains(body, no) {
			t.Errorf("a helper is led to %s", no)
		}
	}
}

// A worker's timeline leads to the trace behind a step in a demonstration alone: traces
// are operators'.
func TestATimelineLeadsToATraceOnlyForWhomItOpens(t *testing.T) {
	for _, demo := range []bool{true, false} {
		t.Run(map[bool]string{true: "demonstration", false: "real"}[demo], func(t *testing.T) {
			f := start(t, true, func(c *console.Config) { c.Demo = demo })
			ref := f.world.someone(t, number, 2)
			body := f.get("/workers/"+ref, 200)
			if !strings.Contains(body, `class="says"`) || strings.Contains(body, `href="/traces/`) != demo {
				t.Errorf("leads to a trace: %t", !demo)
			}
		})
	}
}

// The lists of homes begin with a county of the officer's rights, and offer no other.
func TestTheHousingDeskBeginsWithACountyOfTheOfficers(t *testing.T) {
	f := start(t, true)
	f.identity("worker-1")
	at, err := url.Parse(f.server.URL)
	if err != nil {
		t.Fatal(err)
	}
	of := auth.Principal{Kind: auth.Officer, Subject: "hou-9", Department: "hou", Division: "654322", Role: "clerk"}
	f.browser.Jar.SetCookies(at, []*http.Cookie{{Name: "qiao", Value: f.people.secretOf(of), Path: "/"}})
	for _, page := range []string{"/housing", "/housing/leases"} {
		body := f.get(page, 200)
		f.has(body, `<option value="654322" selected>`)
		if strings.Contains(body, `<option value="654301"`) {
			t.Errorf("%s offers a county in which the officer has no right", page)
		}
	}
}
