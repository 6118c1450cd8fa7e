package facts

import (
	"maps"
	"testing"

	"google.golang.org/protobuf/proto"

	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/proto/services"
)

func TestRead(t *testing.T) {
	types := Load()
	for name, c := range map[string]struct {
		kind string
		m    proto.Message
		want map[string]string
	}{
		"texts and truth": {"employment.offer.accepted.v1", &employmentv1.OfferAccepted{OfferId: "o", HireId: "h"}, map[string]string{"offer_id": "o", "hire_id": "h", "in_person": "false"}},
		"numbers":         {"employment.offer.made.v1", &employmentv1.OfferMade{OfferId: "o", AnswerDays: 3}, map[string]string{"offer_id": "o", "answer_days": "3"}},
		"lists":           {"registry.consent.granted.v1", &registryv1.ConsentGranted{GrantId: "g", Kinds: []string{"job", "lease"}}, map[string]string{"grant_id": "g", "kinds": "job,lease"}},
		"another's":       {"registry.worker.parted.v1", &registryv1.WorkerParted{JoinId: "j", Alias: "a", Into: "b", ToAlias: []string{"x"}, ToInto: []string{"y"}}, map[string]string{"join_id": "j"}},
	} {
		b, err := proto.Marshal(c.m)
		if err != nil {
			t.Fatal(err)
		}
		if got := types.Read(c.kind, b); !maps.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	if got := types.Read("weather.rain.fell.v1", []byte("x")); got != nil {
		t.Errorf("an unknown type: %v", got)
	}
	if got := types.Read("employment.offer.made.v1", []byte{0xff}); got != nil {
		t.Errorf("unreadable bytes: %v", got)
	}
}

// Every event of every department is known, so that a timeline has no blanks.
func TestEveryServiceHasEvents(t *testing.T) {
	seen := map[string]bool{}
	for kind := range Load() {
		for _, s := range services.Names() {
			if len(kind) > len(s) && kind[:len(s)+1] == s+"." {
				seen[s] = true
			}
		}
	}
	if len(seen) != len(services.Names()) {
		t.Errorf("events of %v only", seen)
	}
}
