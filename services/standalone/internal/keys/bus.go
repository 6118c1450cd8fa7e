package keys

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/crypto/bcrypt"

	"github.com/qiao-platform/qiao/services/console"
	"github.com/qiao-platform/qiao/services/standalone"
	"github.com/qiao-platform/qiao/services/standalone/internal/bus"
)

// users lists who may connect to the bus.
func users(p Platform) []bus.User {
	callers := []string{"import"}
	if p.Demo {
		callers = append(callers, "demo")
	}
	return bus.Users(standalone.Names(), console.Name, callers, p.Partitions)
}

// bus writes the secrets of the bus. The nodes hold only hashes of passwords.
func (w writer) bus(p Platform) error {
	var b strings.Builder
	b.WriteString("timeout: 5\nusers: [\n")
	for _, u := range users(p) {
		password, err := w.password("nats-" + u.Name + ".password")
		if err != nil {
			return err
		}
		// The passwords are random: a low cost is enough, and every connection pays it.
		hash, err := bcrypt.GenerateFromPassword([]byte(password), bcrypt.MinCost)
		if err != nil {
			return err
		}
		fmt.Fprintf(&b, "  { user: %q, password: %q, permissions: {\n      publish: { allow: [%s] }\n      subscribe: { allow: [%s] }\n      allow_responses: { max: 1, expires: \"1m\" }\n  } }\n",
			u.Name, hash, quoted(u.Publish), quoted(u.Subscribe))
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
