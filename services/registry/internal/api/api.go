// Package api serves the registry's contract: each method runs one use case and
// answers in the contract's form. Answers that hold personal data are never
// stored for a repeat; a repeat reads, and is logged, again.
package api

import (
	"context"
	"slices"

	"google.golang.org/protobuf/proto"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/proto/contract"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/registry/internal/app"
	"github.com/qiao-platform/qiao/services/registry/internal/delivery"
	"github.com/qiao-platform/qiao/services/registry/internal/facts"
)

// Server implements registryv1.RegistryServer and the registry's further services.
type Server struct {
	App    *app.App
	Outbox *outbox.Outbox
	In     func(*sqldb.Tx) app.Store
	Facts  facts.Types
	Box    *delivery.Box // of a demonstration; nil elsewhere
}

// Methods binds the server to its contract.
func (s *Server) Methods() []contract.Method {
	return slices.Concat(registryv1.RegistryMethods(s), registryv1.DeathMethods(s), registryv1.JoiningMethods(s), registryv1.GuardiansMethods(s),
		registryv1.DoublesMethods(s), registryv1.DocumentsMethods(s), registryv1.PhonesMethods(s), registryv1.UnseenMethods(s), registryv1.UndeliveredMethods(s))
}

// view runs fn in a transaction that only reads.
func (s *Server) view(ctx context.Context, fn func(app.Store) error) error {
	return s.App.Data.View(ctx, fn)
}

// command runs fn once for the call's idempotency key.
func command[T any, Reply interface {
	*T
	proto.Message
}](ctx context.Context, s *Server, fn func(app.Store) (Reply, error)) (Reply, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (Reply, error) { return fn(s.In(tx)) })
}

// once is command for a use case of several steps: to writes its answer as it is
// kept and sent, from reads it again.
func once[Answer, T any, Reply interface {
	*T
	proto.Message
}](s *Server, to func(Answer) Reply, from func(Reply) Answer) app.Once[Answer] {
	return func(ctx context.Context, fn func(app.Store) (Answer, error)) (Answer, error) {
		reply, err := command(ctx, s, func(st app.Store) (Reply, error) {
			answer, err := fn(st)
			return to(answer), err
		})
		if err != nil {
			var none Answer
			return none, err
		}
		return from(reply), nil
	}
}

// done is once for a use case that answers nothing.
func done[T any, Reply interface {
	*T
	proto.Message
}](s *Server) app.Once[struct{}] {
	return once(s, func(struct{}) Reply { return new(T) }, func(Reply) struct{} { return struct{}{} })
}
