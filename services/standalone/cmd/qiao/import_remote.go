package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/qiao-platform/qiao/pkg/importer"
	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/services/standalone"
	"github.com/qiao-platform/qiao/services/standalone/internal/cluster"
	"github.com/qiao-platform/qiao/services/standalone/internal/program"
)

// into is a running platform that sheets are brought into, by a program that an officer
// lets in: for this import alone, or, by a credential, for some days.
type into struct {
	server     string // of one process, whose pages and methods are at one address
	console    string // of separate services' pages, where it is not as they were started
	credential string // the file; "" asks an officer now
}

// read takes the address from the credential, which is good there alone.
func (i *into) read() error {
	l, err := program.Load(i.credential)
	i.server = l.Server
	return err
}

// platform imports into a platform in one process, over HTTP.
func (i into) platform(ctx context.Context, im *importer.Importer, sheets string) (*importer.Report, error) {
	pages, err := program.At(i.server)
	if err == nil {
		err = servesMethods(ctx, pages.Base())
	}
	if err != nil {
		return nil, err
	}
	return i.signedIn(ctx, pages, im, sheets, func(p rpc.Prover) (*rpc.Together, func(), error) {
		client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64, MaxConnsPerHost: 64}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		return rpc.NewTogether(rpc.NewProvingHTTP(pages.Base(), client, p)), client.CloseIdleConnections, nil
	})
}

// cluster imports into separate services over their bus; the proofs come from their pages.
func (i into) cluster(ctx context.Context, path string, im *importer.Importer, sheets string) (*importer.Report, error) {
	c, err := cluster.Open(path)
	if err != nil {
		return nil, err
	}
	if c.Demo() && described(path) {
		return nil, errors.New("this platform is a demonstration; real people's sheets need one of their own")
	}
	if c.Demo() { // its people are invented, and so is who enters them
		caller, conn, err := c.Caller(standalone.PurposeDemo)
		if err != nil {
			return nil, err
		}
		defer conn.Close()
		im.Caller = rpc.NewTogether(caller)
		return im.Run(ctx, sheets)
	}
	if i.console == "" {
		i.console = c.Console()
	}
	if i.console == "" {
		return nil, fmt.Errorf("%s does not say where the platform's pages are: name them by -console URL", path)
	}
	pages, err := program.At(i.console)
	if err != nil {
		return nil, err
	}
	return i.signedIn(ctx, pages, im, sheets, func(p rpc.Prover) (*rpc.Together, func(), error) {
		conn, err := c.Bus("import")
		if err != nil {
			return nil, nil, err
		}
		return rpc.NewTogether(rpc.NewProving(conn, p)), conn.Close, nil
	})
}

// signedIn imports as a program that an officer let in. One that was let in for this
// import alone leaves at its end, however that comes.
func (i into) signedIn(ctx context.Context, pages *program.Pages, im *importer.Importer, sheets string, reach func(rpc.Prover) (*rpc.Together, func(), error)) (_ *importer.Report, err error) {
	by, err := i.letIn(ctx, pages)
	if err != nil {
		return nil, err
	}
	if i.credential == "" {
		defer func() {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
			defer cancel()
			if left := pages.Leave(ctx, by); left != nil {
				err = errors.Join(err, fmt.Errorf("the program could not sign out: end it under “My sign-ins”; it ends by itself at %s: %w", by.Until.Local().Format(time.DateTime), left))
			}
		}()
	}
	proofs := pages.Proofs(by)
	caller, done, err := reach(proofs)
	if err != nil {
		return nil, err
	}
	defer done()
	im.Caller, im.May = caller, proofs.May
	return im.Run(ctx, sheets)
}

// letIn is what this import goes by: the credential's, or an officer's word of now.
func (i into) letIn(ctx context.Context, pages *program.Pages) (program.LetIn, error) {
	if i.credential == "" {
		return asked(ctx, pages, 0, os.Stderr)
	}
	by, err := program.Load(i.credential)
	if err == nil && by.Server != pages.Base() {
		err = fmt.Errorf("%s is for %s, and is shown to nobody else", i.credential, by.Server)
	}
	return by, err
}

// asked has an officer let this program in.
func asked(ctx context.Context, pages *program.Pages, days int, say io.Writer) (by program.LetIn, err error) {
	host, err := os.Hostname()
	if err != nil {
		host = "?"
	}
	name := "qiao import (" + host + ")"
	if len(name) > 64 {
		name = name[:64]
	}
	a, err := pages.Ask(ctx, name, days)
	if err != nil {
		return by, err
	}
	until := a.Until.Local().Format(time.TimeOnly)
	_, _ = fmt.Fprintf(say, "请工作人员登录后打开 %[1]s/device ，输入设备码 %[2]s ，%[3]s 之前有效。\nAn officer signs in, opens %[1]s/device and types the code %[2]s, before %[3]s.\n", pages.Base(), a.Code, until)
	by, err = pages.Wait(ctx, a)
	if err == nil {
		_, _ = fmt.Fprintf(say, "qiao: let in by officer %s until %s.\n", by.Officer, by.Until.Local().Format(time.DateTime))
	}
	return by, err
}

// signInFor writes what an officer lets this program in by for some days.
func signInFor(ctx context.Context, server, file string, days int) error {
	pages, err := program.At(server)
	if err != nil {
		return err
	}
	by, err := asked(ctx, pages, max(days, 1), os.Stderr)
	if err != nil {
		return err
	}
	if err := by.Save(file); err != nil {
		return errors.Join(err, pages.Leave(ctx, by)) // nobody else has it
	}
	fmt.Fprintf(os.Stderr, "qiao: %s holds it, for its owner alone. Import with -credential %s until then.\n", file, file)
	return nil
}

// servesMethods finds out, before the first row, that a platform in one process
// answers at the address: the console of separate services serves pages alone.
func servesMethods(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/openapi.json", nil)
	if err != nil {
		return fmt.Errorf("-server: %w", err)
	}
	// The console of separate services leads whoever asks for it to the sign-in.
	asks := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := asks.Do(req)
	if err != nil {
		return fmt.Errorf("nothing answers at %s: %w", url, err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s serves pages and no methods: it is the console of a platform of separate services. Import with -cluster DIR, or, where compose runs it, with scripts/compose import", url)
	}
	return nil
}

// described reports whether a path names a file that describes a platform, not
// the folder that a cluster was started from.
func described(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// refusedOf is where rows to mend are written: beside a cluster's own state, or
// in the working folder, since a file that describes a platform may lie where
// nothing can be written.
func refusedOf(path string) string {
	if described(path) {
		return "refused"
	}
	return filepath.Join(path, "refused")
}
