package event

import (
	"slices"
	"testing"

	"google.golang.org/protobuf/proto"

	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	housingv1 "github.com/qiao-platform/qiao/proto/gen/housing/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	trainingv1 "github.com/qiao-platform/qiao/proto/gen/training/v1"
	"github.com/qiao-platform/qiao/proto/services"
)

// Who may hold a kind of fact hears of it, and of corrections, by the table of facts
// and no other list.
func TestHoldersAreConsumers(t *testing.T) {
	for _, c := range []struct {
		service string
		message proto.Message
		want    []string
	}{
		{"employment", &employmentv1.HireRegistered{}, []string{"training", "insurance", "education", "housing"}},
		{"housing", &housingv1.LeaseSigned{}, []string{"education"}},
		{"training", &trainingv1.CertificateIssued{}, []string{"employment"}},
		{"registry", &registryv1.FactCorrected{}, []string{"education", "housing", "employment"}},
		{"registry", &registryv1.ConsentGranted{}, []string{Everybody}},
	} {
		rule, err := RuleOf(c.service, c.message.ProtoReflect().Descriptor())
		if err != nil || !slices.Equal(rule.Consumers, c.want) {
			t.Errorf("%s is for %v, %v; want %v", rule.Type, rule.Consumers, err, c.want)
		}
		e := Event{ID: "e", Type: rule.Type, Aggregate: "a"}
		for _, reader := range services.Names()[1:] {
			if want := slices.Contains(c.want, reader) || c.want[0] == Everybody; e.Concerns(reader) != want {
				t.Errorf("%s concerns %s: %v", rule.Type, reader, !want)
			}
		}
	}
}
