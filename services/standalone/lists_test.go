package standalone_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/proto/contract"
)

// reads reports whether a method reads several records.
func reads(m contract.Method) bool {
	return !m.Command && (strings.HasPrefix(m.Name, "List") || strings.HasPrefix(m.Name, "Search"))
}

// TestListsAreCutAsRecordsAre is generated from the contracts: what an officer
// may not open singly stands in no list of his, whatever county he asks for; the
// prefecture's officer sees what the county's sees; another department's sees
// nothing. What everybody may see, and operations, are as the matrix says.
func TestListsAreCutAsRecordsAre(t *testing.T) {
	l := populate(t)
	var lists, cut, shown int
	for service, all := range l.methods {
		for _, m := range all {
			if why := why(service, m.Name, ""); !reads(m) || why == public || why == platform {
				continue
			}
			for _, department := range departmentsOf(m) {
				lists++
				ask := func(division, county string) (proto.Message, error) {
					ctx, cancel := context.WithTimeout(rpc.As(context.Background(), whole(officer(department, division, ""), m)), time.Minute)
					defer cancel()
					reply := m.NewReply()
					return reply, l.demo.Call(ctx, service, m.Name, l.listing(service, m, county), reply)
				}
				for _, county := range []string{home, away, ""} {
					if reply, err := ask(away, county); err == nil {
						cut++
						if found := l.foundIn(reply); len(found) > 0 {
							t.Errorf("%s.%s, %s's officer of %s asks for %q: %v", service, m.Name, department, away, county, found)
						}
					}
				}
				own, err := ask(home, home)
				prefecture, higher := ask("654300", home)
				switch {
				case errs.CodeOf(err) != errs.CodeOf(higher):
					t.Errorf("%s.%s, %s: the county's officer gets %v, the prefecture's %v", service, m.Name, department, err, higher)
				case err == nil && !slices.Equal(l.foundIn(own), l.foundIn(prefecture)):
					t.Errorf("%s.%s, %s: the county's officer sees %v, the prefecture's %v", service, m.Name, department, l.foundIn(own), l.foundIn(prefecture))
				case len(l.foundIn(own)) > 0:
					shown++
				}
				for _, other := range []string{"psb", "edu", "hou", "hrss"} {
					if slices.Contains(departmentsOf(m), other) || slices.Contains(m.Callers, string(auth.Officer)) {
						continue // sums that every officer may see
					}
					ctx := rpc.As(context.Background(), whole(officer(other, home, ""), m))
					if err := l.demo.Call(ctx, service, m.Name, l.listing(service, m, home), m.NewReply()); errs.KindOf(err) != errs.Denied {
						t.Errorf("%s.%s answers %s: %v", service, m.Name, other, err)
					}
				}
			}
		}
	}
	if lists < 15 || shown < 2 {
		t.Errorf("%d lists of departments, of which %d show this life: the test looks at too little", lists, shown)
	}
	t.Logf("%d lists of departments: %d answers to another county held nothing of this one, %d showed it to its own", lists, cut, shown)
}

// departmentsOf are the departments whose officers may call a method.
func departmentsOf(m contract.Method) (all []string) {
	for _, c := range m.Callers {
		if which, ok := strings.CutPrefix(c, string(auth.Officer)+":"); ok && which != "ops" {
			all = append(all, which)
		} else if c == string(auth.Officer) {
			all = append(all, "hrss", "edu", "hou")
		}
	}
	return all
}

// listing asks for a county's rows, and where the method wants more, for those of
// this life.
func (l *populated) listing(service string, m contract.Method, county string) proto.Message {
	req := l.request(service, m, true)
	r := req.ProtoReflect()
	fields := r.Descriptor().Fields()
	for i := range fields.Len() {
		f := fields.Get(i)
		switch name := string(f.Name()); {
		case f.IsList() || f.Kind() != protoreflect.StringKind:
		case strings.HasSuffix(name, "county") || name == "division":
			r.Set(f, protoreflect.ValueOfString(county))
		case name == "employer_id": // filters; an officer asks for all
			r.Clear(f)
		case name == "kind":
			r.Set(f, protoreflect.ValueOfString("public_rental"))
		}
	}
	return req
}

// foundIn lists what of this life's records an answer names.
func (l *populated) foundIn(m proto.Message) (names []string) {
	text := protojson.Format(m)
	for name, id := range l.ids {
		if id != "" && name != "document_number" && name != "uscc" && strings.Contains(text, id) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
