package registry_test

import (
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/qiao-platform/qiao/pkg/clock"
)

// callers is how many register at once.
const callers = 64

// BenchmarkRegisterWorker registers people through the bus, signed, traced,
// sealed and durable, as an import does: new ones, and the same again.
func BenchmarkRegisterWorker(b *testing.B) {
	b.Run("created", func(b *testing.B) {
		f := start(b)
		run(b, f, func(i int) int { return i }, "created")
	})
	b.Run("unchanged", func(b *testing.B) {
		f := start(b)
		const known = 1000
		for i := range known {
			f.registerBench(b, i, "created")
		}
		run(b, f, func(i int) int { return i % known }, "unchanged")
	})
}

func run(b *testing.B, f *fixture, which func(int) int, want string) {
	var next atomic.Int64
	var wg sync.WaitGroup
	runtime.GC()
	b.ResetTimer()
	for range callers {
		wg.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= b.N {
					return
				}
				f.registerBench(b, which(i), want)
			}
		})
	}
	wg.Wait()
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "persons/s")
}

func (f *fixture) registerBench(b *testing.B, i int, want string) {
	r := form(0)
	r.DocumentNumber = number(clock.NewDate(1950, 1, 1).AddDays(i/1000), i%1000)
	r.Phone = "150" + strconv.Itoa(10000000+i)
	got, err := f.client.RegisterWorker(f.Officer("hrss"), r)
	if err != nil || got.GetOutcome() != want {
		b.Errorf("%v, %v", got, err)
	}
}
