package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"github.com/qiao-platform/qiao/pkg/importer"
)

// importPeak is what an import may take of memory, however many rows there are.
const importPeak = 400 // MiB

// importing measures an import of the workers, and of a tenth of them, since
// memory must not follow the sheet. Where another program is named, an older
// one, it imports the same sheet in the same run.
func importing(ctx context.Context, b *bench) error {
	if b.Program == "" {
		return errors.New("the program itself is needed")
	}
	tenth, err := b.imported(ctx, b.Program, "tenth", max(1, b.Workers/10))
	if err != nil {
		return err
	}
	tenth.note(b)
	all, err := b.imported(ctx, b.Program, "import", b.Workers)
	if err != nil {
		return err
	}
	all.note(b)
	b.atMost("the same, peak over that of a tenth", all.peak/tenth.peak, "x", 1.5)
	if b.Against == "" {
		return nil
	}
	before, err := b.imported(ctx, b.Against, "before", b.Workers)
	if err != nil {
		return err
	}
	b.raw("the other program, settled", before.took.Seconds(), "s")
	b.raw("the other program, processor", before.processor.Seconds(), "s")
	b.raw("the other program, peak of resident memory", before.peak, "MiB")
	b.atMost("processor over that of the other program", all.processor.Seconds()/before.processor.Seconds(), "x", 1)
	b.atMost("time over that of the other program", all.took.Seconds()/before.took.Seconds(), "x", 1)
	return nil
}

// imported is one import by a process of its own.
type imported struct {
	data            string // the platform's folder
	workers         int
	took, processor time.Duration
	peak            float64 // of resident memory, in MiB
}

// imported makes a platform and has a program import a sheet of workers into it.
func (b *bench) imported(ctx context.Context, program, name string, workers int) (i imported, err error) {
	dir, err := b.dir(name)
	if err != nil {
		return i, err
	}
	i.data, i.workers = filepath.Join(dir, "data"), workers
	sheet := filepath.Join(dir, "workers_654301.csv")
	if err := writeSheet(sheet, workers); err != nil {
		return i, err
	}
	made, err := exec.CommandContext(ctx, program, "init", "-data", i.data, "-key-file", filepath.Join(dir, "key")).CombinedOutput()
	if err != nil && program == b.Program { // an older one makes the folder as it imports
		return i, fmt.Errorf("init: %w: %s", err, made)
	}
	start := time.Now()
	run := exec.CommandContext(ctx, program, "import", "-json", "-data", i.data, "-key-file", filepath.Join(dir, "key"), sheet)
	out, err := run.Output()
	if err != nil {
		return i, fmt.Errorf("import: %w: %s", err, out)
	}
	i.took, i.processor = time.Since(start), run.ProcessState.UserTime()+run.ProcessState.SystemTime()
	if used, ok := run.ProcessState.SysUsage().(*syscall.Rusage); ok {
		i.peak = float64(used.Maxrss) / 1024 // the kernel counts in KiB
	}
	var report importer.Report
	if err := json.Unmarshal(out, &report); err != nil {
		return i, err
	}
	if s := report.Sheets[filepath.Base(sheet)]; s == nil || s.Accepted != workers {
		return i, fmt.Errorf("not every worker was imported: %s", out)
	}
	return i, nil
}

// note notes the figures of one import.
func (i imported) note(b *bench) {
	b.atMost(fmt.Sprintf("import of %d workers, settled", i.workers), i.took.Seconds(), "s", 30*max(1, float64(i.workers)/100_000))
	b.atMost("the same, peak of resident memory", i.peak, "MiB", importPeak)
	b.raw("the same, processor", i.processor.Seconds(), "s")
	b.raw("the same, workers a second", float64(i.workers)/i.took.Seconds(), "/s")
}
