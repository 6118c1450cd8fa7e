package domain

import (
	"slices"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
)

// Look is what a worker is shown of the access log: the looks of one reader for
// one purpose on one day. The lines beneath stay as they are, each linked to the
// one before; this only brings them into an order that a person can read.
type Look struct {
	Access           // of the newest line, with the kinds of all
	Times  int       // how many lines it stands for
	First  time.Time // when the first was
	Own    bool      // the worker's own look
}

// Fold brings lines that come newest first into looks, which do too; workers are
// the references that stand for the person.
func Fold(workers []string, lines []Access) (all []Look) {
	type key struct {
		day                                           clock.Date
		kind, reader, purpose, basis, service, caseID string
	}
	at := map[key]int{}
	for _, a := range lines {
		own := a.ReaderKind == "worker" && slices.Contains(workers, a.Reader)
		k := key{clock.DateOf(a.At), a.ReaderKind, a.Reader, a.Purpose, a.LegalBasis, a.Service, ""}
		if a.ReaderKind == "officer" || a.ReaderKind == "employer" {
			k.caseID = a.CaseID // what a person looked at for two cases are two looks
		}
		i, there := at[k]
		if !there {
			at[k] = len(all)
			a.Kinds = slices.Clone(a.Kinds)
			all = append(all, Look{Access: a, Times: 1, First: a.At, Own: own})
			continue
		}
		l := &all[i]
		l.Times, l.First = l.Times+1, a.At
		for _, kind := range a.Kinds {
			if !slices.Contains(l.Kinds, kind) {
				l.Kinds = append(l.Kinds, kind)
			}
		}
	}
	return all
}
