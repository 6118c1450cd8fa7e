package demo

import (
	"fmt"
	"math/rand/v2"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
)

// residentNumber makes a well-formed number of the unassigned address code
// 654399 for somebody born on a day; sequence tells such people apart.
func residentNumber(born clock.Date, sequence int, today clock.Date) string {
	front := fmt.Sprintf("654399%04d%02d%02d%03d", born.Year(), born.Month(), born.Day(), sequence%1000)
	for _, check := range "0123456789X" {
		if n := front + string(check); valid(ident.ParseResidentID(n, today)) {
			return n
		}
	}
	return front + "0" // unreachable: one of the eleven checks is right
}

func valid(_ ident.ResidentID, err error) bool { return err == nil }

const creditSigns = "0123456789ABCDEFGHJKLMNPQRTUWXY"

// creditCode makes a well-formed unified social credit code of a county.
func creditCode(r *rand.Rand, county string) string {
	body := make([]byte, 8)
	for i := range body {
		body[i] = creditSigns[r.IntN(len(creditSigns))]
	}
	for _, organisation := range "0123456789X" {
		for _, check := range creditSigns {
			code := "91" + county + string(body) + string(organisation) + string(check)
			if _, manual, err := ident.ParseUSCC(code); err == nil && !manual {
				return code
			}
		}
	}
	return ""
}
