//go:build e2e

package e2e

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/importer"
	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/pkg/testkit"
	"github.com/qiao-platform/qiao/proto/contract"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	"github.com/qiao-platform/qiao/services/standalone"
	signin "github.com/qiao-platform/qiao/services/standalone/internal/program"
)

const firms = "单位名称,统一社会信用代码,行业门类,所在县(市)\n"

// firm is a row of an employer's.
func firm(n int, county string) string {
	return fmt.Sprintf("测试%d号商贸有限公司,%s,F,%s\n", n, creditCode(n), county)
}

// creditCode is an invented one, whose check signs a person looks at.
func creditCode(n int) string { return fmt.Sprintf("91654301MA%06dQQ", n) }

func absolute(t *testing.T, path string) string {
	t.Helper()
	whole, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	return whole
}

func sheetOf(t *testing.T, rows ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "employers.csv")
	if err := os.WriteFile(path, []byte(firms+strings.Join(rows, "")), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// running is qiao import as it runs.
type running struct {
	cmd  *exec.Cmd
	out  bytes.Buffer
	says chan string // its newest lines
	all  sync.WaitGroup
	mu   sync.Mutex
	said strings.Builder
}

func bringIn(t *testing.T, args ...string) *running {
	t.Helper()
	return beginAt(t, t.TempDir(), os.Environ(), args...)
}

func beginAt(t *testing.T, dir string, env []string, args ...string) *running {
	t.Helper()
	r := &running{cmd: exec.Command(program, append([]string{"import"}, args...)...), says: make(chan string, 100)}
	r.cmd.Dir, r.cmd.Env, r.cmd.Stdout = dir, env, &r.out
	stderr, err := r.cmd.StderrPipe()
	if err == nil {
		err = r.cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	r.all.Go(func() {
		defer close(r.says)
		for scan := bufio.NewScanner(stderr); scan.Scan(); {
			r.mu.Lock()
			r.said.WriteString(scan.Text() + "\n")
			r.mu.Unlock()
			r.says <- scan.Text()
		}
	})
	t.Cleanup(func() {
		_ = r.cmd.Process.Kill() // it has ended, unless the test failed
	})
	return r
}

var typed = regexp.MustCompile(`types the code ([A-Z0-9-]+),`)

// code is what it asks an officer to type.
func (r *running) code(t *testing.T) string {
	t.Helper()
	for line := range r.says {
		if m := typed.FindStringSubmatch(line); m != nil {
			return m[1]
		}
	}
	t.Fatalf("it shows no code: %s", r.said.String())
	return ""
}

// end waits for its end.
func (r *running) end() (out, said string, err error) {
	for range r.says {
	}
	r.all.Wait()
	err = r.cmd.Wait()
	return r.out.String(), r.said.String(), err
}

// letIn approves a code on the pages.
func (v *visitor) letIn(code string, more ...string) {
	v.t.Helper()
	v.get("/device")
	page := v.post("/device", "program", code)
	v.find(page, `(value="approve")`)
	v.post("/device", append([]string{"program", code, "do", "approve"}, more...)...)
	if v.at.RequestURI() != "/device?done=approved" {
		v.t.Fatalf("came to %s", v.at)
	}
}

// An officer lets an import into a running platform in by its code, for that import
// alone: what is of another county is refused row by row, and the program is gone at its end.
func TestAnOfficerLetsAnImportIn(t *testing.T) {
	o := openOffice(t)
	system, security, _ := o.administrators()
	desk := o.visitor().enter(o.officer(system, security, "a001"))
	run := bringIn(t, "-json", "-server", o.url, sheetOf(t, firm(1, "阿勒泰市"), firm(2, "富蕴县")))
	desk.letIn(run.code(t))
	out, said, err := run.end()
	if err != nil {
		t.Fatal(err, said)
	}
	var r report
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		t.Fatal(err, out)
	}
	if s := r.Sheets["employers.csv"]; s.Rows != 2 || s.Accepted != 1 || s.Rejected["auth.division"] != 1 {
		t.Errorf("%+v\n%s", r, said)
	}
	if !strings.Contains(said, "请工作人员登录后打开 "+o.url+"/device") || !strings.Contains(said, "officer a001") {
		t.Errorf("it said %s", said)
	}
	if page := desk.get("/me/devices"); strings.Contains(page, "qiao import") {
		t.Error("the program is still let in")
	}

	refused := bringIn(t, "-server", o.url, sheetOf(t, firm(3, "阿勒泰市")))
	code := refused.code(t)
	desk.post("/device", "program", code, "do", "refuse")
	if _, said, err := refused.end(); err == nil || !strings.Contains(said, "not let in") {
		t.Errorf("refused: %v %s", err, said)
	}
}

// At night a program goes by a credential, which is its owner's alone and is ended on
// the officer's page; the next import with it says so.
func TestAnImportAtNight(t *testing.T) {
	o := openOffice(t)
	system, security, _ := o.administrators()
	desk := o.visitor().enter(o.officer(system, security, "a001"))
	file := filepath.Join(t.TempDir(), "night.credential")
	run := bringIn(t, "-server", o.url, "-credential", file, "-sign-in", "-days", "20")
	desk.letIn(run.code(t), "days", "7")
	if _, said, err := run.end(); err != nil {
		t.Fatal(err, said)
	}
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatal(info, err)
	}
	sheet := sheetOf(t, firm(1, "阿勒泰市"))
	for _, want := range []string{`"created": 1`, `"unchanged": 1`} {
		out, said, err := bringIn(t, "-json", "-credential", file, sheet).end()
		if err != nil || !strings.Contains(out, want) {
			t.Errorf("%v %s %s", err, out, said)
		}
	}
	page := desk.get("/me/devices")
	desk.post("/me/devices/end", "session", desk.find(page, `qiao import[\s\S]*?name="session" value="([^"]+)"`))
	if _, said, err := bringIn(t, "-credential", file, sheet).end(); err == nil || !strings.Contains(said, "has ended") || !strings.Contains(said, "program.ended") {
		t.Errorf("after its end: %v %s", err, said)
	}
}

