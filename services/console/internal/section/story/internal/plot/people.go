package plot

import (
	"hash/fnv"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/ident"
)

// Name is an invented name as Chinese and English pages write it.
type Name struct{ Zh, En string }

// person is who a story is about. The number's address code, 654399, was never
// given to a place, so that it can be nobody's.
type person struct {
	Name, Child Name
	number      string
	born        clock.Date // the child
}

// families are invented names of workers and their children.
var families = []struct{ worker, child Name }{
	{Name{"林晓晴", "Lin Xiaoqing"}, Name{"林一诺", "Lin Yinuo"}},
	{Name{"叶尔兰·江阿泰", "Yerlan Janatay"}, Name{"阿丽娜·叶尔兰", "Alina Yerlan"}},
	{Name{"周建平", "Zhou Jianping"}, Name{"周子涵", "Zhou Zihan"}},
	{Name{"古丽娜·赛力克", "Gulnar Serik"}, Name{"叶尔肯·努尔兰", "Yerken Nurlan"}},
	{Name{"沈明远", "Shen Mingyuan"}, Name{"沈安安", "Shen An'an"}},
	{Name{"马秀芳", "Ma Xiufang"}, Name{"马思远", "Ma Siyuan"}},
}

var errSynthetic = errs.New(errs.Internal, "console.synthetic", "No valid synthetic code could be made.")

// newPerson invents the person of a story; the same id gives the same person.
func newPerson(id string, today clock.Date) person {
	h := fnv.New64a()
	_, _ = h.Write([]byte(id)) // fnv never fails
	n := h.Sum64()
	f := families[n%uint64(len(families))]
	born := today.AddYears(-35).AddDays(int(n / 7 % 3650))
	return person{Name: f.worker, Child: f.child, number: ident.Invented(born, int(n/31%1000)), born: today.AddYears(-7).AddDays(-int(n / 13 % 200))}
}

// employerCode is the valid credit code of the story's invented employer.
func employerCode() (string, error) {
	const signs = "0123456789ABCDEFGHJKLMNPQRTUWXY"
	for _, a := range signs {
		for _, b := range signs {
			code := "91654301" + "MABR1DGE" + string(a) + string(b)
			if _, manual, err := ident.ParseUSCC(code); err == nil && !manual {
				return code, nil
			}
		}
	}
	return "", errSynthetic
}
