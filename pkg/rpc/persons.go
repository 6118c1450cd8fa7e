package rpc

import (
	"context"
	"slices"

	"github.com/go-kit/kit/endpoint"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/person"
	"github.com/qiao-platform/qiao/proto/contract"
)

// known has a call know who its caller is besides, and for whom besides it is made,
// when two references were found to be one person's. A caller says neither: what is
// in a token is one reference. A refusal that rests on what is kept in memory is no
// answer: where another process has heard more meanwhile, the call is made again. A
// read that failed in any other way is made again too, since its query may have found
// what the principal was not known to be.
func (s *Server) known(m contract.Method) endpoint.Middleware {
	return func(next endpoint.Endpoint) endpoint.Endpoint { return s.knowing(m, next) }
}

func (s *Server) knowing(m contract.Method, next endpoint.Endpoint) endpoint.Endpoint {
	return func(ctx context.Context, in any) (any, error) {
		c := in.(*call)
		if s.cfg.Persons == nil || !personal(c.principal) {
			return next(ctx, c)
		}
		was, err := s.knownBy(ctx, c, (*person.Book).Others)
		if err != nil {
			return nil, err
		}
		out, err := next(ctx, c)
		if kind := errs.KindOf(err); err == nil || m.Command && kind != errs.Denied && kind != errs.NotFound {
			return out, err
		}
		is, failed := s.knownBy(ctx, c, (*person.Book).Latest)
		if failed != nil || slices.EqualFunc(was, is, slices.Equal) {
			return out, err
		}
		return next(ctx, c)
	}
}

// personal reports whether a principal is a person, or acts for one.
func personal(p auth.Principal) bool {
	return p.Kind == auth.Worker || p.Kind == auth.Guardian || p.ActsFor != ""
}

// knownBy asks the book for the two persons of a call.
func (s *Server) knownBy(ctx context.Context, c *call, ask func(*person.Book, context.Context, string) ([]string, error)) ([][]string, error) {
	p := c.principal
	all := make([][]string, 2)
	for i, worker := range []string{p.Subject, p.ActsFor} {
		if worker == "" || i == 0 && p.Kind != auth.Worker && p.Kind != auth.Guardian {
			continue
		}
		others, err := ask(s.cfg.Persons, ctx, worker)
		if err != nil {
			return nil, err
		}
		all[i] = others
	}
	c.principal = p.Known(all[0], all[1])
	return all, nil
}
