package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/term"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/crypt"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/identity"
	"github.com/qiao-platform/qiao/services/standalone"
	"github.com/qiao-platform/qiao/services/standalone/internal/cluster"
)

// Errors of administrator.
var (
	// errNoAct says that an act has to be named: nothing is begun by chance.
	errNoAct = errors.New("administrator needs -shut-out, which ends every sign-in of everybody, or -office and -staff, which give an administrators' office to somebody")
	// errWhere says that a link goes to a terminal, or into a file of its owner's alone.
	errWhere = errors.New("the link is shown on a terminal, or goes into the file that " + linkFile + " names; here is neither, and nothing was done")
)

// administrator is what the holder of the platform's key does in the place of its
// administrators, on the day on which none of them can be reached, or trusted. It may be
// being served; the audit keeps a line of it.
func administrator(ctx context.Context, args []string) (err error) {
	f := flag.NewFlagSet("administrator", flag.ContinueOnError)
	data := f.String("data", "qiao-data", "data `folder`; it may be being served")
	onCluster := clusterFlag(f, "act on")
	key := f.String("key-file", "", "master key `file` (default: beside the data folder, its name with .key)")
	out := f.Bool("shut-out", false, "end every sign-in of everybody, at once")
	office := f.String("office", "", "give this office, system, security or audit, to who has the number of -staff; whoever held it does so no more")
	staff := f.String("staff", "", "staff `number` for -office")
	if err := f.Parse(args); err != nil {
		return err
	}
	if f.NArg() > 0 {
		return fmt.Errorf("administrator takes no %q", f.Arg(0))
	}
	if (*office == "") != (*staff == "") || *out == (*office != "") {
		return errNoAct
	}
	file, terminal := os.Getenv(linkFile), term.IsTerminal(int(os.Stdout.Fd()))
	if *office != "" && file == "" && !terminal {
		return errWhere
	}
	at, master, err := identityOf(*data, *onCluster, *key)
	if err != nil {
		return err
	}
	db, err := sqldb.Open(ctx, at)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if *office != "" {
		return appoint(ctx, db, master, *office, *staff, file)
	}
	n, err := identity.ShutOut(ctx, db, master, clock.System())
	if err == nil {
		_, err = fmt.Fprintf(os.Stdout, "%d sign-ins were ended; everybody signs in anew. The audit of denials says that the operator did it.\n", n)
	}
	return err
}

// appoint gives an office to somebody, and hands out the link.
func appoint(ctx context.Context, db *sqldb.DB, master *crypt.Master, office, staff, file string) error {
	link, ends, err := identity.Appoint(ctx, db, master, clock.System(), office, staff)
	if err != nil {
		return err
	}
	shown := link
	if file != "" {
		if err := identity.WriteLink(file, link); err != nil {
			return fmt.Errorf("the link: %w", err)
		}
		shown = "(in " + file + ")"
	}
	_, err = fmt.Fprintf(os.Stdout, "The %s administrator is %s. Until %s this opens the account, once; it is typed at /sign-in/new of the pages:\n%s\nThe audit of denials says that the operator did it.\n", office, staff, ends.Local().Format(time.DateTime), shown)
	return err
}

// identityOf is where identity's data lies, and the platform's key, which has to be its own.
func identityOf(data, onCluster, key string) (database string, master *crypt.Master, err error) {
	if onCluster != "" {
		c, err := cluster.Open(onCluster)
		if err != nil {
			return "", nil, err
		}
		if master, err = c.Master(); err != nil {
			return "", nil, err
		}
		database, err = c.Database(identity.Name)
		return database, master, err
	}
	folder, err := standalone.Look(data)
	if err != nil {
		return "", nil, err
	}
	if err := folder.Whole(folder.Dir); err != nil {
		return "", nil, fmt.Errorf("data folder %s: %w", folder.Dir, err)
	}
	if master, err = folder.Master(key); err != nil {
		return "", nil, err
	}
	file := filepath.Join(folder.Dir, identity.Name+".db")
	if _, err := os.Stat(file); err != nil { // a version before knew no sign-ins; none is made here
		return "", nil, fmt.Errorf("data folder %s: %w", folder.Dir, err)
	}
	return "sqlite:" + file, master, nil
}
