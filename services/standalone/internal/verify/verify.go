// Package verify states the pipeline's invariants on a platform's data: every
// channel's numbers are 1…last and its hashes hold, and every reader's cursor
// lies on its publisher's chain with every event applied, skipped or parked.
package verify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/qiao-platform/qiao/pkg/ops"
	"github.com/qiao-platform/qiao/pkg/origin"
	"github.com/qiao-platform/qiao/pkg/relay"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	"github.com/qiao-platform/qiao/services/standalone"
)

// Report is what was found.
type Report struct {
	OK       bool      `json:"ok"`
	Folder   *Identity `json:"folder,omitempty"` // of one process's data; a cluster has none
	Failures []string  `json:"failures"`
	Channels []Channel `json:"channels"`
	Cursors  []Cursor  `json:"cursors"`
}

// Identity is what a data folder says of itself.
type Identity struct {
	Dir string `json:"dir"`
	standalone.Manifest
}

// Channel is a publisher's side.
type Channel struct {
	Channel     string `json:"channel"`
	Epoch       int64  `json:"epoch"`
	LastSeq     int64  `json:"last_seq"`
	Published   int64  `json:"published_seq"`
	Unsequenced int64  `json:"unsequenced"`
	GapFree     bool   `json:"gap_free"`
	ChainHolds  bool   `json:"chain_holds"`
}

// Cursor is a reader's side.
type Cursor struct {
	Reader     string `json:"reader"`
	Channel    string `json:"channel"`
	Seq        int64  `json:"seq"`
	Behind     int64  `json:"behind"`
	Applied    int64  `json:"applied"`
	Skipped    int64  `json:"skipped"`
	Parked     int64  `json:"parked"`
	GapsFilled int64  `json:"gaps_filled"`
	OnChain    bool   `json:"on_chain"`
	Complete   bool   `json:"complete"` // applied, skipped and parked make up 1…seq
}

// Folder gives the addresses of the databases in a data folder.
func Folder(dir string) func(service string) (string, error) {
	return func(service string) (string, error) {
		path := filepath.Join(dir, service+".db")
		if _, err := os.Stat(path); err != nil {
			return "", fmt.Errorf("%s holds no platform: %w", dir, err)
		}
		return "sqlite:" + path, nil
	}
}

