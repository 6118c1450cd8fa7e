package cluster

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"time"

	"github.com/qiao-platform/qiao/pkg/edge"
)

// process is a process of the cluster: how it was started and which it is. A
// number alone does not tell: the system gives it to others once it is free.
type process struct {
	Name    string   `json:"name"`
	Kind    string   `json:"kind"` // those of a kind end together
	Program string   `json:"program"`
	Args    []string `json:"args"`
	Env     []string `json:"env,omitempty"` // beside the environment's own; no secrets
	As      *account `json:"as,omitempty"`
	Signal  int      `json:"signal"` // that ends it well
	HTTP    string   `json:"http,omitempty"`
	Cert    string   `json:"cert,omitempty"` // with which it serves
	URL     string   `json:"url,omitempty"`  // where its pages are
	PID     int      `json:"pid"`
	Started string   `json:"started"` // in the system's ticks since its boot
}

var errEnded = errors.New("it has ended")

// account is another user of the system that a process runs as.
type account struct{ UID, GID uint32 }

// add starts a process and keeps it in the state.
func (c *Cluster) add(p process) error {
	c.state.Processes = append(c.state.Processes, p)
	return c.start(&c.state.Processes[len(c.state.Processes)-1])
}

// start starts a process that does not end with this one, and writes down which it is.
func (c *Cluster) start(p *process) error {
	log, err := os.OpenFile(c.path("log", p.Name+".log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }() // the process has its own
	cmd := exec.Command(p.Program, p.Args...)
	cmd.Stdout, cmd.Stderr, cmd.Dir = log, log, "/"
	cmd.Env = append(os.Environ(), p.Env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if p.As != nil {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: p.As.UID, Gid: p.As.GID}
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("%s: %w", p.Name, err)
	}
	p.PID = cmd.Process.Pid
	_, p.Started, err = stat(p.PID)
	go func() { _ = cmd.Wait() }() // a dead child of ours must not linger
	if err != nil {
		return fmt.Errorf("%s ended at once; see %s: %w", p.Name, log.Name(), err)
	}
	return c.save()
}

// stat reads a process's state and start from the system's table.
func stat(pid int) (state byte, started string, err error) {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return 0, "", err
	}
	// The second field, the program's name, may hold anything but ends at the last bracket.
	_, rest, ok := bytes.Cut(b[max(0, bytes.LastIndexByte(b, ')')):], []byte(") "))
	fields := bytes.Fields(rest)
	if !ok || len(fields) < 20 {
		return 0, "", fmt.Errorf("process %d: its state cannot be read", pid)
	}
	return fields[0][0], string(fields[19]), nil // fields 3 and 22 of proc(5)
}

// alive reports whether this very process runs.
func (p process) alive() bool {
	if p.PID == 0 {
		return false
	}
	state, started, err := stat(p.PID)
	return err == nil && started == p.Started && state != 'Z' && state != 'X'
}

func (p process) signal(s syscall.Signal) error {
	if !p.alive() {
		return nil
	}
	if err := syscall.Kill(p.PID, s); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("%s: %w", p.Name, err)
	}
	return nil
}

// kill ends the process at once and returns when it is gone.
func (p process) kill() error {
	if err := p.signal(syscall.SIGKILL); err != nil {
		return err
	}
	return until(context.Background(), p.Name+" ends", func(context.Context) error {
		if p.alive() {
			return errors.New("it still runs")
		}
		return nil
	})
}

// end lets processes end in their own way and kills what has not after 20 seconds.
func end(ctx context.Context, all []process) error {
	var errs []error
	for _, p := range all {
		errs = append(errs, p.signal(syscall.Signal(p.Signal)))
	}
	patience, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	for _, p := range all {
		if until(patience, p.Name, func(context.Context) error {
			if p.alive() {
				return errors.New("it still runs")
			}
			return nil
		}) != nil {
			errs = append(errs, fmt.Errorf("%s did not end in time and was killed", p.Name), p.kill())
		}
	}
	return errors.Join(errs...)
}

// ready waits until the process says that it is, or has ended.
func (p process) ready(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	err := until(ctx, "its health", func(ctx context.Context) error {
		if !p.alive() {
			cancel(errEnded)
			return errEnded
		}
		client, base, err := edge.Asking(p.HTTP, p.Cert)
		if err != nil {
			return err
		}
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/ready", nil)
		if err != nil {
			return err
		}
		r.Host = "localhost" // whatever address it listens at
		resp, err := client.Do(r)
		if err != nil {
			return err
		}
		defer func() { _ = resp.Body.Close() }()
		if resp.StatusCode != http.StatusOK {
			return errors.New(resp.Status)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("%s is not ready; its log says why: %w", p.Name, err)
	}
	return nil
}
