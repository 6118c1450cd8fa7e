// Command qiao runs the whole platform in one process, or as a cluster of
// processes, imports sheets into it,
// verifies its data and measures it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"
)

const usage = `qiao runs the whole platform in one process.

  qiao [serve] [-data DIR] [-listen ADDR] [-demo]   serve it
  qiao import [-data DIR | -server URL | -cluster DIR] SHEETS
                                                    import a folder of sheets
  qiao verify [-data DIR | -cluster DIR]            state the pipeline's invariants
  qiao backup -data DIR -to DIR -keys-to DIR        copy it while it serves, keys apart
  qiao restore -from DIR -keys-from DIR -data DIR   bring a copy back into a new folder
  qiao bench [-part NAME]                           measure it
  qiao lottery verify [-root HEX] FILE              check a published draw, offline
  qiao keys DIR                                     make the secrets of a platform of separate services
  qiao cluster up|down|status                       run separate services on this machine
  qiao demo -cluster DIR                            fill them with invented people and let those live
  qiao chaos [-seed N] [-minutes M]                 faults against the pipeline (built with -tags chaos)

qiao COMMAND -h tells the flags.
`

// errFailed ends a command whose output already says what failed.
var errFailed = errors.New("failed")

func main() {
	asNode()
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(300) // a few tens of MiB more for a twentieth of the processor
	}
	if err := untilSignal(os.Args[1:]); err != nil && !errors.Is(err, flag.ErrHelp) {
		if !errors.Is(err, errFailed) {
			fmt.Fprintln(os.Stderr, "qiao:", err)
		}
		os.Exit(1)
	}
}

func untilSignal(args []string) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	return command(ctx, args)
}

func command(ctx context.Context, args []string) error {
	commands := map[string]func(context.Context, []string) error{"serve": serve, "import": importSheets, "verify": verifyData, "backup": backUp, "restore": restore, "bench": measure, "keys": makeKeys, "cluster": onCluster, "chaos": chaos, "demo": demonstrate, "lottery": lottery}
	if len(args) == 0 || strings.HasPrefix(args[0], "-") && args[0] != "-h" && args[0] != "-help" && args[0] != "--help" {
		return serve(ctx, args)
	}
	c, ok := commands[args[0]]
	if !ok {
		fmt.Fprint(os.Stderr, usage)
		return errFailed
	}
	return c(ctx, args[1:])
}

// keyFileOf is where a data folder's master key lies unless a flag says
// otherwise: beside the folder, so that a copy of the data does not hold it.
func keyFileOf(data string) string { return strings.TrimRight(data, "/") + ".key" }
