//go:build chaos

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/fault/matrix"
)

// asNode becomes one of a campaign's processes where this program was told to.
func asNode() { matrix.Node() }

// chaos runs a randomised campaign of faults against the pipeline, or one of
// restored databases, and fails where an invariant does not hold.
func chaos(_ context.Context, args []string) error {
	f := flag.NewFlagSet("chaos", flag.ContinueOnError)
	seed := f.Uint64("seed", 0, "`number` that chooses the faults; 0 takes a random one")
	minutes := f.Float64("minutes", 2, "how long faults happen, in `minutes`")
	databases := f.String("databases", strings.Join(matrix.Databases, ","), "which `databases`, all at once")
	restores := f.Bool("restores", false, "restore publishers' databases to the past instead of all other faults")
	if err := f.Parse(args); err != nil {
		return err
	}
	if *seed == 0 {
		*seed = rand.Uint64()
	}
	d := time.Duration(*minutes * float64(time.Minute))
	fmt.Printf("chaos -seed %d -minutes %g -restores=%v\n", *seed, *minutes, *restores)
	var (
		wg     sync.WaitGroup
		mu     sync.Mutex
		failed bool
	)
	for kind := range strings.SplitSeq(*databases, ",") {
		wg.Go(func() {
			b := &reporter{name: kind}
			says := b.run(func() string {
				if *restores {
					return fmt.Sprint(matrix.Restores(b, kind, *seed, d))
				}
				events, faults := matrix.Campaign(b, kind, *seed, d)
				return fmt.Sprintf("%d events, each once and in order, under %v", events, faults)
			})
			mu.Lock()
			defer mu.Unlock()
			fmt.Printf("%s: %s\n", kind, says)
			failed = failed || b.failed
		})
	}
	wg.Wait()
	if failed {
		return errors.New("an invariant does not hold")
	}
	return nil
}

// reporter is what a campaign reports to outside of a test.
type reporter struct {
	testing.TB // only for what is not overridden, which a campaign does not call
	name       string
	mu         sync.Mutex
	failed     bool
	cleanups   []func()
}

// errStopped ends a campaign at its first fatal failure.
var errStopped = errors.New("stopped")

func (b *reporter) run(do func() string) (says string) {
	defer func() {
		for i := len(b.cleanups) - 1; i >= 0; i-- {
			b.cleanups[i]()
		}
	}()
	defer func() {
		if r := recover(); r != nil {
			if err, ok := r.(error); !ok || !errors.Is(err, errStopped) {
				panic(r)
			}
			says = "FAILED"
		}
	}()
	says = do()
	if b.failed {
		says = "FAILED: " + says
	}
	return says
}

func (b *reporter) Helper()                         {}
func (b *reporter) Name() string                    { return b.name }
func (b *reporter) Cleanup(f func())                { b.cleanups = append(b.cleanups, f) }
func (b *reporter) Failed() bool                    { return b.failed }
func (b *reporter) Log(args ...any)                 { fmt.Fprintln(os.Stderr, append([]any{b.name + ":"}, args...)...) }
func (b *reporter) Logf(format string, args ...any) { b.Log(fmt.Sprintf(format, args...)) }
func (b *reporter) Error(args ...any) {
	b.mu.Lock()
	b.failed = true
	b.mu.Unlock()
	b.Log(args...)
}
func (b *reporter) Errorf(format string, args ...any) { b.Error(fmt.Sprintf(format, args...)) }
func (b *reporter) Fatal(args ...any)                 { b.Error(args...); panic(errStopped) }
func (b *reporter) Fatalf(format string, args ...any) { b.Fatal(fmt.Sprintf(format, args...)) }
func (b *reporter) Skipf(format string, args ...any)  { b.Fatalf(format, args...) }
func (b *reporter) TempDir() string {
	dir, err := os.MkdirTemp("", "qiao-chaos-")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}
