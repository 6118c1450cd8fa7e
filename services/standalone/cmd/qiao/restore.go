package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/qiao-platform/qiao/pkg/config"
	"github.com/qiao-platform/qiao/pkg/crypt"
	"github.com/qiao-platform/qiao/services/standalone/internal/backup"
)

func restore(ctx context.Context, args []string) error {
	f := flag.NewFlagSet("restore", flag.ContinueOnError)
	from := f.String("from", "", "`folder` that backup wrote with -to")
	keysFrom := f.String("keys-from", "", "`folder` that the same backup wrote with -keys-to")
	data := f.String("data", "", "new data `folder`")
	key := f.String("key-file", "", "master key `file`, to check it (default: the data folder's name with .key, where there is one)")
	erasures := f.String("erasures", "", "list of what was erased since the backup: an exported erasures.jsonl or a surviving person-keys.db `file`")
	none := f.Bool("no-newer-erasures", false, "say that nothing was erased since the backup, or that nobody can tell")
	database := f.String("database-file", "", "`file` with the address of a service's database that its server restored: open new epochs there, and no more")
	anew := f.String("begin-anew", "", "with -database-file, or with -data alone: `service` whose database was lost, of which there is no backup; it begins anew on an empty one, and no more")
	reason := f.String("reason", "", "with -database-file or -begin-anew: why, which is kept")
	officer := f.String("officer", "", "with -database-file or -begin-anew: who does it, which is kept")
	keysAt := f.String("person-keys-file", "", "`file` with the address of a key database that its server restored: repeat -erasures there, and no more")
	if err := f.Parse(args); err != nil {
		return err
	}
	switch {
	case f.NArg() > 0:
		return fmt.Errorf("restore takes no %q", f.Arg(0))
	case *anew != "":
		return beginAnew(ctx, *data, *database, *anew, *reason, *officer)
	case *database != "" && *keysAt == "" && *data == "":
		return openEpochs(ctx, *database, *reason, *officer)
	case *keysAt != "" && *database == "" && *data == "" && *erasures != "":
		return repeatErasures(ctx, *keysAt, *erasures)
	case *from == "" || *keysFrom == "" || *data == "":
		return errors.New("restore needs -from, -keys-from and -data")
	case *none == (*erasures != ""):
		return errors.New("restore needs either -erasures, the newest list of erasures, or -no-newer-erasures: a backup may hold keys that were erased since")
	}
	path := *key
	if path == "" {
		path = keyFileOf(*data)
	}
	master, err := crypt.LoadMaster(path)
	if *key == "" && errors.Is(err, fs.ErrNotExist) {
		fmt.Fprintf(os.Stderr, "qiao: there is no master key in %s. Put the platform's own there before you serve the folder; without it nothing of this opens.\n", path)
	} else if err != nil {
		return err
	}
	done, err := backup.Restore(ctx, backup.RestoreConfig{From: *from, KeysFrom: *keysFrom, Data: *data, Erasures: *erasures, Master: master})
	if err != nil {
		return err
	}
	fmt.Printf("The platform of %s is in %s (%s). %d erasures were repeated; %d channels go on under a new epoch.\n",
		done.At.Format(time.RFC3339), *data, done.Purpose, done.Erasures, len(done.Channels))
	return nil
}

func openEpochs(ctx context.Context, file, reason, officer string) error {
	address, err := config.Secret(file)
	if err != nil {
		return err
	}
	channels, err := backup.OpenEpochs(ctx, address, reason, officer)
	for _, c := range channels {
		fmt.Printf("%s goes on under a new epoch.\n", c)
	}
	return err
}

func beginAnew(ctx context.Context, data, file, service, reason, officer string) error {
	var err error
	switch {
	case (data == "") == (file == ""):
		return errors.New("restore -begin-anew needs either -data or -database-file")
	case data != "":
		err = backup.BeginAnewIn(ctx, data, service, reason, officer)
	default:
		var address string
		if address, err = config.Secret(file); err == nil {
			err = backup.BeginAnew(ctx, address, service, reason, officer)
		}
	}
	if err == nil {
		fmt.Printf("%s begins anew on an empty database at its next start. What others did by its lost events is then listed as orphaned; import its sheets again.\n", service)
	}
	return err
}

func repeatErasures(ctx context.Context, file, list string) error {
	address, err := config.Secret(file)
	if err != nil {
		return err
	}
	n, err := backup.RepeatErasures(ctx, address, list)
	if err == nil {
		fmt.Printf("%d erasures were repeated.\n", n)
	}
	return err
}
