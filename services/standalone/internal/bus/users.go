// Package bus says who may use the bus and for what, and holds the server of a
// platform in one process.
package bus

import (
	"github.com/qiao-platform/qiao/pkg/approved"
	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/revoked"
	"github.com/qiao-platform/qiao/pkg/rpc"
)

// Operator is the user of the bus who makes the streams; no service is.
const Operator = "operator"

// User is who connects to the bus, and the subjects that it may use there.
type User struct {
	Name               string
	Publish, Subscribe []string
}

// Users lists who may connect: a service publishes its own channels and reads
// the others', answers its own methods and calls the others'. Whom a call may
// serve is decided by its signature, not here. No service makes or changes a
// stream: the server does not check what a stream gathers, or says again. Of
// its own streams it may take a message out that it did not write.
// Readers acknowledge nothing; but where the subject on which they could is not
// allowed outright, the server remembers each event that it delivers for a while.
func Users(services []string, console string, callers []string, partitions int) []User {
	var all []User
	for _, name := range services {
		u := User{
			Name:      name,
			Publish:   []string{"rpc.>", "$JS.API.INFO"},
			Subscribe: []string{"rpc." + name + ".>", "$SRV.>", "announce.>", rpc.Inbox(name) + ".>"},
		}
		if name == revoked.Publisher {
			u.Publish = append(u.Publish, revoked.Subject, approved.Subject)
		}
		for i := range max(1, partitions) {
			own := event.Channel(name, i)
			u.Publish = append(u.Publish, event.Subjects(own), event.Announce(own), "$JS.API.STREAM.MSG.DELETE."+event.Stream(own))
			for _, publisher := range services {
				s := event.Stream(event.Channel(publisher, i))
				u.Publish = append(u.Publish, "$JS.API.STREAM.INFO."+s, "$JS.API.DIRECT.GET."+s, "$JS.API.DIRECT.GET."+s+".>",
					"$JS.API.CONSUMER.CREATE."+s+".>", "$JS.API.CONSUMER.INFO."+s+".*", "$JS.API.CONSUMER.DELETE."+s+".*", "$JS.API.CONSUMER.MSG.NEXT."+s+".*", "$JS.ACK."+s+".>")
			}
		}
		all = append(all, u)
	}
	all = append(all, User{console, []string{"rpc.>"}, []string{"ev.>", revoked.Subject, approved.Subject, rpc.Inbox(console) + ".>"}})
	for _, name := range callers {
		all = append(all, User{name, []string{"rpc.>"}, []string{rpc.Inbox(name) + ".>"}})
	}
	return append(all, User{Operator, []string{">"}, []string{">"}})
}
