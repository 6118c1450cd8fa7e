// It reckons for long and starts no goroutine of its own: scripts/test runs it without the race detector.

//go:build !race

package console_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/html"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/console"
	"github.com/qiao-platform/qiao/services/console/internal/frame/session"
)

// readers are who read every page that they may, and press all that it offers them:
// those who try each address, and of each department somebody who only looks. Nobody is
// unseen yet: no account is self-made.
var readers = []string{
	"worker", "helper", "employer", "responsible",
	"clerk", "reviewer", "viewer", "edu", "edu-reviewer", "edu-viewer", "hou", "hou-reviewer", "hou-viewer", "operator", "system", "security", "audit",
}

// always are forms that are on every page, or whose service this test does not play; and the
// page of examples of how pages look.
var always = regexp.MustCompile(`^/(sign-in|me/(passkeys|prove|outside)|static|styleguide)(/|$)`)

// states finds what pages compare a field of an answer with: each of these is a state
// in which the page offers something else.
var states = regexp.MustCompile(`(?:eq (?:\$?[A-Za-z]*\.)+([A-Z]\w*) |Get([A-Z]\w*)\(\) [!=]= )((?:"[a-z_.]+" ?)+)`)

// sectionsOf are the sections that show a service's answers, where they are named otherwise.
var sectionsOf = map[string][]string{"employment": {"employment", "fairs", "startup"}, "identity": {"identity", "telephone"}, "platform": {"collisions", "registry"}}

// filling fills the answers of services, so that pages show all that they can: one row of
// a list for each state, and a single thing in the state whose turn it is.
type filling struct {
	turn   atomic.Int64
	states map[string]map[string][]string // service → field → what pages compare it with
}

func fillings(t *testing.T, services []string) *filling {
	t.Helper()
	f := &filling{states: map[string]map[string][]string{}}
	for _, service := range append(services, "platform") {
		sections := sectionsOf[service]
		if sections == nil {
			sections = []string{service}
		}
		of := map[string][]string{}
		for _, section := range sections {
			var sources []string
			for _, pattern := range []string{"templates/*.html", "*.go"} {
				found, err := filepath.Glob(filepath.Join("internal", "section", section, pattern))
				if err != nil {
					t.Fatal(err)
				}
				sources = append(sources, found...)
			}
			for _, path := range sources {
				b, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				for _, m := range states.FindAllStringSubmatch(string(b), -1) {
					name := snake(m[1] + m[2])
					for _, value := range strings.Fields(m[3]) {
						if value = strings.Trim(value, `"`); !slices.Contains(of[name], value) {
							of[name] = append(of[name], value)
						}
					}
				}
			}
		}
		f.states[service] = of
	}
	return f
}

func snake(name string) string {
	return strings.ToLower(regexp.MustCompile(`([a-z0-9])([A-Z])`).ReplaceAllString(name, "${1}_$2"))
}

// answer fills a service's answer.
func (f *filling) answer(service string, m proto.Message) {
	f.message(service, m.ProtoReflect(), int(f.turn.Load()), 0)
}

// turns is how many turns show all that a message can be: its states, and each with its
// flags set and not. Of its lists each row shows one.
func (f *filling) turns(service string, d protoreflect.MessageDescriptor, depth int) (states, flags int) {
	states, flags = 1, 1
	for i := range d.Fields().Len() {
		switch one := d.Fields().Get(i); {
		case one.IsList(), one.IsMap(), one.ContainingOneof() != nil:
		case one.Kind() == protoreflect.BoolKind:
			flags = 2
		case one.Kind() == protoreflect.StringKind:
			states = max(states, len(f.states[service][string(one.Name())]))
		case one.Kind() == protoreflect.MessageKind && depth < 4:
			s, b := f.turns(service, one.Message(), depth+1)
			states, flags = max(states, s), max(flags, b)
		}
	}
	return states, flags
}

func (f *filling) message(service string, m protoreflect.Message, turn, depth int) {
	fields := m.Descriptor().Fields()
	states, _ := f.turns(service, m.Descriptor(), depth)
	for i := range fields.Len() {
		d := fields.Get(i)
		switch {
		case d.IsMap(), d.ContainingOneof() != nil:
		case d.IsList():
			n := 1
			if d.Kind() == protoreflect.MessageKind && depth == 0 {
				states, flags := f.turns(service, d.Message(), 1)
				n = states * flags
			}
			list := m.Mutable(d).List()
			for j := range n {
				if d.Kind() != protoreflect.MessageKind {
					list.Append(f.value(service, d, turn+j, 1))
				} else if depth < 4 {
					f.message(service, list.AppendMutable().Message(), turn+j, depth+1)
				}
			}
		case d.Kind() == protoreflect.MessageKind:
			if depth < 4 {
				f.message(service, m.Mutable(d).Message(), turn, depth+1)
			}
		default:
			m.Set(d, f.value(service, d, turn, states))
		}
	}
}

