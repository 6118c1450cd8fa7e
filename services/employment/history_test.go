package employment_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/testkit"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/employment"
)

// own lists the events that never leave the service, oldest first.
func (f *fixture) own() (all []event.Event) {
	f.T.Helper()
	f.Settle()
	db, err := sqldb.Open(context.Background(), f.Deps(employment.Name).Database)
	if err != nil {
		f.T.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	err = db.View(context.Background(), func(tx *sqldb.Tx) error {
		all, err = sqldb.Collect(tx, func(s sqldb.Scanner) (event.Event, error) {
			var body []byte
			if err := s.Scan(&body); err != nil {
				return event.Event{}, err
			}
			return event.Parse(body)
		}, `SELECT body FROM event WHERE audience = 'own' AND type LIKE 'employment.%' ORDER BY ord`)
		return err
	})
	if err != nil {
		f.T.Fatal(err)
	}
	return all
}

func TestHistoryOfQualifications(t *testing.T) {
	f := start(t)
	f.setProfile(f.Worker("worker-1"), "worker-1", "6-29")
	f.share()
	f.issue()
	f.registry.Publish(outbox.Subject{Aggregate: "correction-1", Worker: "worker-1"}, &registryv1.FactCorrected{CorrectionId: "correction-1", Source: "training", SourceId: "certificate-1", Kind: "certificate", ReasonCode: "wrong"})
	f.Settle()
	f.registry.Publish(outbox.Subject{Aggregate: "grant-1", Version: 1, Worker: "worker-1"}, &registryv1.ConsentWithdrawn{GrantId: "grant-1"})
	var got []string
	for _, e := range f.own()[1:] { // after the profile itself
		m := decode(t, e, &employmentv1.QualificationRecorded{})
		got = append(got, fmt.Sprintf("%d %s %s %s", e.Version, m.GetWhat(), m.GetCertificateId(), m.GetOccupation()))
	}
	want := []string{"2 recorded certificate-1 6-29", "3 corrected certificate-1 6-29", "4 withdrawn certificate-1 6-29"}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

func TestQuietEndsAreHistory(t *testing.T) {
	f := start(t)
	employer := f.employer()
	vacancy := f.publish(post("1"))
	f.offer("worker-1", vacancy, employer)
	application := f.mine("worker-1").GetApplicationId()
	d, err := f.client.DeclineOffer(f.Worker("worker-1"), &employmentv1.DeclineOfferRequest{OfferId: f.mine("worker-1").GetOfferId()})
	ok(t, d, err)
	late := f.offerOn(application, employer)
	f.delivered(late)
	f.clock.Advance(5 * 24 * time.Hour)
	testkit.Eventually(t, "the offer lapsed", func() bool { return f.mine("worker-1").GetOfferState() == "lapsed" })
	f.registry.Publish(outbox.Subject{Aggregate: "worker-1", Worker: "worker-1"}, &registryv1.AccountClosed{ClosedOn: "2026-11-07"})
	all := f.own()
	if want := []string{"employment.offer.declined.v1", "employment.offer.lapsed.v1", "employment.application.withdrawn.v1"}; !slices.Equal(types(all), want) {
		t.Fatal(types(all))
	}
	if all[0].Actor != "worker" || all[1].Actor != "service" {
		t.Errorf("by %s, then %s", all[0].Actor, all[1].Actor)
	}
}
