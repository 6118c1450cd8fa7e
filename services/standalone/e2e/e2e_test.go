//go:build e2e

package e2e

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/services/console"
	"github.com/qiao-platform/qiao/services/standalone"
)

const standaloneCommand = "github.com/qiao-platform/qiao/services/standalone/cmd/qiao"

var program string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "qiao-e2e-")
	if err != nil {
		panic(err)
	}
	program = filepath.Join(dir, "qiao")
	commands := []string{standaloneCommand}
	for _, name := range append(standalone.Names(), console.Name) {
		commands = append(commands, "github.com/qiao-platform/qiao/services/"+name+"/cmd/"+name)
	}
	// As the images are built, so that this is compiled once.
	build := exec.Command("go", append([]string{"build", "-trimpath", "-ldflags=-s", "-o", dir + "/"}, commands...)...)
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	out, err := build.CombinedOutput()
	if err != nil {
		fmt.Fprintf(os.Stderr, "build: %v\n%s", err, out)
		os.Exit(1)
	}
	code := m.Run()
	if err := endCluster(); err != nil {
		fmt.Fprintln(os.Stderr, "the cluster:", err)
		code = 1
	}
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

const sheets = "../testdata/altay-2026"

// qiao runs the program to its end and returns its standard output.
func qiao(t *testing.T, args ...string) ([]byte, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	c := exec.CommandContext(ctx, program, args...)
	var stderr bytes.Buffer
	c.Stderr = &stderr
	out, err := c.Output()
	if err != nil {
		err = fmt.Errorf("%w: %s", err, stderr.String())
	}
	return out, err
}

// made is a new platform's folder for real people, as an operator makes it.
func made(t *testing.T) string {
	t.Helper()
	data := filepath.Join(t.TempDir(), "data")
	if _, err := qiao(t, "init", "-data", data); err != nil {
		t.Fatal(err)
	}
	return data
}

// server is a running platform.
type server struct {
	url string
	cmd *exec.Cmd
}

var openAt = regexp.MustCompile(`open (http://\S+)/`)

// serve starts the program and returns when it says that it is ready.
func serve(t *testing.T, args ...string) *server {
	t.Helper()
	c := exec.Command(program, append([]string{"serve", "-listen", "127.0.0.1:0"}, args...)...)
	stderr, err := c.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	s := &server{cmd: c}
	t.Cleanup(s.stop)
	ready := make(chan string, 1)
	go func() {
		scan := bufio.NewScanner(stderr)
		for scan.Scan() {
			if m := openAt.FindStringSubmatch(scan.Text()); m != nil {
				ready <- m[1]
			} else if os.Getenv("QIAO_TEST_LOG") != "" {
				fmt.Fprintln(os.Stderr, scan.Text())
			}
		}
		close(ready)
	}()
	select {
	case url, ok := <-ready:
		if !ok {
			t.Fatal("the platform ended before it was ready")
		}
		s.url = url
	case <-time.After(time.Minute):
		t.Fatal("the platform is not ready after a minute")
	}
	return s
}

func (s *server) stop() {
	if s.cmd.ProcessState == nil {
		_ = s.cmd.Process.Signal(syscall.SIGTERM)
		_ = s.cmd.Wait()
	}
}

type report struct {
	Sheets map[string]struct {
		Rows, Accepted, Unchanged int
		Rejected, Noted           map[string]int
	}
}

func importAltay(t *testing.T, args ...string) report {
	t.Helper()
	out, err := qiao(t, append([]string{"import", "-json", "-as-of", "2026-11-01"}, append(args, sheets)...)...)
	if err != nil {
		t.Fatal(err)
	}
	var r report
	if err := json.Unmarshal(out, &r); err != nil {
		t.Fatalf("%v: %.300s", err, out)
	}
	return r
}

// sums adds what every sheet of a kind says: duplicates may be refused in
// either of the two sheets that hold them, so worker sheets are compared by sum.
func sums(r report) map[string]int {
	all := map[string]int{}
	for name, s := range r.Sheets {
		kind := name
		if strings.HasPrefix(name, "workers") {
			kind = "workers"
		}
		all[kind+" rows"] += s.Rows
		all[kind+" accepted"] += s.Accepted + s.Unchanged
		for k, n := range s.Rejected {
			all[kind+" rejected "+k] += n
		}
		for k, n := range s.Noted {
			all[kind+" noted "+k] += n
		}
	}
	return all
}

func expected(t *testing.T) map[string]int {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(sheets, "expected.json"))
	if err != nil {
		t.Fatal(err)
	}
	var r report
	if err := json.Unmarshal(b, &r); err != nil {
		t.Fatal(err)
	}
	want := sums(r)
	// expected.json counts 8 normalised rows in the sheet of 654301. The file
	// holds seven: the eighth lost its odd number when the generator wrote a
	// duplicate's number over it.
	want["workers noted normalised"] = 25
	return want
}

