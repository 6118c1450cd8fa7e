package backup

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/qiao-platform/qiao/pkg/testkit"
)

// TestAFullDiskDuringABackup leaves a backup, and then a restore, too little
// room at every place in turn: each says so in one sentence and leaves nothing
// behind, the platform goes on, and with room it is done.
func TestAFullDiskDuringABackup(t *testing.T) {
	s := begin(t)
	dir, err := os.MkdirTemp("", "qiao-small-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	disk, err := testkit.MountDisk(dir, "64m")
	if err != nil {
		testkit.Missing(t, err.Error())
	}
	t.Cleanup(func() { _ = disk.Unmount() })
	// less tries with more and more room until it is enough.
	less := func(what string, try func() error, folders ...string) {
		t.Helper()
		failed := 0
		for room := uint64(0); ; room += 128 << 10 {
			if err := disk.Fill(room); err != nil {
				t.Fatal(err)
			}
			err := try()
			if err == nil {
				break
			}
			failed++
			if !strings.Contains(err.Error(), "is full: ") || strings.Contains(err.Error(), "\n") {
				t.Fatalf("%s with %d bytes of room: %v", what, room, err)
			}
			for _, f := range folders {
				left, err := os.ReadDir(f)
				if err != nil && !os.IsNotExist(err) || len(left) > 0 {
					t.Fatalf("%s with %d bytes of room left %v, %v", what, room, left, err)
				}
			}
		}
		if err := disk.Empty(); err != nil {
			t.Fatal(err)
		}
		if failed < 5 {
			t.Errorf("%s failed %d times only", what, failed)
		}
	}
	to, keysTo := filepath.Join(dir, "data"), filepath.Join(dir, "keys")
	less("the backup", func() error {
		_, err := Run(ctx, Config{Data: s.data, To: to, KeysTo: keysTo, KeyFile: s.key})
		return err
	}, to, keysTo)
	if err := s.read(s.staying); err != nil {
		t.Errorf("the platform: %v", err)
	}
	s.register(3)
	restored := filepath.Join(dir, "restored")
	less("the restore", func() error {
		_, err := Restore(ctx, RestoreConfig{From: to, KeysFrom: keysTo, Data: restored})
		return err
	}, restored)
}
