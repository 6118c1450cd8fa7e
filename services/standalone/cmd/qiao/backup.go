package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/qiao-platform/qiao/pkg/config"
	"github.com/qiao-platform/qiao/services/registry"
	"github.com/qiao-platform/qiao/services/standalone/internal/backup"
	"github.com/qiao-platform/qiao/services/standalone/internal/cluster"
	"github.com/qiao-platform/qiao/services/standalone/internal/keys"
)

func backUp(ctx context.Context, args []string) error {
	f := flag.NewFlagSet("backup", flag.ContinueOnError)
	data := f.String("data", "qiao-data", "data `folder`; it may be being served")
	to := f.String("to", "", "new `folder` for the services' databases")
	keysTo := f.String("keys-to", "", "new `folder` for the people's keys and the list of erasures, kept apart from -to")
	key := f.String("key-file", "", "master key `file`, which is not copied but looked at (default: beside the data folder, its name with .key)")
	only := f.Bool("erasures-only", false, "write only the list of erasures, to -keys-to")
	keysAt := f.String("person-keys-file", "", "with -erasures-only: `file` with the address of the key database, in place of -data")
	registryAt := f.String("database-file", "", "with -person-keys-file: `file` with the address of the registry's database")
	onCluster := clusterFlag(f, "with -erasures-only: list the erasures of")
	if err := f.Parse(args); err != nil {
		return err
	}
	switch {
	case f.NArg() > 0:
		return fmt.Errorf("backup takes no %q", f.Arg(0))
	case *keysTo == "":
		return errors.New("backup needs -keys-to, a folder apart from the data's copy")
	case *only != (*to == ""):
		return errors.New("backup needs -to, or else -erasures-only")
	case (*keysAt == "") != (*registryAt == "") || *keysAt != "" && !*only:
		return errors.New("-person-keys-file and -database-file go together, with -erasures-only; servers make their own backups")
	}
	if *only {
		if *onCluster != "" && *keysAt == "" && !given(f, "data") {
			n, err := clusterErasures(ctx, *onCluster, *keysTo)
			if err == nil {
				fmt.Printf("%d erasures listed in %s.\n", n, *keysTo)
			}
			return err
		}
		n, err := exportErasures(ctx, *data, *keysAt, *registryAt, *keysTo)
		if err == nil {
			fmt.Printf("%d erasures listed in %s.\n", n, *keysTo)
		}
		return err
	}
	made, err := backup.Run(ctx, backup.Config{Data: *data, To: *to, KeysTo: *keysTo, KeyFile: *key})
	if err != nil {
		return err
	}
	fmt.Printf("Backup of %s: %d bytes; the platform's writers waited %d ms.\n", made.At.Format(time.RFC3339), made.Bytes, made.Held.Milliseconds())
	fmt.Printf("The people's keys and %d erasures are in %s; keep them apart from %s, and delete old ones: they would open what was erased since.\n", made.Erasures, *keysTo, *to)
	fmt.Println("The master key is in neither; without it no name can be read. Keep a copy of it in a third place.")
	for _, w := range made.Warnings {
		fmt.Fprintln(os.Stderr, "qiao:", w)
	}
	return nil
}

// clusterErasures lists what was erased on a platform of separate services.
func clusterErasures(ctx context.Context, path, to string) (int, error) {
	c, err := cluster.Open(path)
	if err != nil {
		return 0, err
	}
	people, err := c.Database(keys.PersonKeys)
	if err != nil {
		return 0, err
	}
	accounts, err := c.Database(registry.Name)
	if err != nil {
		return 0, err
	}
	return backup.ExportErasuresOf(ctx, people, accounts, to)
}

func exportErasures(ctx context.Context, data, keysAt, registryAt, to string) (int, error) {
	if keysAt == "" {
		return backup.ExportErasures(ctx, data, to)
	}
	keys, err := config.Secret(keysAt)
	if err != nil {
		return 0, err
	}
	registry, err := config.Secret(registryAt)
	if err != nil {
		return 0, err
	}
	return backup.ExportErasuresOf(ctx, keys, registry, to)
}