func compare(t *testing.T, got, want map[string]int) {
	t.Helper()
	for k, n := range want {
		if got[k] != n {
			t.Errorf("%s: %d, want %d", k, got[k], n)
		}
	}
	for k, n := range got {
		if _, ok := want[k]; !ok && n != 0 {
			t.Errorf("%s: %d, want none", k, n)
		}
	}
}

func verify(t *testing.T, data string, flags ...string) {
	t.Helper()
	if out, err := qiao(t, append([]string{"verify", "-data", data}, flags...)...); err != nil {
		t.Errorf("verify: %v\n%s", err, out)
	}
}

func TestImportGivesExactlyTheExpectedCounts(t *testing.T) {
	data := made(t)
	first := importAltay(t, "-data", data)
	compare(t, sums(first), expected(t))
	verify(t, data)
	second := importAltay(t, "-data", data)
	compare(t, sums(second), expected(t))
	for name, s := range second.Sheets {
		if s.Accepted != 0 {
			t.Errorf("%s: the second import added %d", name, s.Accepted)
		}
	}
	verify(t, data)
	refused, err := filepath.Glob(filepath.Join(data, "refused", "*.refused.csv"))
	if err != nil || len(refused) != 10 { // seven of workers, children, employers, vacancies: the second run's, which judged each row of the first's again
		t.Errorf("refused rows were written to %d files: %v", len(refused), err)
	}
}

func TestImportIntoARunningPlatform(t *testing.T) {
	data := made(t)
	first := filepath.Join(t.TempDir(), "link")
	t.Setenv("QIAO_ADMIN_LINK_FILE", first)
	s := serve(t, "-data", data)
	if _, err := qiao(t, "import", "-data", data, sheets); err == nil || !strings.Contains(err.Error(), "another process serves") {
		t.Errorf("a folder that is being served was imported into: %v", err)
	}
	link, err := os.ReadFile(first)
	if err != nil {
		t.Fatal(err)
	}
	at, err := url.Parse(strings.TrimSpace(string(link)))
	if err != nil {
		t.Fatal(err)
	}
	o := &office{t: t, url: s.url}
	system, security, _ := o.administratorsBy(at.RequestURI())
	system.post("/admin/accounts", "staff", "a001", "role1", "clerk", "department1", "hrss", "covered1", "*",
		"role2", "clerk", "department2", "edu", "covered2", "*", "role3", "reviewer", "department3", "hou", "covered3", "*")
	desk := o.visitor()
	handed := o.link(security.post("/admin/acts/"+o.find(security.get("/admin/acts"), `action="/admin/acts/([^"]+)"`), "do", "approve"))
	desk.enter(desk.accept(handed, "a001", o.word(system)))
	run := bringIn(t, "-json", "-as-of", "2026-11-01", "-server", s.url, "-data", data, absolute(t, sheets))
	desk.letIn(run.code(t))
	out, said, err := run.end()
	if err != nil {
		t.Fatal(err, said)
	}
	var r report
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		t.Fatal(err)
	}
	compare(t, sums(r), expected(t))
	if _, err := qiao(t, "serve", "-data", data, "-listen", "127.0.0.1:0"); err == nil || !strings.Contains(err.Error(), "another process serves") {
		t.Errorf("a second serve on the same folder: %v", err)
	}
	s.stop()
	verify(t, data)
}

func TestKilledImportGoesOnToTheSameEnd(t *testing.T) {
	data := made(t)
	killed := 0
	for _, after := range []int{1, 3, 6} { // sheets' worth of refused files: deeper each time
		if err := os.RemoveAll(filepath.Join(data, "refused")); err != nil {
			t.Fatal(err)
		}
		c := exec.Command(program, "import", "-data", data, "-as-of", "2026-11-01", sheets)
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- c.Wait() }()
		tick := time.NewTicker(2 * time.Millisecond)
	wait:
		for {
			select {
			case err := <-ended:
				if err != nil {
					t.Fatal(err)
				}
				break wait // it was too fast to be killed there
			case <-tick.C:
				if n, _ := filepath.Glob(filepath.Join(data, "refused", "*.csv")); len(n) >= after {
					killed++
					if err := c.Process.Kill(); err != nil {
						t.Fatal(err)
					}
					if err := <-ended; err == nil {
						t.Fatal("the import ended well though it was killed")
					}
					break wait
				}
			}
		}
		tick.Stop()
	}
	if killed == 0 {
		t.Fatal("no import was killed")
	}
	compare(t, sums(importAltay(t, "-data", data)), expected(t))
	verify(t, data)
	if left, err := filepath.Glob(filepath.Join(data, "refused", ".*")); err != nil || len(left) > 0 {
		t.Errorf("half-written files are left: %v, %v", left, err)
	}
}

