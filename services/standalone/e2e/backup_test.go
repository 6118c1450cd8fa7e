//go:build e2e

package e2e

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/testkit"
	"github.com/qiao-platform/qiao/proto/contract"
	insurancev1 "github.com/qiao-platform/qiao/proto/gen/insurance/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/standalone"
)

// serving runs a platform of a folder in this process until stop is called.
func serving(t *testing.T, dir, key string) (caller contract.Caller, stop func()) {
	t.Helper()
	p, err := standalone.Open(context.Background(), standalone.Config{Dir: dir, KeyFile: key, Purpose: standalone.PurposeDemo, LogTo: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- p.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := errors.Join(<-done, p.Close()); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(stop)
	if err := p.WaitReady(ctx); err != nil {
		t.Fatal(err)
	}
	if caller, err = p.Caller("demo"); err != nil {
		t.Fatal(err)
	}
	return caller, stop
}

// load has workers register at several counters until stop is called.
func (l *life) load() (stop func() (registered int)) {
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	var mu sync.Mutex
	n := 0
	for range 4 {
		wg.Go(func() {
			for ctx.Err() == nil {
				_, err := l.register()
				if err != nil {
					l.t.Errorf("under load: %v", err)
					return
				}
				mu.Lock()
				n++
				mu.Unlock()
			}
		})
	}
	return func() int {
		cancel()
		wg.Wait()
		return n
	}
}

// A backup of a platform under load comes back whole: every reader goes on,
// what others saw since is of an epoch before, and who was erased stays erased.
func TestBackupAndRestore(t *testing.T) {
	dir := t.TempDir()
	data, key, restored := filepath.Join(dir, "data"), filepath.Join(dir, "master.key"), filepath.Join(dir, "restored")
	to, keysTo := filepath.Join(dir, "a", "copy"), filepath.Join(dir, "b", "keys")
	caller, stop := serving(t, data, key)
	l := begin(t, caller)
	l.grant("education", "school_place", "job")
	school := l.applyForSchool()
	l.hired()
	leaves := *l
	leaves.worker = l.newcomer()
	endLoad := l.load()
	// Not only rested platforms are copied: thrice under load, the last is kept.
	for i := range 3 {
		where, keys := fmt.Sprint(to, "-", i), fmt.Sprint(keysTo, "-", i)
		if i == 2 {
			where, keys = to, keysTo
		}
		out, err := qiao(t, "backup", "-data", data, "-key-file", key, "-to", where, "-keys-to", keys)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s", strings.SplitN(string(out), "\n", 2)[0])
	}
	// What comes after the backup: more commits, seen by all, and an erasure.
	if n := endLoad(); n == 0 {
		t.Fatal("there was no load")
	}
	lost := *l
	lost.worker = l.newcomer()
	must(l.registry.CloseAccount(leaves.me(), &registryv1.CloseAccountRequest{Worker: leaves.worker}))(t)
	l.settle()
	stop()
	verify(t, data, "-key-file", key)

	if _, err := qiao(t, "restore", "-from", to, "-keys-from", keysTo, "-data", restored, "-key-file", key); err == nil || !strings.Contains(err.Error(), "-no-newer-erasures") {
		t.Errorf("restored without a word on erasures: %v", err)
	}
	if out, err := qiao(t, "restore", "-from", to, "-keys-from", keysTo, "-data", restored, "-key-file", key, "-erasures", filepath.Join(data, "person-keys.db")); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	verify(t, restored, "-key-file", key)
	atBackup, before := last(t, restored), last(t, data)
	if before["registry-0"] <= atBackup["registry-0"] {
		t.Fatalf("nothing was written since the backup: %v, %v", atBackup, before)
	}
	caller, stop = serving(t, restored, key)
	again := l.on(caller)
	again.settle()
	again.is("what the school holds", again.schoolEvidence(school), "job")
	if _, err := again.registry.GetWorker(leaves.me(), &registryv1.GetWorkerRequest{Worker: leaves.worker}); errs.CodeOf(err) != "registry.worker.closed" {
		t.Errorf("the erased person: %v", err)
	}
	if _, err := again.registry.GetWorker(lost.me(), &registryv1.GetWorkerRequest{Worker: lost.worker}); errs.KindOf(err) != errs.NotFound {
		t.Errorf("who came after the backup: %v", err)
	}
	// Life goes on, and every reader hears of it.
	d := must(again.insurance.ListCover(again.me(), &insurancev1.ListCoverRequest{Worker: again.worker}))(t).GetDuties()
	if len(d) != 1 {
		t.Fatalf("duties %v", d)
	}
	must(again.insurance.EnrolWorker(again.boss(), &insurancev1.EnrolWorkerRequest{DutyId: d[0].GetDutyId(), Schemes: []string{"pension"}, FromMonth: again.today.String()[:7]}))(t)
	testkit.Eventually(t, "the account is closed again", func() bool {
		return count(t, restored, "registry", `SELECT count(*) FROM worker WHERE closed_on <> '' AND id = $1`, leaves.worker) == 1
	})
	again.settle()
	again.saw("insurance.enrolment.completed.v1")
	stop()
	verify(t, restored, "-key-file", key)

	// I10: what was written since the restore is of a new epoch, beginning where
	// the copy ended, so that no number of the lost tail is given again as its own.
	for channel, seq := range atBackup {
		service := strings.TrimSuffix(channel, "-0")
		if n := count(t, restored, service, `SELECT count(*) FROM epoch WHERE channel = $1 AND epoch = 2 AND seq = $2 AND officer = 'operator' AND reason LIKE 'restored from a backup of %'`, channel, seq); n != 1 {
			t.Errorf("%s, which ended at %d, has no new epoch there", channel, seq)
		}
		if n := count(t, restored, service, `SELECT count(*) FROM event WHERE channel = $1 AND seq > $2 AND epoch < 2`, channel, seq); n != 0 {
			t.Errorf("%s: %d numbers were given again under the old epoch", channel, n)
		}
	}
	if n := count(t, restored, "insurance", `SELECT count(*) FROM event WHERE epoch = 2`); n == 0 {
		t.Error("nothing was written under the new epoch: the test shows nothing")
	}
}

// newcomer registers a worker who was not there before: an invented number may
// come twice.
func (l *life) newcomer() string {
	l.t.Helper()
	for {
		r, err := l.register()
		if err != nil {
			l.t.Fatal(err)
		}
		if r.GetOutcome() == "created" {
			return r.GetWorker()
		}
	}
}

func (l *life) register() (*registryv1.RegisterWorkerResponse, error) {
	document, name := somebody(l.today)
	return l.registry.RegisterWorker(l.officer("hrss"), &registryv1.RegisterWorkerRequest{DocumentNumber: document, Name: name, County: county,
		Languages: []string{"zh-Hans"}, RegisteredOn: l.today.String(), NoticeVersion: "1", Signed: true})
}

// on is the same life on another platform.
func (l *life) on(caller contract.Caller) *life {
	other := *l
	other.caller, other.registry.Caller, other.employment.Caller, other.training.Caller = caller, caller, caller, caller
	other.insurance.Caller, other.education.Caller, other.housing.Caller = caller, caller, caller
	return &other
}

// count asks a service's database in a folder.
func count(t *testing.T, dir, service, query string, args ...any) (n int64) {
	t.Helper()
	db, err := sqldb.Open(context.Background(), "sqlite:"+filepath.Join(dir, service+".db"))
	if err != nil {
		t.Fatal(err)
	}
	err = db.View(context.Background(), func(tx *sqldb.Tx) error { return tx.QueryRow(query, args...).Scan(&n) })
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	return n
}

// last is the last number of every channel in a folder.
func last(t *testing.T, dir string) map[string]int64 {
	t.Helper()
	all := map[string]int64{}
	for _, s := range standalone.Names() {
		all[s+"-0"] = count(t, dir, s, `SELECT last_seq FROM channel WHERE channel = $1`, s+"-0")
	}
	return all
}
