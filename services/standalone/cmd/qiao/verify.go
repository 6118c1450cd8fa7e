package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"os"

	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/identity"
	"github.com/qiao-platform/qiao/services/standalone"
	"github.com/qiao-platform/qiao/services/standalone/internal/cluster"
	"github.com/qiao-platform/qiao/services/standalone/internal/verify"
)

func verifyData(ctx context.Context, args []string) (err error) {
	f := flag.NewFlagSet("verify", flag.ContinueOnError)
	data := f.String("data", "qiao-data", "data `folder`")
	onCluster := clusterFlag(f, "verify, while it serves,")
	key := f.String("key-file", "", "master key `file` (default: beside the data folder, its name with .key)")
	asJSON := f.Bool("json", false, "print the report as JSON")
	if err := f.Parse(args); err != nil {
		return err
	}
	services := standalone.Names()
	var databases func(string) (string, error)
	var folder *standalone.Folder
	if *onCluster != "" {
		c, err := cluster.Open(*onCluster)
		if err != nil {
			return err
		}
		databases = c.Database
	} else {
		if folder, err = standalone.Claim(*data); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, folder.Release()) }()
		services, databases = folder.Services(), verify.Folder(folder.Dir)
	}
	r := &verify.Report{OK: true, Failures: []string{}}
	if folder == nil || folder.Whole(folder.Dir) == nil {
		if r, err = verify.Run(ctx, services, databases); err != nil {
			return err
		}
	}
	if err := auditHolds(ctx, r, *data, *onCluster, *key); err != nil {
		return err
	}
	if folder != nil {
		r.Folder = &verify.Identity{Dir: folder.Dir, Manifest: folder.Manifest}
		r.Fail(folder.Check(ctx, *key)...)
	}
	if *asJSON {
		e := json.NewEncoder(os.Stdout)
		e.SetIndent("", " ")
		err = e.Encode(r)
	} else {
		err = r.Print(os.Stdout)
	}
	if err == nil && !r.OK {
		return errFailed
	}
	return err
}

// auditHolds holds the audit of denials against what was sealed of it. Where the folder is
// not whole, or its key is not there, the report says so already; one that a version made
// which knew no sign-ins has no audit.
func auditHolds(ctx context.Context, r *verify.Report, data, onCluster, key string) (err error) {
	at, master, err := identityOf(data, onCluster, key)
	if err != nil {
		return nil //nolint:nilerr // see above
	}
	db, err := sqldb.Open(ctx, at)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := identity.AuditHolds(ctx, db, master); err != nil {
		r.Fail("identity: " + err.Error())
	}
	return nil
}
