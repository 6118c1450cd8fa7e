package main

import (
	"context"
	"encoding/json"
	"flag"
	"os"

	"github.com/qiao-platform/qiao/services/standalone"
	"github.com/qiao-platform/qiao/services/standalone/internal/cluster"
	"github.com/qiao-platform/qiao/services/standalone/internal/verify"
)

func verifyData(ctx context.Context, args []string) error {
	f := flag.NewFlagSet("verify", flag.ContinueOnError)
	data := f.String("data", "qiao-data", "data `folder`")
	onCluster := clusterFlag(f, "verify, while it serves,")
	asJSON := f.Bool("json", false, "print the report as JSON")
	if err := f.Parse(args); err != nil {
		return err
	}
	databases := verify.Folder(*data)
	if *onCluster != "" {
		c, err := cluster.Open(*onCluster)
		if err != nil {
			return err
		}
		databases = c.Database
	} else {
		release, err := standalone.Claim(*data)
		if err != nil {
			return err
		}
		defer release()
	}
	r, err := verify.Run(ctx, standalone.Names(), databases)
	if err != nil {
		return err
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
