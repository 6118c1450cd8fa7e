package storetest

import (
	"github.com/qiao-platform/qiao/services/identity/internal/app"
	"github.com/qiao-platform/qiao/services/identity/internal/domain"
)

// players: the list is said anew as a whole; who is offered aside is added, listed for
// who asks for the subject alone, and takes nobody's place.
func players(s suite) {
	s.opened("acc-1", domain.Worker, "worker-1", "", "")
	s.opened("acc-2", domain.Worker, "worker-2", "", "")
	s.opened("acc-3", domain.Worker, "worker-3", "", "")
	s.opened("acc-4", domain.Employer, "employer-1", "boss", "") // not open yet
	list := func(subject string) (all []domain.Player) {
		s.do(func(in app.Store) (err error) { all, err = in.Players(subject); return err })
		return all
	}
	one, two := domain.Player{Account: "acc-1", Label: "worker"}, domain.Player{Account: "acc-2", Label: "guardian", Place: 1}
	s.do(func(in app.Store) error {
		return in.OfferPlayers([]domain.Player{one, two, {Account: "acc-4", Label: "employer", Place: 2}})
	})
	s.same("who is offered and open", list(""), []domain.Player{one, two})

	story := domain.Player{Account: "acc-3", Label: "story", Aside: true}
	s.do(func(in app.Store) error {
		return in.OfferPlayers([]domain.Player{story, {Account: "acc-1", Label: "story", Aside: true}})
	})
	s.same("who is aside is not listed", list(""), []domain.Player{one, two})
	s.same("but for who asks", list("worker-3"), []domain.Player{story, one, two})

	two.Place = 0
	s.do(func(in app.Store) error { return in.OfferPlayers([]domain.Player{two}) })
	s.same("the list is said anew", list("worker-3"), []domain.Player{story, two})
}
