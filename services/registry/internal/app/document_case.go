package app

import (
	"bytes"
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// The templates of the messages that tell a person of a change of document or
// name which officers made, and of one that an officer asks for.
const (
	toldOfDocument       = "registry.document.changed"
	toldOfAskingDocument = "registry.document.asked"
)

// holder finds who has a number, but for the record whose own index is given.
func holder(s Store, index, own []byte) (w domain.Worker, held bool, err error) {
	if bytes.Equal(index, own) { // a permit that was renewed
		return w, false, nil
	}
	return s.WorkerByDocument(index)
}

// decidesDocument reports whether a reader of a case may decide it.
func decidesDocument(p auth.Principal, c domain.DocumentCase) bool {
	return c.State == domain.CaseOpen && p.MayCall("registry.DocumentsService.DecideDocument", c.County) && !ident.SameStaff(c.Officer, p.Subject)
}

// DocumentCases lists what waits in the officer's counties: to be decided, and to
// be looked at where a mistyped number had somebody taken in too young.
func (a *App) DocumentCases(ctx context.Context, s Store) (all []domain.DocumentCase, decides func(domain.DocumentCase) bool, err error) {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return nil, nil, err
	}
	counties, _ := p.Counties()
	waiting, err := s.WaitingDocumentCases(counties)
	for _, c := range waiting {
		if p.CoversDivision(c.County) == nil {
			all = append(all, c)
		}
	}
	return all, func(c domain.DocumentCase) bool { return decidesDocument(p, c) }, err
}

// documentCase loads a case for an officer of its county; that there is one of
// another county is told to nobody.
func documentCase(ctx context.Context, s Store, id string) (c domain.DocumentCase, p auth.Principal, err error) {
	if p, err = auth.FromContext(ctx); err != nil {
		return c, p, err
	}
	if c, err = s.DocumentCase(id); err == nil && p.CoversDivision(c.County) != nil {
		err = domain.ErrDocumentCaseUnknown
	}
	return c, p, err
}

// taken reports whether another record has the number that a change would give, and
// whether that one was joined with the record.
func taken(s Store, ch documentChange) (held, joined bool, err error) {
	if ch.held == nil {
		return false, false, nil
	}
	w, held, err := holder(s, ch.held, ch.known.DocumentIndex)
	if err != nil || !held {
		return held, false, err
	}
	own, err := s.PeekWorker(ch.known.ID)
	return true, own.ID == w.ID, err
}
