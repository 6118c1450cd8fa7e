package event

import (
	"maps"
	"slices"
	"sync"

	"google.golang.org/protobuf/proto"

	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
)

// FactKind is a row of the contract's table of facts.
type FactKind struct {
	Name    string
	Source  string            // the service that holds the record
	Holders map[string]string // by service, the purpose for which it may hold a copy
}

// FactKinds is the contract's table of facts.
var FactKinds = sync.OnceValue(func() (all []FactKind) {
	values := platformv1.FactKind(0).Descriptor().Values()
	for i := range values.Len() {
		r, _ := proto.GetExtension(values.Get(i).Options(), platformv1.E_Fact).(*platformv1.FactRule)
		if r.GetName() == "" {
			continue
		}
		k := FactKind{Name: r.GetName(), Source: r.GetSource(), Holders: map[string]string{}}
		for _, h := range r.GetHolders() {
			k.Holders[h.GetService()] = h.GetPurpose()
		}
		all = append(all, k)
	}
	return all
})

// Holders stands among an event's consumers for those that may hold the kind of fact
// that it is news of, or any kind where it is news of none.
const Holders = "holders"

// consumersOf lists whom a contract lets act on an event, each holder by its name.
func consumersOf(r *platformv1.EventRule) (all []string) {
	for _, c := range r.GetConsumers() {
		if c != Holders {
			all = append(all, c)
			continue
		}
		for _, k := range FactKinds() {
			for _, holder := range slices.Sorted(maps.Keys(k.Holders)) {
				if (r.GetFact() == nil || r.GetFact().GetKind() == k.Name) && !slices.Contains(all, holder) {
					all = append(all, holder)
				}
			}
		}
	}
	return all
}
