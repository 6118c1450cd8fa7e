// Package contract is what generated service contracts are made of: a method
// as a server offers it, and the one thing a typed client needs.
package contract

import (
	"context"

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
