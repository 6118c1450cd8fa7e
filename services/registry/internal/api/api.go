// Package api serves the registry's contract: each method opens the
// transaction, runs one use case and answers in the contract's form. Answers
// that hold personal data are never stored for a repeat; a repeat reads, and is
// logged, again.
package api

import (
	"context"
	"errors"

	"google.golang.org/protobuf/proto"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/proto/contract"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/registry/internal/app"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
	"github.com/qiao-platform/qiao/services/registry/internal/facts"
)

// Server implements registryv1.RegistryServer.
type Server struct {
	App    *app.App
	Outbox *outbox.Outbox
	In     func(*sqldb.Tx) app.Store
	Facts  facts.Types
}

// Methods binds the server to its contract.
func (s *Server) Methods() []contract.Method { return registryv1.RegistryMethods(s) }

// update runs fn in a transaction that may change things.
func (s *Server) update(ctx context.Context, fn func(app.Store) error) error {
	return s.Outbox.DB().Update(ctx, func(tx *sqldb.Tx) error { return fn(s.In(tx)) })
}

// view runs fn in a transaction that only reads.
func (s *Server) view(ctx context.Context, fn func(app.Store) error) error {
	return s.Outbox.DB().View(ctx, func(tx *sqldb.Tx) error { return fn(s.In(tx)) })
}

// look is view for a use case that asks the store one thing.
func (s *Server) look(ctx context.Context, fn func(app.Store) error) error {
	return s.Outbox.DB().Look(ctx, func(tx *sqldb.Tx) error { return fn(s.In(tx)) })
}

// reading is view for a use case that reads between what it asks the vault.
func (s *Server) reading(ctx context.Context) func(func(app.Store) error) error {
	return func(fn func(app.Store) error) error { return s.view(ctx, fn) }
}

// raced reports whether a registration lost a race against another of the same
// person, and is to look again.
func raced(err error) bool {
	return errors.Is(err, domain.ErrDocumentTaken) || errors.Is(err, domain.ErrChildTaken) || errors.Is(err, outbox.ErrStale)
}

// command runs fn once for the call's idempotency key.
func command[T any, Reply interface {
	*T
	proto.Message
}](ctx context.Context, s *Server, fn func(app.Store) (Reply, error)) (Reply, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (Reply, error) { return fn(s.In(tx)) })
}

// The outcomes of registering somebody.
const (
	created   = "created"
	unchanged = "unchanged"
	requested = "requested" // a case waits for another county's officer
)

// attempts is how often a registration looks again after it lost a race
// against another of the same person.
const attempts = 3
