package registry_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/testkit"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/registry"
)

// A registry that starts on an empty database takes no write while the bus or
// the keys' database know that it was not empty; once an operator has said that
// it begins anew, whoever registers again is who they were, and so are their
// children: no department knows anybody twice.
func TestARegistryThatWasLost(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) {
		dir := t.TempDir()
		lost := filepath.Join(dir, "registry.db")
		theRegistryIsLost(t, "sqlite:"+lost, "sqlite:"+filepath.Join(dir, "keys.db"), func() string {
			for _, f := range []string{lost, lost + "-wal", lost + "-shm"} {
				if err := os.Remove(f); err != nil && !os.IsNotExist(err) {
					t.Fatal(err)
				}
			}
			return "sqlite:" + lost
		})
	})
	t.Run("postgres", func(t *testing.T) {
		address := testkit.Postgres(t)
		theRegistryIsLost(t, address(t), address(t), func() string { return address(t) })
	})
}

func theRegistryIsLost(t *testing.T, database, keys string, lose func() string) {
	f := &fixture{Platform: testkit.NewPlatform(t, nil), others: map[string]*testkit.Publisher{}}
	f.publishers()
	f.client = registryv1.RegistryClient{Caller: f.Client(), Target: registry.Name}
	ops := platformv1.OpsClient{Caller: f.Client(), Target: registry.Name}
	d := f.Deps(registry.Name)
	d.PersonKeys = keys
	begin := func(address string) (ready <-chan struct{}, stop func()) {
		d.Database = address
		s, err := registry.New(context.Background(), d)
		if err != nil {
			t.Fatal(err)
		}
		running, cancel := context.WithCancel(context.Background())
		ended := make(chan error, 1)
		go func() { ended <- s.Run(running) }()
		stopped := false
		stop = func() {
			if !stopped {
				stopped = true
				cancel()
				if err := <-ended; err != nil {
					t.Error(err)
				}
				if err := s.Close(); err != nil {
					t.Error(err)
				}
			}
		}
		t.Cleanup(stop)
		return s.Ready(), stop
	}
	ready, stop := begin(database)
	<-ready
	guardian, leaves := f.register(t, 1), f.register(t, 2)
	childForm := &registryv1.RegisterChildRequest{Worker: guardian, Name: "阿依达娜", BirthDate: "2018-05-05", County: "654301"}
	child, err := f.client.RegisterChild(f.Counter("hrss", guardian), childForm)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.client.CloseAccount(f.Worker(leaves), &registryv1.CloseAccountRequest{Worker: leaves}); err != nil {
		t.Fatal(err)
	}
	testkit.Eventually(t, "all is sent and done", func() bool {
		st, err := ops.GetStatus(f.Officer("ops"), &platformv1.GetStatusRequest{})
		return err == nil && st.GetPendingTasks() == 0 && st.GetChannels()[0].GetPublishedSeq() >= 3
	})
	stop()

	anew := lose()
	ready, stop = begin(anew)
	testkit.Eventually(t, "it answers an operator", func() bool {
		st, err := ops.GetStatus(f.Officer("ops"), &platformv1.GetStatusRequest{})
		return err == nil && st.GetHeld() == "run.held"
	})
	if _, err := f.client.RegisterWorker(f.Officer("hrss"), form(1)); errs.CodeOf(err) != "run.held" {
		t.Errorf("a person was registered into an empty registry: %v", err)
	}
	if _, err := f.client.FindWorker(f.Officer("hrss"), &registryv1.FindWorkerRequest{DocumentNumber: form(1).GetDocumentNumber()}); errs.CodeOf(err) != "run.held" {
		t.Errorf("an empty registry says that it knows nobody: %v", err)
	}
	select {
	case <-ready:
		t.Error("an empty registry is ready")
	default:
	}
	if _, err := ops.DeclareBeginning(f.Officer("ops"), &platformv1.DeclareBeginningRequest{Reason: " "}); errs.CodeOf(err) != "ops.reason" {
		t.Errorf("declared without a reason: %v", err)
	}
	if _, err := ops.DeclareBeginning(f.Officer("hrss"), &platformv1.DeclareBeginningRequest{Reason: "the disk is lost"}); errs.KindOf(err) != errs.Denied {
		t.Errorf("declared by another department: %v", err)
	}
	if _, err := ops.DeclareBeginning(f.Officer("ops"), &platformv1.DeclareBeginningRequest{Reason: "the disk is lost, there is no copy"}); err != nil {
		t.Fatal(err)
	}
	<-ready
	if _, err := ops.DeclareBeginning(f.Officer("ops"), &platformv1.DeclareBeginningRequest{Reason: "once more, please"}); errs.CodeOf(err) != "origin.begun" {
		t.Errorf("declared twice: %v", err)
	}
	if got := f.register(t, 1); got != guardian {
		t.Errorf("the same person is %s, was %s", got, guardian)
	}
	again, err := f.client.RegisterChild(f.Counter("hrss", guardian), childForm)
	if err != nil || again.GetChildId() != child.GetChildId() {
		t.Errorf("the same child is %v, was %v: %v", again, child, err)
	}
	if got := f.register(t, 2); got == leaves {
		t.Error("who was erased is who they were")
	}
	if got, err := f.client.GetWorker(f.Worker(guardian), &registryv1.GetWorkerRequest{Worker: guardian}); err != nil || !strings.HasPrefix(got.GetPerson().GetName(), "古丽") {
		t.Errorf("%v, %v", got, err)
	}
	testkit.Eventually(t, "events are sent under a new epoch", func() bool {
		st, err := ops.GetStatus(f.Officer("ops"), &platformv1.GetStatusRequest{})
		c := st.GetChannels()
		return err == nil && len(c) == 1 && c[0].GetEpoch() == 2 && c[0].GetAlarm() == "" && c[0].GetPublishedSeq() >= 3
	})
	stop()

	// Where the events were taken back and the rows are to be entered again, the
	// events go on after those on record.
	without(t, anew, "guardian", "child", "worker")
	ready, stop = begin(anew)
	<-ready
	if got := f.register(t, 1); got != guardian {
		t.Errorf("with events on record, the same person is %s, was %s", got, guardian)
	}
	if again, err := f.client.RegisterChild(f.Counter("hrss", guardian), childForm); err != nil || again.GetChildId() != child.GetChildId() {
		t.Errorf("with events on record, the same child is %v, was %v: %v", again, child, err)
	}
	stop()
}

// without empties tables.
func without(t *testing.T, address string, tables ...string) {
	t.Helper()
	db, err := sqldb.Open(context.Background(), address)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(context.Background(), func(tx *sqldb.Tx) error {
		for _, name := range tables {
			if _, err := tx.Exec("DELETE FROM " + name); err != nil {
				return err
			}
		}
		return nil
	})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}