func TestRealAndDemoNeverMix(t *testing.T) {
	data := made(t)
	serve(t, "-data", data).stop()
	if _, err := qiao(t, "serve", "-demo", "-data", data, "-listen", "127.0.0.1:0"); err == nil || !strings.Contains(err.Error(), "cannot be used for") {
		t.Errorf("a demonstration in a folder for real people: %v", err)
	}
}

func TestWrongCallsAreRefusedInWords(t *testing.T) {
	for want, args := range map[string][]string{
		"plain HTTP":  {"serve", "-listen", "0.0.0.0:8080", "-data", filepath.Join(t.TempDir(), "x")},
		"one folder":  {"import"},
		"no platform": {"verify", "-data", t.TempDir()},
		"-as-of":      {"import", "-as-of", "yesterday", sheets},
	} {
		if _, err := qiao(t, args...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v", args, err)
		}
	}
}

// Without a command nothing is begun; what is not there is not made.
func TestNothingIsBegunByChance(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct {
		args []string
		exit int
		says string
	}{
		{nil, 2, "qiao init"},
		{[]string{"-demo"}, 2, "qiao init"},
		{[]string{"sevre"}, 2, "qiao init"},
		{[]string{"help"}, 0, ""},
		{[]string{"serve", "-listen", "127.0.0.1:0"}, 1, "qiao init -data qiao-data"},
		{[]string{"import", sheetsHere(t)}, 1, "qiao init -data qiao-data"},
		{[]string{"verify"}, 1, "no platform"},
		{[]string{"backup", "-to", "a", "-keys-to", "b"}, 1, "no platform"},
	} {
		cmd := exec.Command(program, c.args...)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if code := cmd.ProcessState.ExitCode(); code != c.exit || !strings.Contains(string(out), c.says) {
			t.Errorf("%v ended with %d, %v: %s", c.args, code, err, out)
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("something was made: %v, %v", left, err)
	}
}

func sheetsHere(t *testing.T) string {
	t.Helper()
	full, err := filepath.Abs(sheets)
	if err != nil {
		t.Fatal(err)
	}
	return full
}

// The registry alone is lost, there is no copy of it, and its sheets are
// imported again: nobody is somebody else to the other departments, and no child
// stands in the draw twice.
func TestARegistryThatIsLostAndImportedAgain(t *testing.T) {
	data := made(t)
	importAltay(t, "-data", data)
	applications := func() int64 { return count(t, data, "education", `SELECT count(*) FROM application`) }
	children := func() int64 {
		return count(t, data, "education", `SELECT count(DISTINCT child_id) FROM application`)
	}
	workers := count(t, data, "registry", `SELECT count(*) FROM worker`)
	before := applications()
	if before == 0 || children() != before {
		t.Fatalf("%d applications of %d children: the test shows nothing", before, children())
	}
	for _, f := range []string{"registry.db", "registry.db-wal", "registry.db-shm"} {
		if err := os.Remove(filepath.Join(data, f)); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
	for _, args := range [][]string{{"serve", "-data", data, "-listen", "127.0.0.1:0"}, {"import", "-data", data, sheets}, {"backup", "-data", data, "-to", data + "-a", "-keys-to", data + "-b"}} {
		if _, err := qiao(t, args...); err == nil || !strings.Contains(err.Error(), "lacks registry.db") {
			t.Errorf("%s: %v", args[0], err)
		}
	}
	if out, err := qiao(t, "verify", "-data", data); err == nil || !strings.Contains(string(out), "lacks registry.db") {
		t.Errorf("verify: %v\n%s", err, out)
	}
	if _, err := qiao(t, "restore", "-data", data, "-begin-anew", "registry"); err == nil || !strings.Contains(err.Error(), "Say why") {
		t.Errorf("without a reason: %v", err)
	}
	if _, err := qiao(t, "restore", "-data", data, "-begin-anew", "housing", "-reason", "the disk failed", "-officer", "o-17"); err == nil || !strings.Contains(err.Error(), "was not lost") {
		t.Errorf("a database that is there: %v", err)
	}
	if _, err := qiao(t, "restore", "-data", data, "-begin-anew", "registry", "-reason", "the disk failed", "-officer", "o-17"); err != nil {
		t.Fatal(err)
	}
	importAltay(t, "-data", data)
	if n := count(t, data, "registry", `SELECT count(*) FROM worker`); n != workers {
		t.Errorf("%d workers, were %d", n, workers)
	}
	if applications() != before || children() != before {
		t.Errorf("%d applications of %d children, were %d", applications(), children(), before)
	}
	if n := count(t, data, "registry", `SELECT count(*) FROM epoch WHERE epoch = 2 AND officer = 'o-17' AND seq = 0`); n != 1 {
		t.Error("the registry's channel does not go on under a new epoch")
	}
	verify(t, data)
}
