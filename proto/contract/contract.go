// Package contract is what generated service contracts are made of: a method
// as a server offers it, and the one thing a typed client needs.
package contract

import (
	"context"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"
)

// Method is one RPC method bound to its implementation.
type Method struct {
	Service string   // the proto service, e.g. "qiao.housing.v1.HousingService"
	Name    string   // e.g. "AcceptOffer"
	Command bool     // changes state
	Callers []string // who may call; see qiao.platform.v1.MethodRule
	// Purposes that are accepted; empty accepts any stated purpose.
	Purposes []string
	// New returns an empty request.
	New func() proto.Message
	// NewReply returns an empty reply.
	NewReply func() proto.Message
	// Call runs the implementation; the request has the type that New returns.
	Call func(ctx context.Context, req proto.Message) (proto.Message, error)
}

// Caller sends a request to a method of a service and fills the reply. Errors
// are platform errors with kind and code.
type Caller interface {
	Call(ctx context.Context, service, method string, req, reply proto.Message) error
}

// ForOfficersOf opens methods that every department serves, and whose contract names
// no callers, to the officers whom the department's own methods name.
func ForOfficersOf(own, methods []Method) []Method {
	var officers []string
	for _, m := range own {
		for _, c := range m.Callers {
			if strings.HasPrefix(c, "officer:") {
				officers = append(officers, c)
			}
		}
	}
	slices.Sort(officers)
	officers = slices.Compact(officers)
	for i := range methods {
		methods[i].Callers = officers
	}
	return methods
}
