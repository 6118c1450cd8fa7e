// It reckons for long: scripts/test runs it without the race detector.

//go:build !race

package bench

import (
	"context"
	"strings"
	"testing"
)

// The finder of doubles finds those that are known on a made-up register, by what
// went wrong, and names neither twins nor fathers and sons nor strangers.
func TestDoublesAreFoundOnAMadeUpRegister(t *testing.T) {
	var log strings.Builder
	b := &bench{Config: Config{Dir: t.TempDir(), Log: &log}, part: "persons"}
	if _, err := b.doublesAmong(context.Background(), 1500); err != nil {
		t.Fatal(err)
	}
	for _, r := range b.results {
		if !r.Met {
			t.Errorf("%s: %.3f, want %s", r.Name, r.Value, r.Target)
		}
	}
	if t.Failed() {
		t.Log(log.String())
	}
}
