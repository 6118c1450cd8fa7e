package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"os"

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
		databases = verify.Folder(folder.Dir)
	}
	r := &verify.Report{OK: true, Failures: []string{}}
	if folder == nil || folder.Whole(folder.Dir) == nil {
		if r, err = verify.Run(ctx, standalone.Names(), databases); err != nil {
			return err
		}
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