func (f *filling) value(service string, d protoreflect.FieldDescriptor, turn, states int) protoreflect.Value {
	name := string(d.Name())
	if strings.HasPrefix(name, "next") {
		return d.Default() // the last page
	}
	now := time.Now()
	switch d.Kind() {
	case protoreflect.BoolKind:
		return protoreflect.ValueOfBool(turn/states%2 == 0)
	case protoreflect.StringKind:
		switch of := f.states[service][name]; {
		case len(of) > 0:
			return protoreflect.ValueOfString(of[turn%len(of)])
		case strings.HasSuffix(name, "_on"), strings.HasSuffix(name, "_by") && !strings.HasPrefix(name, "decided"), strings.HasSuffix(name, "date"), strings.HasSuffix(name, "until"), strings.HasSuffix(name, "_from"), strings.HasSuffix(name, "_to"):
			return protoreflect.ValueOfString(clock.Today(clock.System()).AddDays(30).String())
		case strings.HasSuffix(name, "county"), strings.HasSuffix(name, "division"), strings.HasSuffix(name, "place"), name == "covered":
			return protoreflect.ValueOfString("654301")
		case name == "worker":
			return protoreflect.ValueOfString(ownRef)
		case strings.HasPrefix(name, "employer"):
			return protoreflect.ValueOfString(ownFirm)
		case name == "service":
			return protoreflect.ValueOfString("housing")
		}
		return protoreflect.ValueOfString(something)
	case protoreflect.Int64Kind:
		if strings.HasSuffix(name, "_at") || strings.HasSuffix(name, "_by") {
			return protoreflect.ValueOfInt64(now.UnixMicro())
		}
		return protoreflect.ValueOfInt64(1)
	case protoreflect.Int32Kind:
		return protoreflect.ValueOfInt32(1)
	case protoreflect.BytesKind:
		return protoreflect.ValueOfBytes([]byte{1})
	case protoreflect.DoubleKind:
		return protoreflect.ValueOfFloat64(1)
	}
	return d.Default()
}

// offered is what a page offers: addresses to go to, and forms to send.
type offered struct {
	links []string
	forms []press
}

type press struct {
	action string
	form   url.Values
	button string // the name and value of the button that sends it
}

// offers reads what a page offers.
func offers(t *testing.T, page string) (o offered) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	attr := func(n *html.Node, name string) string {
		for _, a := range n.Attr {
			if a.Key == name {
				return a.Val
			}
		}
		return ""
	}
	var walk func(n *html.Node, f *[]press)
	walk = func(n *html.Node, f *[]press) {
		if n.Type == html.ElementNode {
			switch n.Data {
			case "a":
				o.links = append(o.links, attr(n, "href"))
			case "form":
				if attr(n, "method") == "post" {
					f = &[]press{{action: attr(n, "action"), form: url.Values{}}}
					for c := n.FirstChild; c != nil; c = c.NextSibling {
						walk(c, f)
					}
					all := *f
					for i := range all {
						all[i].form = all[0].form
					}
					if len(all) > 1 {
						all = all[1:]
					}
					o.forms = append(o.forms, all...)
					return
				}
				o.links = append(o.links, attr(n, "action"))
			case "input", "select", "textarea", "button":
				if name := attr(n, "name"); f != nil && name != "" {
					value := attr(n, "value")
					if n.Data == "select" {
						value = firstOption(n, attr)
					}
					if n.Data == "button" {
						*f = append(*f, press{action: (*f)[0].action, button: name + "=" + value})
						break
					}
					form := (*f)[0].form
					if value == "" {
						value = guessed(name)
					}
					if form.Get(name) == "" || attr(n, "type") != "radio" && attr(n, "type") != "checkbox" {
						form.Set(name, value)
					}
				}
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c, f)
		}
	}
	walk(root, nil)
	return o
}

func firstOption(n *html.Node, attr func(*html.Node, string) string) (value string) {
	for c := range n.Descendants() {
		if c.Type == html.ElementNode && c.Data == "option" && value == "" {
			value = attr(c, "value")
		}
	}
	return value
}

// refusal is something that a role was refused, by the page that offered it.
type refusal struct{ who, page, what string }

