// It reckons for long and starts no goroutine of its own: scripts/test runs it without the race detector.

//go:build !race

package work

import (
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// 200,000 rows are written in the memory of a page: the heap in use grows by less than 8 MB
// beside what there was, in either kind of file.
func TestALongListIsWrittenInBoundedMemory(t *testing.T) {
	const rows, most = 200_000, 8 << 20
	p := chinese(t)
	for _, kind := range []string{fileCSV, fileXLSX} {
		t.Run(kind, func(t *testing.T) {
			f, err := os.Create(filepath.Join(t.TempDir(), "list."+kind))
			if err != nil {
				t.Fatal(err)
			}
			used := func() uint64 {
				runtime.GC()
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				return m.HeapAlloc
			}
			before, peak := used(), uint64(0)
			out, err := newSink(kind, f, "x", marked)
			if err != nil {
				t.Fatal(err)
			}
			n, err := write(out, p, nil, marked, paged(rows), func(n int64) error {
				if n%10_000 == 0 {
					peak = max(peak, used())
				}
				return nil
			})
			if n != rows || err != nil {
				t.Fatalf("%d rows, %v", n, err)
			}
			size, err := f.Seek(0, io.SeekEnd)
			if err != nil || f.Close() != nil {
				t.Fatal(err)
			}
			grown := int64(peak) - int64(before)
			t.Logf("%s: %d rows, %d bytes; the heap was %d bytes before and %d at most", kind, rows, size, before, peak)
			if grown > most {
				t.Errorf("the heap grew by %d bytes", grown)
			}
		})
	}
}
