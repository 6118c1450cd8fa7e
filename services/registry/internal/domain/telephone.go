package domain

import (
	"time"

	"github.com/qiao-platform/qiao/pkg/ident"
)

// Telephone is a number that a person gave, as it is found: by a keyed hash.
type Telephone struct {
	Worker string
	Index  []byte
	Via    string    // through which channel it was said; "" where that is not known
	Since  time.Time // when it was said first, without another in between
	Unseen bool      // no counter saw who gave it
}

// MayBeFound reports whether people are found by a number that so many gave: one of
// very many is an agent's or a school's, and nobody's.
func MayBeFound(givers int) bool { return givers <= mostOfAPhone }

// MostFound is how many are read to know that.
const MostFound = mostOfAPhone + 1

// ParseMobile reads a number to which a message can be sent, however it was typed.
func ParseMobile(phone string) (ident.Phone, error) {
	p, err := parsePhone(phone)
	if err == nil && !p.Mobile() {
		err = ident.ErrPhoneFormat
	}
	return p, err
}
