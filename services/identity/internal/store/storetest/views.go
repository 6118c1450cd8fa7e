package storetest

import (
	"errors"

	"github.com/qiao-platform/qiao/services/identity/internal/app"
	"github.com/qiao-platform/qiao/services/identity/internal/domain"
)

func views(s suite) {
	v := domain.Views{
		Account: "a", All: []domain.View{{ID: "v-2", Name: "二", List: domain.ExportedList{Overdue: true}}, {ID: "v-1", Name: "一", List: domain.ExportedList{Service: "housing", Matter: "repair", County: "654301"}}},
		Dropped: domain.View{ID: "v-3", Name: "三", List: domain.ExportedList{Who: "me", State: "asked"}}, DroppedAt: 1,
	}
	s.do(func(in app.Store) error {
		none, err := in.Views("a")
		s.same("before any is kept", none, domain.Views{Account: "a"})
		return errors.Join(err, in.SaveViews(v), in.SaveViews(domain.Views{Account: "b", All: v.All[:1]}))
	})
	s.do(func(in app.Store) error {
		got, err := in.Views("a")
		s.same("kept in their order", got, v)
		v.All, v.Dropped, v.DroppedAt = v.All[1:], domain.View{}, 0
		return errors.Join(err, in.SaveViews(v))
	})
	s.do(func(in app.Store) error {
		got, err := in.Views("a")
		s.same("changed", got, v)
		return errors.Join(err, in.DropViews("a"))
	})
	s.do(func(in app.Store) error {
		gone, err := in.Views("a")
		s.same("forgotten", gone, domain.Views{Account: "a"})
		other, err2 := in.Views("b")
		s.same("another's", len(other.All), 1)
		return errors.Join(err, err2)
	})
}
