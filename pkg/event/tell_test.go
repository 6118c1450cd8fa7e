package event_test

import (
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/qiao-platform/qiao/pkg/event"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	housingv1 "github.com/qiao-platform/qiao/proto/gen/housing/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/proto/services"
	_ "github.com/qiao-platform/qiao/proto/services/contracts"
)

// What a worker is told, about what and unless what, stands in the contract.
func TestTheContractSaysWhatAWorkerIsTold(t *testing.T) {
	all := map[string]event.Tell{}
	for _, s := range services.Names() {
		told, err := event.Tells(s)
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range told {
			all[one.Type] = one
		}
	}
	for name, c := range map[string]struct {
		kind        string
		m           proto.Message
		about, what string
		clock       bool
	}{
		"always":          {"employment.offer.made.v1", &employmentv1.OfferMade{OfferId: "o"}, "o", "offer", true},
		"by another":      {"employment.offer.accepted.v1", &employmentv1.OfferAccepted{OfferId: "o"}, "o", "offer", false},
		"by himself":      {"employment.offer.accepted.v1", &employmentv1.OfferAccepted{OfferId: "o", InPerson: true}, "", "offer", false},
		"to be confirmed": {"employment.hire.registered.v1", &employmentv1.HireRegistered{HireId: "h", Basis: "employer_says"}, "h", "hire", false},
		"agreed":          {"employment.hire.registered.v1", &employmentv1.HireRegistered{HireId: "h", Basis: "offer"}, "", "hire", false},
		"a decision":      {"housing.exit.decided.v1", &housingv1.ExitDecided{ExitId: "x"}, "x", "exit_decision", true},
	} {
		data, err := proto.Marshal(c.m)
		if err != nil {
			t.Fatal(err)
		}
		told := all[c.kind]
		m, about, err := told.Of(event.Event{Type: c.kind, Data: data})
		if err != nil || about != c.about || told.Kind != c.what || told.Clock != c.clock || !proto.Equal(m, c.m) {
			t.Errorf("%s: %v about %q, %+v, %v", name, m, about, told, err)
		}
		if got := event.KindOf(event.Template(c.kind)); got != c.what {
			t.Errorf("%s: a message of it is about %q", name, got)
		}
		if _, _, err := told.Of(event.Event{Type: c.kind, Data: []byte{0xff}}); err == nil {
			t.Errorf("%s: bytes that are no event are read", name)
		}
	}
	if len(all) < 30 || event.KindOf("weather.rain.fell") != "" {
		t.Errorf("%d events tell a worker", len(all))
	}
}

// A message that arrived concerns the one department that it is of, and a grant
// every department, but nobody who is none.
func TestOnlyTheAddresseeIsGivenAnEvent(t *testing.T) {
	arrived, err := proto.Marshal(&registryv1.MessageDelivered{AboutService: "housing"})
	if err != nil {
		t.Fatal(err)
	}
	message := event.Event{Type: "registry.message.delivered.v1", Data: arrived}
	grant := event.Event{Type: "registry.consent.granted.v1"}
	for _, c := range []struct {
		reader         string
		message, grant bool
	}{{"housing", true, true}, {"education", false, true}, {"training", false, true}, {"console", false, false}} {
		if message.Concerns(c.reader) != c.message || grant.Concerns(c.reader) != c.grant || event.MayFill("registry", c.reader) != c.grant {
			t.Errorf("%s: the message %t, the grant %t", c.reader, message.Concerns(c.reader), grant.Concerns(c.reader))
		}
	}
}
