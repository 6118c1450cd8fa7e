// Package approved is how it is announced that speakers approved other texts than before:
// identity keeps the approvals, and the pages go by them.
package approved

import "github.com/nats-io/nats.go"

// Subject is where identity announces it. Nothing is said beside: who hears it asks.
const Subject = "announce.approved"

// Announce says that the approvals changed.
func Announce(nc *nats.Conn) error { return nc.Publish(Subject, nil) }

// Follow calls changed whenever the approvals did, until the subscription ends.
func Follow(nc *nats.Conn, changed func()) (*nats.Subscription, error) {
	return nc.Subscribe(Subject, func(*nats.Msg) { changed() })
}
