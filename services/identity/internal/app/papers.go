package app

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/identity/internal/domain"
)

// papersOnPage is how many blocks a page lists, and papersOpen how many forms of which
// something is to be done.
const papersOnPage, papersOpen = 30, 200

// Paper is a form with its block.
type Paper struct {
	domain.PaperForm
	Of domain.PaperBlock
}

// handler is who signed in, with what it may do.
func (a *App) handler(s Store, own domain.Session) (by domain.Account, held domain.Grants, err error) {
	if by, err = s.PeekAccount(own.Account); err == nil {
		held, err = s.Grants(own.Account)
	}
	return by, held, err
}

// PrintPapers records a block of forms with their numbers.
func (a *App) PrintPapers(s Store, own domain.Session, task string, forms int) (string, error) {
	p, err := a.policy()
	if err != nil {
		return "", err
	}
	by, held, err := a.handler(s, own)
	if err != nil {
		return "", err
	}
	b, err := domain.PrintPapers(a.NewID(), task, forms, by, held, p.Paper, a.Clock.Now())
	if err != nil {
		return "", err
	}
	for n := 0; n < b.Forms; {
		added, err := s.AddPaper(b.Form(domain.NewPaperNumber(a.Random)))
		if err != nil {
			return "", err
		}
		if added { // a number that is another form's is drawn again
			n++
		}
	}
	return b.ID, s.SavePaperBlock(b)
}

// Papers is a block of an office of the caller's, with its forms.
func (a *App) Papers(s Store, own domain.Session, id string) (b domain.PaperBlock, all []Paper, err error) {
	_, held, err := a.handler(s, own)
	if err != nil {
		return b, nil, err
	}
	if b, err = s.PeekPaperBlock(id); err == nil && !b.SeenBy(held) {
		err = domain.ErrPaperBlock // whether there is one is another office's business
	}
	if err != nil {
		return b, nil, err
	}
	forms, err := s.PapersIn(id)
	for _, f := range forms {
		all = append(all, Paper{f, b})
	}
	return b, all, err
}

// block loads and locks a block of an office in which the caller handles cases.
func (a *App) block(s Store, own domain.Session, id string) (b domain.PaperBlock, by domain.Account, held domain.Grants, err error) {
	if by, held, err = a.handler(s, own); err != nil {
		return b, by, held, err
	}
	if b, err = s.PaperBlock(id); err == nil && !b.HandledBy(held) {
		err = domain.ErrPaperBlock // whether there is one is another office's business
	}
	return b, by, held, err
}

// VoidPapers says that what is left of a block is good for nothing any more.
func (a *App) VoidPapers(s Store, own domain.Session, id, reason string) error {
	b, by, _, err := a.block(s, own, id)
	if err != nil {
		return err
	}
	if b, err = b.Void(by, reason, a.Clock.Now()); err != nil {
		return err
	}
	return s.SavePaperBlock(b)
}

// PaperBlocks lists a page of the blocks of the caller's offices. next is where the next
// page begins, or "".
func (a *App) PaperBlocks(s Store, own domain.Session, before string) (all []domain.PaperBlock, next string, err error) {
	_, held, err := a.handler(s, own)
	if err != nil {
		return nil, "", err
	}
	all, err = s.PaperBlocks(held, before, papersOnPage+1)
	if len(all) > papersOnPage {
		all = all[:papersOnPage]
		next = all[papersOnPage-1].ID
	}
	return all, next, err
}

// OpenPapers lists the forms of the caller's offices that wait to be confirmed or entered.
func (a *App) OpenPapers(s Store, own domain.Session) ([]Paper, error) {
	_, held, err := a.handler(s, own)
	if err != nil {
		return nil, err
	}
	forms, err := s.PapersOpen(held, papersOpen)
	if err != nil {
		return nil, err
	}
	return a.withBlocks(s, forms)
}

func (a *App) withBlocks(s Store, forms []domain.PaperForm) (all []Paper, err error) {
	blocks := map[string]domain.PaperBlock{}
	for _, f := range forms {
		b, ok := blocks[f.Block]
		if !ok {
			if b, err = s.PeekPaperBlock(f.Block); err != nil {
				return nil, err
			}
			blocks[f.Block] = b
		}
		all = append(all, Paper{f, b})
	}
	return all, nil
}

