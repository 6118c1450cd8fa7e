package auth

import (
	"cmp"
	"slices"
	"sync"

	"google.golang.org/protobuf/proto"

	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
)

// Purpose is a row of the contract's list of purposes (platform.v1.Purpose).
type Purpose struct {
	Name string
	By   []string // who may state it, as a method's callers
}

// Purposes is the contract's list of purposes.
var Purposes = sync.OnceValue(func() (all []Purpose) {
	values := platformv1.Purpose(0).Descriptor().Values()
	for i := range values.Len() {
		if r, _ := proto.GetExtension(values.Get(i).Options(), platformv1.E_Purpose).(*platformv1.PurposeRule); r.GetName() != "" {
			all = append(all, Purpose{r.GetName(), r.GetBy()})
		}
	}
	return all
})

// MayState reports whether a purpose is in the list, and p among those who may state it.
func (p Principal) MayState(purpose string) bool {
	for _, known := range Purposes() {
		if known.Name == purpose {
			return p.Allows(known.By)
		}
	}
	return false
}

// Main is what p is there for: the first purpose of the list that names its
// department or service, else the first that names its kind.
func (p Principal) Main() string {
	var general string
	for _, known := range Purposes() {
		switch {
		case !p.Allows(known.By):
		case slices.Contains(known.By, string(p.Kind)):
			general = cmp.Or(general, known.Name)
		default:
			return known.Name
		}
	}
	return general
}
