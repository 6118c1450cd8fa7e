package standalone_test

import (
	"context"
	"errors"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/proto/contract"
	"github.com/qiao-platform/qiao/services/standalone"
	"github.com/qiao-platform/qiao/services/standalone/internal/verify"
)

// former is a small demonstration (serve -demo -people 12, with the story played
// to its end) that a version which landed has made and closed. With a version
// that changes what is stored it is made anew by the one before.
const former = "9829c59"

// TestWhatAnEarlierVersionMade opens a folder that an earlier version really
// made: it is brought up to date, nothing that was told is told otherwise, every
// invariant holds, and each worker reads the whole own life in every department.
func TestWhatAnEarlierVersionMade(t *testing.T) {
	dir := t.TempDir()
	if out, err := exec.Command("tar", "-xzf", filepath.Join("testdata", "former", former+".tar.gz"), "-C", dir).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	data := filepath.Join(dir, "data")
	made, err := standalone.ReadManifest(data)
	if err != nil {
		t.Fatal(err)
	}
	before, workers := told(t, data, made.Services()), column(t, data, "registry", `SELECT id FROM worker ORDER BY id`)
	if len(workers) < 12 {
		t.Fatalf("%d workers", len(workers))
	}

	p, err := standalone.Open(context.Background(), standalone.Config{Dir: data, Purpose: standalone.PurposeDemo, LogTo: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx) }()
	if err := p.WaitReady(ctx); err != nil {
		t.Fatal(err)
	}
	kids := column(t, data, "registry", `SELECT id || ' ' || worker FROM child ORDER BY id`)
	if now := column(t, data, "registry", `SELECT child || ' ' || worker FROM guardian WHERE state = 'active' ORDER BY child`); len(kids) == 0 || !slices.Equal(now, kids) {
		t.Errorf("whoever registered a child is its guardian: %v, not %v", now, kids)
	}
	caller, err := p.Caller("demo")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range p.Services {
		answered, rows := 0, 0
		for _, m := range s.Methods() {
			for _, w := range workers {
				req, ok := askOf(m, w)
				if !ok {
					break
				}
				purpose := "own_data"
				if len(m.Purposes) > 0 {
					purpose = m.Purposes[0]
				}
				as := rpc.As(ctx, auth.Principal{Kind: auth.Worker, Subject: w, Purpose: purpose, LegalBasis: "PIPL 45", Via: auth.ViaWeb})
				reply := m.NewReply()
				switch err := caller.Call(as, s.Name(), m.Name, req, reply); {
				case err == nil:
					answered, rows = answered+1, rows+listed(reply)
				case errs.KindOf(err) == errs.NotFound, errs.KindOf(err) == errs.Invalid: // there is none, or it wants to be asked more
				default:
					t.Errorf("%s.%s: %v", s.Name(), m.Name, err)
				}
			}
		}
		if t.Logf("%s: %d answers with %d rows", s.Name(), answered, rows); rows == 0 && slices.Contains(made.Services(), s.Name()) {
			t.Errorf("%s shows nothing of what the version before kept", s.Name())
		}
	}
	if _, _, needed, err := p.FirstLink(ctx); err != nil || !needed {
		t.Errorf("it asks for no first administrator: %v", err)
	}
	stop()
	if err := errors.Join(<-ended, p.Close()); err != nil {
		t.Fatal(err)
	}

	for name, was := range before {
		if is := told(t, data, made.Services())[name]; len(is) < len(was) || !slices.Equal(is[:len(was)], was) {
			t.Errorf("%s tells its %d events otherwise", name, len(was))
		}
	}
	r, err := verify.Run(context.Background(), standalone.Names(), verify.Folder(data))
	if err != nil || !r.OK {
		t.Errorf("%v, %v", err, r.Failures)
	}
}

// askOf asks a read of a worker's own for one worker.
func askOf(m contract.Method, worker string) (proto.Message, bool) {
	if m.Command || !slices.Contains(m.Callers, string(auth.Worker)) {
		return nil, false
	}
	req := m.New()
	f := req.ProtoReflect().Descriptor().Fields().ByName("worker")
	if f == nil || f.Kind() != protoreflect.StringKind || f.IsList() {
		return nil, false
	}
	req.ProtoReflect().Set(f, protoreflect.ValueOfString(worker))
	return req, true
}

// listed counts the rows of an answer's lists.
func listed(m proto.Message) (n int) {
	m.ProtoReflect().Range(func(f protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		if f.IsList() {
			n += v.List().Len()
		}
		return true
	})
	return n
}

// told lists the events that each department keeps, in their order and as they
// are stored.
func told(t *testing.T, data string, departments []string) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	for _, name := range departments {
		all[name] = column(t, data, name, `SELECT id || ' ' || type || ' ' || hex(body) FROM event ORDER BY ord`)
	}
	return all
}

// column reads one column of a department's database.
func column(t *testing.T, data, service, query string) (all []string) {
	t.Helper()
	db, err := sqldb.Open(context.Background(), "sqlite:"+filepath.Join(data, service+".db"))
	if err != nil {
		t.Fatal(err)
	}
	err = db.View(context.Background(), func(tx *sqldb.Tx) (err error) {
		all, err = sqldb.Collect(tx, func(s sqldb.Scanner) (v string, err error) { return v, s.Scan(&v) }, query)
		return err
	})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	return all
}
