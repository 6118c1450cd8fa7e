package cluster

import (
	"context"
	"os"
	"os/exec"
	"syscall"
	"testing"
)

// A number that the system gave to another process since is left alone: these
// signals would end this test.
func TestOnlyWhatWasStartedIsEnded(t *testing.T) {
	_, started, err := stat(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	other := process{Name: "other", PID: os.Getpid(), Started: started + "1", Signal: int(syscall.SIGKILL)}
	if other.alive() {
		t.Error("another process of the same number is taken for ours")
	}
	if err := end(context.Background(), []process{other, {Name: "never started"}}); err != nil {
		t.Error(err)
	}
	if err := other.kill(); err != nil {
		t.Error(err)
	}
}

// What does not end in its own way is killed, and said so; what ends is not waited for longer.
func TestProcessesEnd(t *testing.T) {
	c := &Cluster{dir: t.TempDir()}
	if err := os.Mkdir(c.path("log"), 0o700); err != nil {
		t.Fatal(err)
	}
	sleep, err := exec.LookPath("sleep")
	if err != nil {
		t.Fatal(err)
	}
	if err := c.add(process{Name: "sleep", Kind: "test", Program: sleep, Args: []string{"600"}, Signal: int(syscall.SIGTERM)}); err != nil {
		t.Fatal(err)
	}
	again, err := Open(c.dir)
	if err != nil || len(again.Status()) != 1 || !again.Status()[0].Alive {
		t.Fatalf("what was written down: %+v, %v", again, err)
	}
	if err := again.Down(context.Background()); err != nil {
		t.Error(err)
	}
	if again.Status()[0].Alive {
		t.Error("it still runs")
	}
	if _, err := Open(t.TempDir()); err == nil {
		t.Error("a folder without a cluster was opened")
	}
}
