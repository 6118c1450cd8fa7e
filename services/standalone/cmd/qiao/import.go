package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/term"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/importer"
	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/services/standalone"
)

func importSheets(ctx context.Context, args []string) error {
	f := flag.NewFlagSet("import", flag.ContinueOnError)
	data := f.String("data", "qiao-data", "data `folder` of a platform that is not being served")
	server := f.String("server", "", "`URL` of a running platform's pages, to import into it instead, e.g. http://127.0.0.1:8080")
	onCluster := clusterFlag(f, "import into")
	pages := f.String("console", "", "`URL` of the pages of the separate services named by -cluster (default: as they were started)")
	credential := f.String("credential", "", "`file`, of its owner's alone, with what an officer let this program in by for some days")
	officer := f.String("officer", "", "staff `number` of the officer in whose name sheets are brought into a folder; needed once it has an administrator")
	signIn := f.Bool("sign-in", false, "have an officer let this program in, write that to the -credential file, and import nothing")
	days := f.Int("days", 30, "for how many days -sign-in asks; the platform's rule bounds them")
	key := f.String("key-file", "", "master key `file` (default: the data folder's name with .key)")
	asOf := f.String("as-of", "", "`date` 2006-01-02 on which ages are judged (default today)")
	asJSON := f.Bool("json", false, "print the report as JSON")
	refused := f.String("refused", "", "`folder` for refused rows (default: refused, in the data folder)")
	dry := f.Bool("dry-run", false, "judge every row and write nothing; without -data against an empty platform")
	if err := f.Parse(args); err != nil {
		return err
	}
	if *signIn {
		if *credential == "" || *server == "" || f.NArg() != 0 {
			return errors.New("import: -sign-in needs -server and -credential, and no sheets")
		}
		return signInFor(ctx, *server, *credential, *days)
	}
	if f.NArg() != 1 {
		return errors.New("import: name one folder of sheets, or one sheet")
	}
	if *asOf != "" {
		if _, err := clock.ParseDate(*asOf); err != nil {
			return fmt.Errorf("-as-of: %w", err)
		}
	}
	running := into{server: *server, console: *pages, credential: *credential}
	if *credential != "" && *server == "" && !given(f, "cluster") {
		if err := running.read(); err != nil {
			return err
		}
		*server = running.server
	}
	if !given(f, "cluster") && (given(f, "data") || *server != "") {
		*onCluster = "" // said by hand, against what the environment says
	}
	if *dry && *server == "" && *onCluster == "" && !given(f, "data") && !exists(*data) {
		empty, err := os.MkdirTemp("", "qiao-dry-run-")
		if err != nil {
			return err
		}
		defer func() { _ = os.RemoveAll(empty) }() // nobody's data is in it
		*data = filepath.Join(empty, "data")
		if _, _, err := standalone.Init(ctx, standalone.Config{Dir: *data, Purpose: standalone.PurposeReal, LogTo: os.Stderr, Level: "warn"}); err != nil {
			return err
		}
	}
	if *key == "" {
		*key = keyFileOf(*data)
	}
	if *officer != "" && (*onCluster != "" || *server != "") {
		return errors.New("import: into a running platform an officer signs in; -officer is for a folder that nobody serves")
	}
	if *refused == "" && !*dry {
		*refused = filepath.Join(*data, "refused")
		switch {
		case *onCluster != "":
			*refused = refusedOf(*onCluster)
		case *server != "" && !given(f, "data"):
			*refused = "refused"
		}
	}
	tables, err := ident.LoadTables()
	if err != nil {
		return err
	}
	im := &importer.Importer{Services: standalone.Names(), Tables: tables, AsOf: *asOf, Refused: *refused, DryRun: *dry, Officer: *officer}
	var done func()
	if im.Progress, done = bar(os.Stderr); done != nil {
		defer done()
	}
	var report *importer.Report
	switch {
	case *onCluster != "":
		report, err = running.cluster(ctx, *onCluster, im, f.Arg(0))
	case *server != "":
		report, err = running.platform(ctx, im, f.Arg(0))
	default:
		report, err = local(ctx, *data, *key, im, f.Arg(0))
	}
	if report != nil {
		err = errors.Join(err, printReport(os.Stdout, report, *asJSON))
	}
	return err
}

