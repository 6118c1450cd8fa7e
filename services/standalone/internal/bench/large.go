package bench

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/proto/contract"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	"github.com/qiao-platform/qiao/services/standalone"
)

// large measures the program itself on an empty folder and on a large registry.
func large(ctx context.Context, b *bench) error {
	if b.Program == "" {
		return errors.New("the program itself is needed")
	}
	empty, err := b.dir("empty")
	if err != nil {
		return err
	}
	if err := b.begin(ctx, filepath.Join(empty, "data")); err != nil {
		return err
	}
	s, err := b.start(ctx, filepath.Join(empty, "data"), 0)
	if err != nil {
		return err
	}
	b.atMost("ready on an empty folder", s.ready.Seconds(), "s", 2)

	run, err := b.imported(ctx, b.Program, "large", b.Workers)
	if err != nil {
		return err
	}
	run.note(b)
	dir, data := filepath.Dir(run.data), run.data
	if err := b.third(ctx, dir, data); err != nil {
		return err
	}
	if s, err = b.start(ctx, data, 3*time.Second); err != nil {
		return err
	}
	b.atMost(fmt.Sprintf("ready with %d workers", b.Workers), s.ready.Seconds(), "s", 4)
	b.atMost(fmt.Sprintf("resident with %d workers of three events each", b.Workers), s.residentMiB, "MiB", 1024)
	b.raw("the databases of these on disk", onDisk(data), "MiB")
	return nil
}

// begin makes a platform's folder.
func (b *bench) begin(ctx context.Context, data string) error {
	out, err := exec.CommandContext(ctx, b.Program, "init", "-data", data, "-key-file", filepath.Join(filepath.Dir(data), "key")).CombinedOutput()
	if err != nil {
		return fmt.Errorf("init: %w: %s", err, out)
	}
	return nil
}

var readyLine = regexp.MustCompile(`ready after .*(http://[^/ ]+/)`)

// started is what a served folder showed.
type started struct {
	ready       time.Duration
	page        time.Duration // the first that was asked for
	residentMiB float64       // after a while
}

// start serves a folder until it is ready and has run for a while.
func (b *bench) start(ctx context.Context, data string, run time.Duration) (s started, err error) {
	c := exec.CommandContext(ctx, b.Program, "serve", "-data", data, "-key-file", filepath.Join(filepath.Dir(data), "key"), "-listen", "127.0.0.1:0")
	stderr, err := c.StderrPipe()
	if err != nil {
		return s, err
	}
	start := time.Now()
	if err := c.Start(); err != nil {
		return s, err
	}
	defer func() {
		_ = c.Process.Signal(syscall.SIGTERM)
		_ = c.Wait()
	}()
	scan := bufio.NewScanner(stderr)
	for scan.Scan() {
		if at := readyLine.FindStringSubmatch(scan.Text()); at != nil {
			s.ready = time.Since(start)
			if s.page, err = asked(ctx, at[1]); err != nil {
				return s, err
			}
			break
		}
	}
	if s.ready == 0 {
		return s, errors.New("the program ended before it was ready")
	}
	select {
	case <-time.After(run):
	case <-ctx.Done():
		return s, ctx.Err()
	}
	s.residentMiB, err = resident(c.Process.Pid)
	return s, err
}

// asked asks for a page and returns how long all of it took.
func asked(ctx context.Context, address string) (time.Duration, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return 0, err
	}
	start := time.Now()
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	_, err = io.Copy(io.Discard, resp.Body)
	if err = errors.Join(err, resp.Body.Close()); err == nil && resp.StatusCode != http.StatusOK {
		err = errors.New(address + ": " + resp.Status)
	}
	return time.Since(start), err
}

// resident reads a process's resident memory.
func resident(pid int) (float64, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(b)) {
		if f := strings.Fields(line); len(f) == 3 && f[0] == "VmRSS:" {
			kib, err := strconv.ParseFloat(f[1], 64)
			return kib / 1024, err
		}
	}
	return 0, errors.New("the system does not tell the resident memory")
}