// Each role reads each page that it may, in each state that pages tell apart, follows
// each link and sends each form: nothing that a page offers is refused for who it is.
func TestNoPageOffersWhatIsAlwaysRefused(t *testing.T) {
	k := knock(t, notDemo)
	f := fillings(t, console.Services())
	k.fill = f.answer
	rows, mux := map[string]route{}, http.NewServeMux()
	for section, patterns := range console.Routes() {
		if section == "story" || len(patterns) == 0 {
			continue
		}
		maps.Copy(rows, routes(t, section))
		for _, pattern := range patterns {
			mux.HandleFunc(pattern, func(http.ResponseWriter, *http.Request) {})
		}
	}
	patternOf := func(method, path string) string {
		r, err := http.NewRequestWithContext(context.Background(), method, path, nil)
		if err != nil {
			t.Fatal(err)
		}
		_, pattern := mux.Handler(r)
		return pattern
	}
	pages, followed, pressed := 0, 0, 0
	found := map[refusal]bool{}
	for _, who := range readers {
		tried := map[string]string{} // what → why it is refused; "" is not
		try := func(page, method, path, button string, form url.Values) {
			path, _, _ = strings.Cut(path, "#")
			if !strings.HasPrefix(path, "/") || always.MatchString(path) {
				return
			}
			pattern := patternOf(method, path)
			what := method + " " + path + " " + button
			for _, name := range slices.Sorted(maps.Keys(form)) {
				if name != "key" {
					what += " " + name + "=" + form.Get(name)
				}
			}
			why, done := tried[what]
			if !done {
				if method == http.MethodGet {
					followed++
				} else {
					pressed++
					form = maps.Clone(form)
					form.Set("key", rand.Text())
					form.Set("sure", "yes")
					if name, value, ok := strings.Cut(button, "="); ok {
						form.Set(name, value)
					}
				}
				a := k.send(who, method, path, form, "Sec-Fetch-Site", "same-origin")
				switch {
				case len(a.refused) > 0:
					why = fmt.Sprint(a.refused)
				case a.StatusCode == http.StatusForbidden || a.StatusCode == http.StatusUnauthorized:
					why = a.Status
				case method == http.MethodPost && len(a.called) == 0 && !slices.Contains(strings.Fields(rows[pattern].roles), who) && !strings.Contains(rows[pattern].with, "nothing") && rows[pattern].roles != "who signed in" && rows[pattern].roles != "everybody":
					why = "its row"
				}
				tried[what] = why
			}
			if why != "" {
				found[refusal{who, page, method + " " + pattern + " " + button + ": " + why}] = true
			}
		}
		for _, pattern := range slices.Sorted(maps.Keys(rows)) {
			method, path, _ := strings.Cut(pattern, " ")
			row := rows[pattern]
			reads := strings.TrimSuffix(who, "-viewer")
			if strings.HasPrefix(path, "/workers/") { // nobody visits who only looks
				reads = who
			}
			if method != http.MethodGet || always.MatchString(path) || strings.HasSuffix(path, "/bundle") || strings.HasSuffix(path, "/stream") || !slices.Contains(strings.Fields(row.roles), reads) && row.roles != "who signed in" && row.roles != "everybody" {
				continue
			}
			with, err := url.ParseQuery(row.with)
			if err != nil {
				t.Fatal(err)
			}
			path = placed(path, with)
			turns := 1
			for turn := 0; turn < turns; turn++ {
				f.turn.Store(int64(turn))
				a := k.send(who, http.MethodGet, path, nil)
				pages++
				if len(a.refused) > 0 {
					found[refusal{who, pattern, fmt.Sprintf("itself: %v", a.refused)}] = true
				}
				if a.StatusCode != http.StatusOK {
					if a.StatusCode >= 400 {
						t.Logf("%s, %s, turn %d: %s", who, pattern, turn, a.Status)
					}
					break
				}
				for _, m := range a.called {
					if of, ok := k.answers[m]; ok {
						states, flags := f.turns(of.of, of.answer, 0)
						turns = max(turns, states*flags)
					}
				}
				o := offers(t, a.body)
				for _, link := range o.links {
					if !strings.Contains(link, "lang=") {
						try(pattern, http.MethodGet, link, "", nil)
					}
				}
				for _, one := range o.forms {
					try(pattern, http.MethodPost, one.action, one.button, one.form)
				}
			}
		}
	}
	all := slices.SortedFunc(maps.Keys(found), func(a, b refusal) int {
		return strings.Compare(a.page+a.what+a.who, b.page+b.what+b.who)
	})
	for _, r := range all {
		t.Errorf("%s offers %s: %s", r.page, r.who, r.what)
	}
	t.Logf("%d roles read %d pages, followed %d links and press %d forms; %d refused", len(readers), pages, followed, pressed, len(all))
}

// What pages ask about before they offer it are methods that there are.
func TestPagesAskAboutMethodsThatThereAre(t *testing.T) {
	asks, n := regexp.MustCompile(`\b(?:may|leads|mayof [$.A-Za-z]+) "([^"]+)"`), 0
	pages, err := filepath.Glob(filepath.Join("internal", "*", "*", "*.html"))
	if err != nil {
		t.Fatal(err)
	}
	sections, err := filepath.Glob(filepath.Join("internal", "section", "*", "templates", "*.html"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range append(pages, sections...) {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range asks.FindAllStringSubmatch(string(b), -1) {
			if _, ok := session.MethodOf(m[1]); !ok {
				t.Errorf("%s asks about %s", path, m[1])
			}
			n++
		}
	}
	if n < 80 {
		t.Errorf("%d were found", n)
	}
}