func printReport(w io.Writer, r *importer.Report, asJSON bool) error {
	if !asJSON {
		return r.Print(w)
	}
	e := json.NewEncoder(w)
	e.SetIndent("", " ")
	e.SetEscapeHTML(false)
	return e.Encode(r)
}

// importMemory is what an import may take of memory beside its databases' pages
// and the program itself. About half of it is in use, however many rows there are;
// without a bound the collector would let four times of that stand.
const importMemory = 190 << 20

// local runs the platform of a data folder for as long as the import takes.
func local(ctx context.Context, data, key string, im *importer.Importer, sheets string) (report *importer.Report, err error) {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(importMemory)
	}
	p, err := standalone.Open(ctx, standalone.Config{Dir: data, KeyFile: key, Purpose: standalone.PurposeReal, LogTo: os.Stderr, Level: "warn", Untraced: true, Import: true,
		Notice: func(s string) { fmt.Fprintln(os.Stderr, "qiao:", s) }})
	if err != nil {
		return nil, err
	}
	var failed error
	defer func() { err = errors.Join(err, failed, p.Close()) }()
	caller, err := p.Caller("import")
	if err != nil {
		return nil, err
	}
	im.Caller = rpc.NewTogether(caller)
	if !im.DryRun {
		ends, err := audited(ctx, p, im.Officer)
		if err != nil {
			return nil, err
		}
		defer func() { failed = ends(report) }()
	}
	ctx, stop := context.WithCancel(ctx)
	g, running := errgroup.WithContext(ctx)
	g.Go(func() error { return p.Run(running) })
	var imported error
	g.Go(func() error {
		defer stop()
		if err := p.WaitReady(running); err != nil {
			return err
		}
		report, imported = im.Run(running, sheets)
		return imported
	})
	err = g.Wait()
	if stopped := (*importer.Stopped)(nil); errors.As(imported, &stopped) {
		err = imported // it says in one sentence what ended the platform too
	}
	return report, err
}

// audited writes down that who holds the folder's key brings in sheets, in an officer's
// name, and at the end how many; it refuses where there is no such officer.
func audited(ctx context.Context, p *standalone.Platform, officer string) (ends func(*importer.Report) error, err error) {
	written, err := p.Imports()
	if err == nil {
		err = written.MayImport(ctx, officer)
	}
	if err == nil {
		err = written.ImportBegins(ctx, officer)
	}
	return func(r *importer.Report) error {
		sheets, rows := r.Judged()
		return written.ImportEnds(context.WithoutCancel(ctx), officer, sheets, rows)
	}, err
}

// given reports whether a flag was set on the command line.
func given(f *flag.FlagSet, name string) (yes bool) {
	f.Visit(func(one *flag.Flag) { yes = yes || one.Name == name })
	return yes
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// bar draws progress on a terminal, and nothing elsewhere.
func bar(w *os.File) (progress func(string, int), done func()) {
	if !term.IsTerminal(int(w.Fd())) {
		return nil, nil
	}
	var last time.Time
	start := time.Now()
	total, before, file := 0, 0, ""
	return func(name string, rows int) {
			if name != file {
				total, before, file = total+before, 0, name
			}
			before = rows
			if now := time.Now(); now.Sub(last) > 100*time.Millisecond {
				last = now
				n := total + before
				_, _ = fmt.Fprintf(w, "\r\x1b[K%8d rows  %6.0f/s  %s", n, float64(n)/max(0.001, now.Sub(start).Seconds()), name)
			}
		}, func() {
			_, _ = fmt.Fprint(w, "\r\x1b[K")
		}
}
