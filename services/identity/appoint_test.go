package identity_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/sqldb"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
	"github.com/qiao-platform/qiao/services/identity"
)

// The last way back of an office: who holds the key gives it to somebody, while the
// platform is served; whoever held it is out at once, and the audit says so.
func TestTheKeysHolderGivesAnOffice(t *testing.T) {
	f := start(t)
	system, security, audit := f.three()
	appoint := func(office, staff string) (string, error) {
		d := f.Deps(identity.Name)
		db, err := sqldb.Open(context.Background(), d.Database)
		f.must(err)
		link, _, err := identity.Appoint(context.Background(), db, d.Master, f.clock, office, staff)
		return link, errors.Join(err, db.Close())
	}
	_, err := appoint("security", "s001")
	f.wants("who has an office already", err, "identity.account_taken")
	_, err = appoint("clerk", "x001")
	f.wants("an office that is none", err, "identity.account_kind")
	lost, err := appoint("security", "X001")
	f.must(err)
	f.wants("who held it", f.identity.CheckStored(context.Background(), security.session), "identity.session")
	f.clock.Advance(2 * time.Minute) // what happens again within a minute is one line
	link, err := appoint("security", "x001")
	f.must(err)
	_, err = f.signIn.OpenLink(f.console, &identityv1.OpenLinkRequest{Link: lost})
	f.wants("a link that was lost", err, "identity.link")
	next := f.accept(link, "").enter()
	f.officer(system.enter(), next, "a001", clerk)
	link, err = appoint("system", "s001") // who lost everything, under the same number
	f.must(err)
	f.wants("the sign-in before", f.identity.CheckStored(context.Background(), system.session), "identity.session")
	system = f.accept(link, "").enter()
	if got := len(system.finds(&identityv1.ListAccountsRequest{AccountKind: "administrator", State: "open"}).GetAccounts()); got != 3 {
		t.Errorf("%d administrators", got)
	}
	r, err := audit.enter().accounts().ListDenials(audit.as(keeping), &identityv1.ListDenialsRequest{})
	f.must(err)
	told := 0
	for _, d := range r.GetDenials() {
		if d.GetMethod() == "AppointAdministrator" && d.GetAccountKind() == "operator" && d.GetDeniedCode() == "identity.appointed" {
			told++
		}
	}
	if told != 3 || !r.GetWhole() {
		t.Errorf("the audit tells %d of it; whole: %v", told, r.GetWhole())
	}
}

// A start takes away the file of a link that opens nothing any more, and not the only link
// of whom the key's holder appointed meanwhile.
func TestAStartLeavesTheLinkOfWhoWasAppointed(t *testing.T) {
	f := start(t)
	f.three()
	ctx, d, file := context.Background(), f.Deps(identity.Name), filepath.Join(t.TempDir(), "link")
	db, err := sqldb.Open(ctx, d.Database)
	f.must(err)
	link, _, err := identity.Appoint(ctx, db, d.Master, f.clock, "security", "x001")
	f.must(errors.Join(err, db.Close()))
	f.must(identity.WriteLink(file, link))
	f.must(f.identity.Clear(ctx, file))
	kept, err := os.ReadFile(file)
	if err != nil || string(kept) != link+"\n" {
		t.Fatalf("what was not read yet: %q, %v", kept, err)
	}
	f.accept(link, "")
	for range 2 { // there is none the second time
		f.must(f.identity.Clear(ctx, file))
		if _, err := os.Stat(file); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("a link that was used: %v", err)
		}
	}
}
