package keys

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/crypto/bcrypt"

	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/services/console"
	"github.com/qiao-platform/qiao/services/standalone"
)

// user is who connects to the bus, and the subjects that it may use there.
type user struct {
	name               string
	publish, subscribe []string
}

// users lists who may connect: a service publishes its own channels and reads
// the others', answers its own methods and calls the others'. Whom a call may
// serve is decided by its signature, not here.
func users(p Platform) []user {
	var all []user
	for _, name := range standalone.Names() {
		u := user{
			name:      name,
			publish:   []string{"rpc.>", "$JS.API.INFO"},
			subscribe: []string{"rpc." + name + ".>", "$SRV.>", "announce.>", rpc.Inbox(name) + ".>"},
		}
		for i := range max(1, p.Partitions) {
			own := event.Channel(name, i)
			stream := event.Stream(own)
			u.publish = append(u.publish, event.Subjects(own), event.Announce(own), "$JS.API.STREAM.CREATE."+stream, "$JS.API.STREAM.UPDATE."+stream)
			for _, publisher := range standalone.Names() {
				s := event.Stream(event.Channel(publisher, i))
				u.publish = append(u.publish, "$JS.API.STREAM.INFO."+s, "$JS.API.DIRECT.GET."+s, "$JS.API.DIRECT.GET."+s+".>",
					"$JS.API.CONSUMER.CREATE."+s+".>", "$JS.API.CONSUMER.INFO."+s+".*", "$JS.API.CONSUMER.DELETE."+s+".*", "$JS.API.CONSUMER.MSG.NEXT."+s+".*")
			}
		}
		all = append(all, u)
	}
	callers := []string{"import"}
	if p.Demo {
		callers = append(callers, "demo")
	}
	all = append(all, user{console.Name, []string{"rpc.>"}, []string{"ev.>", rpc.Inbox(console.Name) + ".>"}})
	for _, name := range callers {
		all = append(all, user{name, []string{"rpc.>"}, []string{rpc.Inbox(name) + ".>"}})
	}
	return append(all, user{Operator, []string{">"}, []string{">"}})
}

// bus writes the secrets of the bus. The nodes hold only hashes of passwords.
func (w writer) bus(p Platform) error {
	var b strings.Builder
	b.WriteString("timeout: 5\nusers: [\n")
	for _, u := range users(p) {
		password, err := w.password("nats-" + u.name + ".password")
		if err != nil {
			return err
		}
		// The passwords are random: a low cost is enough, and every connection pays it.
		hash, err := bcrypt.GenerateFromPassword([]byte(password), bcrypt.MinCost)
		if err != nil {
			return err
		}
		fmt.Fprintf(&b, "  { user: %q, password: %q, permissions: {\n      publish: { allow: [%s] }\n      subscribe: { allow: [%s] }\n      allow_responses: { max: 1, expires: \"1m\" }\n  } }\n",
			u.name, hash, quoted(u.publish), quoted(u.subscribe))
	}
	b.WriteString("]\n")
	if err := w.put("nats-users.conf", b.String()); err != nil {
		return err
	}
	password, err := w.password("nats-cluster.password")
	if err != nil {
		return err
	}
	var routes []string
	for _, n := range p.Nodes {
		routes = append(routes, (&url.URL{Scheme: "nats-route", User: url.UserPassword("node", password), Host: n}).String())
	}
	return w.put("nats-cluster.conf", fmt.Sprintf("authorization: { user: node, password: %q, timeout: 5 }\nroutes: [%s]\n", password, quoted(routes)))
}

func quoted(all []string) string {
	out := slices.Clone(all)
	for i := range out {
		out[i] = fmt.Sprintf("%q", out[i])
	}
	return strings.Join(out, ", ")
}
