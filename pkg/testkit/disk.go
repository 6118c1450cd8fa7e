package testkit

import (
	"errors"
	"fmt"
	"syscall"
	"testing"
)

// Disk is a disk of a test's own. Mounting takes root.
type Disk struct{ dir, size string }

// MountDisk mounts a disk of at most so many bytes ("16m") on a folder.
func MountDisk(dir, size string) (*Disk, error) {
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+size); err != nil {
		return nil, fmt.Errorf("a disk of its own, which root can mount: %w", err)
	}
	return &Disk{dir, size}, nil
}

// Fill leaves so many bytes of room on the disk, by making it hardly larger than
// what is on it.
func (d *Disk) Fill(room uint64) error {
	for range 100 { // others may write between the look and the change
		var s syscall.Statfs_t
		if err := syscall.Statfs(d.dir, &s); err != nil {
			return err
		}
		size := max((s.Blocks-s.Bfree)*uint64(s.Bsize)+room, 4096) // 0 would be no bound at all //nolint:gosec // a block has a size
		err := syscall.Mount("tmpfs", d.dir, "tmpfs", syscall.MS_REMOUNT, fmt.Sprint("size=", size))
		if !errors.Is(err, syscall.EINVAL) {
			return err
		}
	}
	return errors.New("the disk grows faster than it can be filled")
}

// Empty gives the disk its room again.
func (d *Disk) Empty() error {
	return syscall.Mount("tmpfs", d.dir, "tmpfs", syscall.MS_REMOUNT, "size="+d.size)
}

// Unmount ends the disk; what was on it is gone.
func (d *Disk) Unmount() error { return syscall.Unmount(d.dir, syscall.MNT_DETACH) }

// SmallDisk mounts a disk of its own for a test, of so many bytes, and returns
// its folder and a function that fills it up to its last bytes, and empties it
// again.
func SmallDisk(t testing.TB, size string) (dir string, fill func(full bool)) {
	t.Helper()
	dir = t.TempDir()
	return dir, smallDisk(t, dir, size)
}

func smallDisk(t testing.TB, dir, size string) (fill func(full bool)) {
	t.Helper()
	d, err := MountDisk(dir, size)
	if err != nil {
		Missing(t, err.Error())
	}
	t.Cleanup(func() { _ = d.Unmount() })
	return func(full bool) {
		t.Helper()
		err := d.Empty()
		if full {
			err = d.Fill(0)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}