// stops ends the program's sign-in at a call of an import, and lets it and what comes
// after go on once the platform knows.
type stops struct {
	contract.Caller
	at   int
	end  func()
	mu   sync.Mutex
	seen int
}

func (s *stops) Call(ctx context.Context, service, method string, req, into proto.Message) error {
	s.mu.Lock()
	if s.seen++; s.seen == s.at {
		s.end()
	}
	s.mu.Unlock()
	return s.Caller.Call(ctx, service, method, req, into)
}

// lives reports whether what the program was given before still opens a door.
func lives(c contract.Caller) bool {
	as := rpc.As(context.Background(), auth.Principal{Kind: auth.Officer, Subject: "x", Department: "hrss", Division: auth.Everywhere, Purpose: "registration", LegalBasis: "law", Via: auth.ViaImport})
	_, err := employmentv1.EmploymentClient{Caller: c, Target: "employment"}.RegisterEmployer(as, &employmentv1.RegisterEmployerRequest{Uscc: creditCode(1), Name: "测试", IndustrySection: "E", County: "654301", CheckOnly: true})
	return errs.CodeOf(err) != "auth.session_over"
}

// What is ended midway stops the import with a sentence and applies nothing by halves:
// the same sheets again, let in anew, find what is there and add the rest.
func TestAnImportThatIsEndedMidwayGoesOn(t *testing.T) {
	o := openOffice(t)
	system, security, _ := o.administrators()
	desk := o.visitor().enter(o.officer(system, security, "a001"))
	pages, err := signin.At(o.url)
	if err != nil {
		t.Fatal(err)
	}
	tables, err := ident.LoadTables()
	if err != nil {
		t.Fatal(err)
	}
	var rows []string
	for n := range 400 {
		rows = append(rows, firm(n, "阿勒泰市"))
	}
	sheet := sheetOf(t, rows...)
	bring := func(stop int) (*importer.Report, error) {
		ctx := context.Background()
		asked, err := pages.Ask(ctx, "qiao import (test)", 0)
		if err != nil {
			t.Fatal(err)
		}
		desk.letIn(asked.Code)
		by, err := pages.Wait(ctx, asked)
		if err != nil {
			t.Fatal(err)
		}
		proofs := pages.Proofs(by)
		caller := &stops{Caller: rpc.NewTogether(rpc.NewProvingHTTP(o.url, http.DefaultClient, proofs)), at: stop}
		caller.end = func() {
			desk.post("/me/devices/end", "session", desk.find(desk.get("/me/devices"), `qiao import[\s\S]*?name="session" value="([^"]+)"`))
			testkit.Eventually(t, "the doors know", func() bool {
				err := proofs.May(ctx, "edu") // asks for a proof
				return errors.Is(err, signin.ErrEnded) && !lives(caller.Caller)
			})
		}
		im := importer.Importer{Services: standalone.Names(), Tables: tables, Caller: caller, May: proofs.May}
		return im.Run(ctx, sheet)
	}
	r, err := bring(100)
	var stopped *importer.Stopped
	if !errors.As(err, &stopped) || !strings.Contains(err.Error(), "has ended") || !strings.Contains(err.Error(), "give the same command again to be let in anew") {
		t.Fatalf("%v, %+v", err, r)
	}
	before := r.Sheets["employers.csv"]
	if before.Created == 0 && before.Rows != 0 || before.Created >= 400 || len(before.Rejected) != 0 {
		t.Errorf("until then: %+v", before)
	}
	if r, err = bring(0); err != nil {
		t.Fatal(err)
	}
	if s := r.Sheets["employers.csv"]; s.Rows != 400 || s.Created+s.Unchanged != 400 || s.Unchanged < before.Created {
		t.Errorf("and then: %+v after %+v", s, before)
	}
}
