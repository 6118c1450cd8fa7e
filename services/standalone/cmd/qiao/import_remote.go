package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/crypt"
	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/proto/contract"
	"github.com/qiao-platform/qiao/services/standalone"
	"github.com/qiao-platform/qiao/services/standalone/internal/cluster"
	"github.com/qiao-platform/qiao/services/standalone/internal/importer"
)

// remote calls a running platform; the master key proves that this is its operator.
func remote(ctx context.Context, url, keyFile string) (contract.Caller, error) {
	master, err := crypt.LoadMaster(keyFile)
	if err != nil {
		return nil, err
	}
	key, err := standalone.IssuerKey(master, "import")
	if err != nil {
		return nil, err
	}
	if err := servesMethods(ctx, url); err != nil {
		return nil, err
	}
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 256, MaxConnsPerHost: 256}}
	return rpc.NewHTTPClient(url, client, auth.NewSigner("import", key, clock.System())), nil
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
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("nothing answers at %s: %w", url, err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s serves pages and no methods: it is the console of a platform of separate services. Import with -cluster DIR, or, where compose runs it, with scripts/compose import", url)
	}
	return nil
}

// intoCluster calls the services of a cluster over its bus.
func intoCluster(ctx context.Context, path string, im *importer.Importer, sheets string) (*importer.Report, error) {
	c, err := cluster.Open(path)
	if err != nil {
		return nil, err
	}
	if c.Demo() && described(path) {
		return nil, errors.New("this platform is a demonstration; real people's sheets need one of their own")
	}
	caller, conn, err := c.Caller("import")
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	im.Caller = rpc.NewTogether(caller)
	return im.Run(ctx, sheets)
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
