package main

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"time"

	"github.com/qiao-platform/qiao/services/identity"
	"github.com/qiao-platform/qiao/services/standalone"
)

// linkFile names the file for the first administrator's link where no terminal shows it.
const linkFile = "QIAO_ADMIN_LINK_FILE"

// firstAdministrator hands out the first administrator's link while there is no
// administrator of the pages at an address: on a terminal, or into a file of its owner's alone, and never into what
// may be kept as a log.
func firstAdministrator(ctx context.Context, p *standalone.Platform, at string, out io.Writer, terminal bool, file string) error {
	there, err := p.Administered(ctx)
	if err != nil || there {
		return err
	}
	if !terminal && file == "" {
		_, err := fmt.Fprintf(out, "qiao: there is no administrator yet, and nobody can sign in. Start this on a terminal, which shows the link for the first one, or name a file for it in %s.\n", linkFile)
		return err
	}
	secret, ends, needed, err := p.FirstLink(ctx)
	if err != nil || !needed {
		return err
	}
	link := at + "/sign-in/new?" + url.Values{"link": {secret}}.Encode()
	until := ends.Local().Format(time.DateTime)
	if file == "" {
		_, err := fmt.Fprintf(out, "qiao: there is no administrator yet. Until %s the first one signs in by this link, which works once:\n%s\n", until, link)
		return err
	}
	if err := identity.WriteLink(file, link); err != nil {
		return fmt.Errorf("the first administrator's link: %w", err)
	}
	_, err = fmt.Fprintf(out, "qiao: there is no administrator yet. The link for the first one is in %s, for its owner alone, and works once until %s.\n", file, until)
	return err
}
