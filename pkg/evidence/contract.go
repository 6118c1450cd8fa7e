package evidence

import (
	"slices"

	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/proto/contract"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
)

// The kinds of facts that departments record today, by the names that the
// contract's table (platform.v1.FactKind) gives them.
const (
	Job             = "job"
	InsuranceMonths = "insurance_months"
	Lease           = "lease"
	Certificate     = "certificate"
)

// Kind is a row of the contract's table of facts.
type Kind = event.FactKind

// Kinds is the contract's table of facts.
func Kinds() []Kind { return event.FactKinds() }

// KindOf finds a kind by its name; the zero Kind is none.
func KindOf(name string) (k Kind) {
	if i := slices.IndexFunc(Kinds(), func(k Kind) bool { return k.Name == name }); i >= 0 {
		k = Kinds()[i]
	}
	return k
}

// PurposeOf is the purpose that grants to a service state, "" where it may hold
// no facts of others.
func PurposeOf(service string) string {
	for _, k := range Kinds() {
		if p := k.Holders[service]; p != "" {
			return p
		}
	}
	return ""
}

// Methods binds a department's answers about its facts to the contract: it is called
// by the holders of the kinds that it records, for the purposes that the table gives.
func Methods(source string, s platformv1.FactsServer) []contract.Method {
	all := platformv1.FactsMethods(s)
	for i := range all {
		for _, k := range Kinds() {
			if k.Source != source {
				continue
			}
			for service, purpose := range k.Holders {
				all[i].Callers, all[i].Purposes = append(all[i].Callers, "service:"+service), append(all[i].Purposes, purpose)
			}
		}
		slices.Sort(all[i].Callers)
		slices.Sort(all[i].Purposes)
		all[i].Callers, all[i].Purposes = slices.Compact(all[i].Callers), slices.Compact(all[i].Purposes)
	}
	return all
}