// paper loads and locks a form of an office in which the caller handles cases.
func (a *App) paper(s Store, own domain.Session, number string) (f domain.PaperForm, b domain.PaperBlock, by domain.Account, err error) {
	if err = domain.CheckPaperNumber(number); err != nil {
		return f, b, by, err
	}
	if f, err = s.Paper(number); err != nil {
		return f, b, by, err
	}
	b, by, _, err = a.block(s, own, f.Block)
	if errors.Is(err, domain.ErrPaperBlock) {
		err = domain.ErrPaper
	}
	return f, b, by, err
}

// StatePaper takes the caller's word of when a form was received from the visitor.
func (a *App) StatePaper(ctx context.Context, s Store, own domain.Session, number string, said domain.PaperSaid) error {
	if _, err := auth.ActingFor(ctx, said.Worker); err != nil {
		return err
	}
	p, err := a.policy()
	if err != nil {
		return err
	}
	f, b, by, err := a.paper(s, own, number)
	if err != nil {
		return err
	}
	now := a.Clock.Now()
	others, err := s.PapersOf(said.Worker)
	if err != nil {
		return err
	}
	all, err := a.withBlocks(s, others)
	if err != nil {
		return err
	}
	for _, o := range all {
		if state := o.StateOn(o.Of, p.Paper, now); o.Number != number && o.Task == f.Task && (state == domain.PaperStated || state == domain.PaperConfirmed) {
			return domain.ErrPaperOther
		}
	}
	if f, err = f.Say(b, said, by, p.Paper, now); err != nil {
		return err
	}
	return s.SavePaper(f)
}

// DecidePaper confirms the time that another officer said of a form, or refuses it.
func (a *App) DecidePaper(s Store, own domain.Session, number string, approve bool, received time.Time, refusal string) error {
	p, err := a.policy()
	if err != nil {
		return err
	}
	f, b, by, err := a.paper(s, own, number)
	if err != nil {
		return err
	}
	if f, err = f.Decide(b, by, approve, received, refusal, p.Paper, a.Clock.Now()); err != nil {
		return err
	}
	return s.SavePaper(f)
}

// PapersOf lists the forms of a visitor that can be entered by the caller now.
func (a *App) PapersOf(ctx context.Context, s Store, own domain.Session, worker, task string) ([]Paper, error) {
	if _, err := auth.ActingFor(ctx, worker); err != nil {
		return nil, err
	}
	_, held, err := a.handler(s, own)
	if err != nil {
		return nil, err
	}
	return a.enterable(s, held, worker, task)
}

// enterable lists the confirmed forms of a worker for a task, or for all of a service
// whose name and a point are given, that are of an office of an officer's; oldest first.
func (a *App) enterable(s Store, held domain.Grants, worker, task string) (all []Paper, err error) {
	p, err := a.policy()
	if err != nil {
		return nil, err
	}
	forms, err := s.PapersOf(worker)
	if err != nil {
		return nil, err
	}
	known, err := a.withBlocks(s, forms)
	now := a.Clock.Now()
	for _, f := range known {
		if strings.HasPrefix(f.Task, task) && f.Of.HandledBy(held) && f.StateOn(f.Of, p.Paper, now) == domain.PaperConfirmed {
			all = append(all, f)
		}
	}
	return all, err
}

// onPaper is an officer's principal with the form that it may enter at a service for whom
// it acts.
func (a *App) onPaper(s Store, held domain.Grants, who auth.Principal, audience string) (auth.Principal, error) {
	all, err := a.enterable(s, held, who.ActsFor, audience+".")
	if err != nil || len(all) == 0 {
		return who, err
	}
	who.Paper = auth.Paper{Form: all[0].Number, ReceivedAt: all[0].ReceivedAt.UnixMicro(), ConfirmedBy: all[0].DecidedStaff}
	return who, nil
}

// PaperEntered notes that a department entered a form. It is told by the department, so
// that a form is noted as entered whatever becomes of the officer's page.
func (a *App) PaperEntered(s Store, number string) error {
	f, err := s.Paper(number)
	if err != nil {
		return err
	}
	f, entered := f.Enter(a.Clock.Now())
	if !entered {
		return nil
	}
	b, err := s.PaperBlock(f.Block)
	if err != nil {
		return err
	}
	b.Entered++
	return errors.Join(s.SavePaper(f), s.SavePaperBlock(b))
}
