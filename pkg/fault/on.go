//go:build chaos

// Package fault names the places where tests kill a process, and the
// mechanisms that their negative controls break. Both exist only in programs
// built with the tag chaos; in all others the functions are empty and cost
// nothing.
package fault

import (
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
)

// state is what this process was told at its start, and by Break.
var state = struct {
	point  string
	stop   string
	left   atomic.Int64
	halted atomic.Bool
	broken sync.Map
}{}

func init() { //nolint:gochecknoinits // only under the tag chaos, before anything runs
	// QIAO_TEST_FAULT=<point>:<n> kills this process when it comes to the point for the nth time.
	name, n, _ := strings.Cut(os.Getenv("QIAO_TEST_FAULT"), ":")
	count, err := strconv.ParseInt(n, 10, 64)
	if err != nil {
		count = 1
	}
	state.point = name
	// QIAO_TEST_STOP=<point> stops this process the first time it comes there, until SIGCONT.
	state.stop = os.Getenv("QIAO_TEST_STOP")
	state.left.Store(count)
	for b := range strings.SplitSeq(os.Getenv("QIAO_TEST_BROKEN"), ",") {
		Break(b, true)
	}
}

// Point kills this process, as SIGKILL from outside would, where it was told
// so, or stops it as SIGSTOP does.
func Point(name string) {
	if name == state.stop && state.halted.CompareAndSwap(false, true) {
		stop()
	}
	if name == state.point && state.left.Add(-1) == 0 {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {} // nothing after the point may run
	}
}

// stop sends SIGSTOP to the calling thread, which so does not come back to its
// program before SIGCONT. A signal to the process would be some thread's to
// take, and the caller could run on past its point meanwhile.
func stop() {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	_ = syscall.Tgkill(os.Getpid(), syscall.Gettid(), syscall.SIGSTOP)
}

// Broken reports whether a control has put a mechanism out of order.
func Broken(mechanism string) bool {
	_, ok := state.broken.Load(mechanism)
	return ok
}

// Break puts a mechanism out of order, or in order again.
func Break(mechanism string, broken bool) {
	if broken && mechanism != "" {
		state.broken.Store(mechanism, true)
	} else {
		state.broken.Delete(mechanism)
	}
}