func onDisk(dir string) float64 {
	files, _ := filepath.Glob(filepath.Join(dir, "*.db*"))
	var n int64
	for _, f := range files {
		if info, err := os.Stat(f); err == nil {
			n += info.Size()
		}
	}
	return float64(n) / (1 << 20)
}

// writeSheet writes a county's sheet of invented workers, with birth dates, names and
// telephones as people have them: the finder compares who is alike.
func writeSheet(path string, n int) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w := bufio.NewWriter(f)
	if _, err := w.WriteString("姓名,公民身份号码,联系电话,居住乡镇(街道),意向职业,意向职业代码,期望月薪(元),文化程度,服务语言,可上岗日期,需要住宿,登记日期,告知书版本,本人签字\n"); err != nil {
		return err
	}
	today := clock.Today(clock.System())
	r := newRegister(n)
	for i := range n {
		who := r.all[r.add(r.person())]
		if _, err := fmt.Fprintf(w, "%s,%s,%s,金山路街道,建筑施工人员,6-29,%d,初级中学教育,国家通用语言,%s,是,%s,告知书2026-1,是\n",
			who.name, who.document(), who.phone, 3000+i%3000, today.AddDays(i%60), today.AddDays(-i%60)); err != nil {
			return err
		}
	}
	return w.Flush()
}

// third gives each worker a third event, an application, beside the
// registration and the saved wishes of the import.
func (b *bench) third(ctx context.Context, dir, data string) error {
	var workers []string
	db, err := sqldb.Open(ctx, "sqlite:"+filepath.Join(data, "employment.db"))
	if err != nil {
		return err
	}
	err = db.View(ctx, func(tx *sqldb.Tx) (err error) {
		workers, err = sqldb.Collect(tx, func(s sqldb.Scanner) (v string, err error) { return v, s.Scan(&v) }, `SELECT DISTINCT worker FROM event WHERE worker <> ''`)
		return err
	})
	if err := errors.Join(err, db.Close()); err != nil {
		return err
	}
	return invented(ctx, dir, func(ctx context.Context, _ *standalone.Platform, caller contract.Caller) error {
		employment := employmentv1.EmploymentClient{Caller: caller, Target: "employment"}
		today := clock.Today(clock.System())
		const uscc = "91654399MA0000015J"
		if _, err := employment.RegisterEmployer(officer(ctx, "hrss"), &employmentv1.RegisterEmployerRequest{Uscc: uscc, Name: "测试单位", IndustrySection: "H", County: "654301"}); err != nil {
			return err
		}
		v, err := employment.PublishVacancy(officer(ctx, "hrss"), &employmentv1.PublishVacancyRequest{
			Uscc: uscc, Title: "餐饮服务人员", Occupation: "4-03", Headcount: 10, WageMinFen: 400_000, WageMaxFen: 600_000, County: "654301",
			SeasonFrom: today.String(), SeasonTo: today.AddMonths(6).String(), Reference: "bench",
		})
		if err != nil {
			return err
		}
		var g errgroup.Group
		g.SetLimit(callers)
		for _, w := range workers {
			g.Go(func() error {
				_, err := employment.Apply(rpc.As(ctx, auth.Principal{Kind: auth.Worker, Subject: w, Purpose: "own_record", LegalBasis: "worker's own act", Via: auth.ViaWeb}), &employmentv1.ApplyRequest{Worker: w, VacancyId: v.GetVacancyId()})
				return err
			})
		}
		return errors.Join(g.Wait(), settle(ctx, caller))
	})
}

// invented runs the platform of an import as a demonstration, in which its
// invented people act.
func invented(ctx context.Context, dir string, do func(context.Context, *standalone.Platform, contract.Caller) error) error {
	data := filepath.Join(dir, "data")
	m, err := standalone.ReadManifest(data)
	if err != nil {
		return err
	}
	m.Purpose = standalone.PurposeDemo
	if err := m.Write(data); err != nil {
		return err
	}
	err = whole(ctx, dir, do)
	m.Purpose = standalone.PurposeReal
	return errors.Join(err, m.Write(data))
}
