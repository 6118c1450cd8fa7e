package demo

import (
	"math/rand/v2"

	"github.com/qiao-platform/qiao/pkg/ident"
)

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
