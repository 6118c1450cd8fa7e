// Command qiao runs the whole platform in one process, or as a cluster of
// processes, imports sheets into it,
// verifies its data and measures it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/qiao-platform/qiao/services/standalone"
)

const usage = `qiao runs the whole platform in one process.

  qiao init [-data DIR]                             make a new platform for real people
  qiao serve [-data DIR] [-listen ADDR]             serve it
  qiao serve -demo [-data DIR]                      serve a demonstration, which makes its own
  qiao import [-data DIR | -server URL | -cluster DIR] SHEETS
                                                    import a folder of sheets; an officer lets it in by a code
  qiao verify [-data DIR | -cluster DIR]            state the pipeline's invariants
  qiao backup -data DIR -to DIR -keys-to DIR        copy it while it serves, keys apart
  qiao restore -from DIR -keys-from DIR -data DIR   bring a copy back into a new folder
  qiao bench [-part NAME]                           measure it
  qiao lottery verify [-root HEX] FILE              check a published draw, offline
  qiao assess [-lang en]                            draft the impact assessment of personal data (PIPL 55-56)
  qiao administrator -shut-out [-data DIR]          end every sign-in, as who holds the key; it may be serving
  qiao administrator -office O -staff N [-data DIR] give the office system, security or audit to somebody, likewise
  qiao keys DIR                                     make the secrets of a platform of separate services
  qiao streams -cluster DIR                         make the channels' streams on the bus, as its operator
  qiao cluster up|down|status                       run separate services on this machine
  qiao demo -cluster DIR                            fill them with invented people and let those live
  qiao chaos [-seed N] [-minutes M]                 faults against the pipeline (built with -tags chaos)

qiao COMMAND -h tells the flags.
`

// errFailed ends a command whose output already says what failed.
var errFailed = errors.New("failed")

// errUsage ends a call that names no command: nothing is begun by chance.
var errUsage = errors.New("no command")

func main() {
	asNode()
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(300) // a few tens of MiB more for a twentieth of the processor
	}
	if code := exitCode(untilSignal(os.Args[1:]), os.Stderr); code != 0 {
		os.Exit(code)
	}
}

// exitCode says how a command ended, and writes what its own output did not say.
func exitCode(err error, w io.Writer) int {
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return 0
	case errors.Is(err, errUsage):
		_, _ = fmt.Fprint(w, usage) // nobody is told where nobody can be
		return 2
	case !errors.Is(err, errFailed):
		_, _ = fmt.Fprintln(w, "qiao:", err)
	}
	return 1
}

func untilSignal(args []string) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	return command(ctx, args)
}

func command(ctx context.Context, args []string) error {
	commands := map[string]func(context.Context, []string) error{"init": begin, "serve": serve, "import": importSheets, "verify": verifyData, "backup": backUp, "restore": restore, "bench": measure, "keys": makeKeys, "streams": makeStreams, "cluster": onCluster, "chaos": chaos, "demo": demonstrate, "lottery": lottery, "assess": assessment, "administrator": administrator}
	if len(args) == 0 {
		return errUsage
	}
	switch args[0] {
	case "help", "-h", "-help", "--help":
		fmt.Print(usage)
		return nil
	}
	c, ok := commands[args[0]]
	if !ok {
		return errUsage
	}
	return c(ctx, args[1:])
}

// keyFileOf is where a data folder's master key lies unless a flag says
// otherwise: beside the real folder, so that a copy of the data does not hold it.
func keyFileOf(data string) string {
	real, err := standalone.RealPath(data)
	if err != nil {
		real = data // the working folder is gone; opening the key says so
	}
	return real + ".key"
}
