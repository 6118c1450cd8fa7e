package registry_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/qiao-platform/qiao/pkg/rpc"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
)

// No file of the service holds a name, a number, a phone or a birth date in the
// clear: not the tables, not the events, not the stored answers, not the logs
// of the databases.
func TestNothingNamesAPersonAtRest(t *testing.T) {
	f := start(t)
	request := form(1)
	got, err := f.client.RegisterWorker(rpc.Once(f.Officer("hrss"), "key"), request)
	if err != nil {
		t.Fatal(err)
	}
	w := got.GetWorker()
	if _, err := f.client.RegisterChild(rpc.Once(f.Worker(w), "key"), child(w)); err != nil {
		t.Fatal(err)
	}
	for range 2 { // a repeat of a read is read again, not kept
		if _, err := f.client.GetWorker(rpc.Once(f.Officer("hrss"), "read"), &registryv1.GetWorkerRequest{Worker: w, CaseId: "case"}); err != nil {
			t.Fatal(err)
		}
	}
	f.Settle()
	if n := len(f.accesses(t, w)); n != 2 {
		t.Errorf("%d lines of two reads", n)
	}
	seen := 0
	err = filepath.WalkDir(f.Dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		seen += len(b)
		for _, secret := range []string{request.GetDocumentNumber(), request.GetName(), request.GetPhone(), child(w).GetName(), child(w).GetBirthDate(), "1985-03-12"} {
			if bytes.Contains(b, []byte(secret)) {
				t.Errorf("%s holds %q", filepath.Base(path), secret)
			}
		}
		return nil
	})
	if err != nil || seen == 0 {
		t.Fatalf("%d bytes read, %v", seen, err)
	}
}