// Run reads the services' databases, whose addresses address gives. The
// platform may serve meanwhile: the readers are read before the publishers, so
// that none seems to be ahead.
func Run(ctx context.Context, services []string, address func(service string) (string, error)) (r *Report, err error) {
	dbs := map[string]*sqldb.DB{}
	defer func() {
		for _, db := range dbs {
			err = errors.Join(err, db.Close())
		}
	}()
	readers, status := map[string]*platformv1.GetStatusResponse{}, map[string]*platformv1.GetStatusResponse{}
	for _, name := range services {
		at, err := address(name)
		if err != nil {
			return nil, err
		}
		db, err := sqldb.Open(ctx, at)
		if err != nil {
			return nil, err
		}
		dbs[name] = db
		if err := db.Migrate(ctx, nil); err != nil { // a version before may have left it
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if readers[name], err = ops.Status(ctx, db, name, 0, nil, false); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	for _, name := range services {
		if status[name], err = ops.Status(ctx, dbs[name], name, 0, nil, true); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	r = &Report{OK: true, Failures: []string{}}
	for _, name := range services {
		o, err := origin.Of(ctx, dbs[name])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		empty, err := origin.Empty(ctx, dbs[name])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		r.check(o.State == origin.Begun || !empty, "%s: its database is empty, and nobody has said what it is (restore it, or say that it begins anew)", name)
	}
	publisher := map[string]*sqldb.DB{}
	last := map[string]*platformv1.ChannelStatus{}
	for _, name := range services {
		for _, c := range status[name].GetChannels() {
			publisher[c.GetChannel()], last[c.GetChannel()] = dbs[name], c
			r.Channels = append(r.Channels, Channel{c.GetChannel(), c.GetEpoch(), c.GetLastSeq(), c.GetPublishedSeq(), c.GetUnsequenced(), c.GetGapFree(), c.GetChainMatches()})
			r.check(c.GetGapFree(), "%s: the numbers are not exactly 1…%d (I2, I9)", c.GetChannel(), c.GetLastSeq())
			r.check(c.GetChainMatches(), "%s: the stored events do not give the stored hashes (I9)", c.GetChannel())
			r.check(c.GetAlarm() == "", "%s: its relay raised the alarm %s", c.GetChannel(), c.GetAlarm())
			r.check(c.GetPublishedSeq() <= c.GetLastSeq(), "%s: more is marked published than was numbered (I3)", c.GetChannel())
		}
	}
	for _, name := range services {
		for _, c := range readers[name].GetCursors() {
			if err := r.cursor(ctx, name, c, last[c.GetChannel()], publisher[c.GetChannel()]); err != nil {
				return nil, err
			}
		}
	}
	return r, nil
}

func (r *Report) cursor(ctx context.Context, reader string, c *platformv1.CursorStatus, of *platformv1.ChannelStatus, db *sqldb.DB) error {
	out := Cursor{Reader: reader, Channel: c.GetChannel(), Seq: c.GetSeq(), Applied: c.GetApplied(), Skipped: c.GetSkipped(), Parked: c.GetParked(), GapsFilled: c.GetGapsFilled()}
	if of == nil {
		r.check(false, "%s reads %s, which nobody publishes", reader, c.GetChannel())
		return nil
	}
	out.Behind = of.GetLastSeq() - c.GetSeq()
	out.Complete = c.GetApplied()+c.GetSkipped()+c.GetParked() == c.GetSeq()+c.GetOrphaned()
	out.OnChain = c.GetSeq() == 0
	if c.GetSeq() > 0 && out.Behind >= 0 {
		rows, err := relay.ReadSequenced(ctx, db, c.GetChannel(), c.GetSeq(), 1)
		if err != nil {
			return err
		}
		out.OnChain = len(rows) == 1 && rows[0].Seq == c.GetSeq() && bytes.Equal(rows[0].Chain, c.GetChain())
	}
	r.Cursors = append(r.Cursors, out)
	r.check(out.Behind >= 0, "%s is ahead of %s: its publisher was restored to the past (I10)", reader, c.GetChannel())
	r.check(c.GetAlarm() == "", "%s: its reader of %s raised the alarm %s", reader, c.GetChannel(), c.GetAlarm())
	r.check(out.Complete, "%s: applied, skipped and parked events of %s do not make up 1…%d (I6)", reader, c.GetChannel(), c.GetSeq())
	r.check(out.OnChain, "%s: the hash at %s %d differs from the publisher's (I8)", reader, c.GetChannel(), c.GetSeq())
	return nil
}

func (r *Report) check(ok bool, format string, args ...any) {
	if !ok {
		r.OK = false
		r.Failures = append(r.Failures, fmt.Sprintf(format, args...))
	}
}

// Fail adds what was found wrong beside the pipeline.
func (r *Report) Fail(failures ...string) {
	for _, f := range failures {
		r.check(false, "%s", f)
	}
}

// Print writes the report for a person.
func (r *Report) Print(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	if f := r.Folder; f != nil {
		fingerprint, parts := f.Fingerprint, strings.Join(f.Parts, " ")
		if f.Format == 0 {
			fingerprint, parts = "not on record: a version before made the folder; serve or import takes it", "as that version made them"
		}
		_, _ = fmt.Fprintf(t, "folder\t%s\t(%s)\nmaster key\t%s\nparts\t%s\n\n", f.Dir, f.Purpose, fingerprint, parts) // Flush reports a failed write
	}
	_, _ = fmt.Fprintln(t, "channel\tepoch\tlast seq\tpublished\tunnumbered\tgap-free\thashes") // Flush reports a failed write
	for _, c := range r.Channels {
		_, _ = fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%d\t%v\t%v\n", c.Channel, c.Epoch, c.LastSeq, c.Published, c.Unsequenced, c.GapFree, c.ChainHolds)
	}
	_, _ = fmt.Fprintln(t, "\nreader\tchannel\tcursor\tbehind\tapplied\tskipped\tparked\tgaps filled\ton chain")
	for _, c := range r.Cursors {
		_, _ = fmt.Fprintf(t, "%s\t%s\t%d\t%d\t%d\t%d\t%d\t%d\t%v\n", c.Reader, c.Channel, c.Seq, c.Behind, c.Applied, c.Skipped, c.Parked, c.GapsFilled, c.OnChain)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, f := range r.Failures {
		if _, err := fmt.Fprintln(w, "FAILED:", f); err != nil {
			return err
		}
	}
	if r.OK {
		_, err := fmt.Fprintln(w, "Every invariant holds.")
		return err
	}
	return nil
}
