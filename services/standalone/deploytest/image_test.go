package deploytest

import (
	"bytes"
	"debug/elf"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"
)

// The build stage's commands, run as they stand in the Dockerfile on exactly
// what .dockerignore lets through, give each image a program that needs no
// library, takes the configuration that compose mounts, refuses another, and
// answers compose's health check.
func TestImages(t *testing.T) {
	p := compose(t)
	stages := dockerfile(t)
	source := buildContext(t)
	secrets := makeSecrets(t, "postgres:5432")
	var status atomic.Int32
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/ready" {
			t.Errorf("the health check asks for %s", r.URL.Path)
		}
		w.WriteHeader(int(status.Load()))
	}))
	defer srv.Close()
	own := slices.Index(stages[0], "ARG SERVICE") // what stands above is the same for all
	if own < 0 {
		t.Fatal("the build stage does not ask which service it builds")
	}
	execute := func(lines []string, service, out string) {
		for _, line := range lines {
			command, ok := strings.CutPrefix(line, "RUN ")
			if !ok {
				continue
			}
			c := exec.Command("sh", "-c", strings.ReplaceAll(command, "/out/", out+"/"))
			c.Dir, c.Env = source, append(os.Environ(), "SERVICE="+service)
			if said, err := c.CombinedOutput(); err != nil {
				t.Fatalf("%s: %s: %v\n%s", service, command, err, said)
			}
		}
	}
	execute(stages[0][:own], "", t.TempDir())
	for _, name := range programs() {
		out := t.TempDir()
		execute(stages[0][own:], *p.Services[name].Build.Args["SERVICE"], out)
		program := filepath.Join(out, "service")
		f, err := elf.Open(program)
		if err != nil {
			t.Fatal(err)
		}
		libs, err := f.ImportedLibraries()
		if err != nil || len(libs) > 0 || f.Section(".interp") != nil {
			t.Errorf("%s needs what its image lacks: %v, %v", name, libs, err)
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}

		conf := filepath.Join(out, "config.json")
		as := func(args ...string) *exec.Cmd {
			for i := range args {
				args[i] = strings.ReplaceAll(args[i], inConfig, conf)
			}
			c := exec.Command(program, args...)
			for k, v := range p.Services[name].Environment {
				c.Env = append(c.Env, k+"="+*v)
			}
			return c
		}
		mounted := ""
		for _, v := range p.Services[name].Volumes {
			if v.Target == inConfig {
				mounted = read(t, v.Source)
			}
		}
		write(t, conf, strings.ReplaceAll(mounted, inSecrets, secrets+"/"))
		if said, err := as("-config", inConfig, "-config.verify").CombinedOutput(); err != nil {
			t.Errorf("%s -config.verify: %v\n%s", name, err, said)
		}
		check := p.Services[name].HealthCheck.Test
		if len(check) < 3 || check[0] != "CMD" || check[1] != "/service" {
			t.Fatalf("%s: an image without a shell cannot run %v", name, check)
		}
		for _, answer := range []int32{http.StatusOK, http.StatusServiceUnavailable} {
			status.Store(answer)
			c := as(check[2:]...)
			c.Env = append(c.Env, "QIAO_LISTEN="+strings.TrimPrefix(srv.URL, "http://"))
			if said, err := c.CombinedOutput(); (err == nil) != (answer == http.StatusOK) {
				t.Errorf("%s: the health check of a service that answers %d: %v\n%s", name, answer, err, said)
			}
		}
		write(t, conf, strings.Replace(mounted, "127.0.0.1:8080", "0.0.0.0:8080", 1))
		if said, err := as("-config", inConfig, "-config.verify").CombinedOutput(); err == nil || !bytes.Contains(said, []byte("loopback")) {
			t.Errorf("%s would serve others before sign-in exists: %v %s", name, err, said)
		}
	}
}

// The image holds the program alone and runs it as nobody.
func TestTheImageHoldsOnlyTheProgram(t *testing.T) {
	last := strings.Join(dockerfile(t)[1], "\n")
	for _, want := range []string{
		`(?m)^FROM scratch$`,
		`(?m)^COPY --from=build /out/service /service$`,
		`(?m)^USER [1-9][0-9]*:[1-9][0-9]*$`, // by number: there is no list of users
		`(?m)^ENTRYPOINT \["/service", "-config", "` + inConfig + `"\]$`,
		`(?m)^HEALTHCHECK .*CMD \["/service", "-config", "` + inConfig + `", "-health"\]$`,
	} {
		if !regexp.MustCompile(want).MatchString(last) {
			t.Errorf("the image's stage has no line %s", want)
		}
	}
	if n := strings.Count(last, "COPY"); n != 1 {
		t.Errorf("%d files are copied into the image", n)
	}
}

// Data, keys and the history stay out of a build.
func TestTheBuildContextIsSourceOnly(t *testing.T) {
	ignored := dockerignore(t)
	for _, path := range []string{
		".git/HEAD", ".env", "deploy/secrets/master.key", "deploy/data/postgres/pgdata/PG_VERSION", "qiao-data/registry.db", "qiao-data.key",
		"qiao-cluster/keys/master.key", "services/registry/registry_test.go", "services/standalone/testdata/sheet.xlsx", "services/x.key",
	} {
		if !ignored(path) {
			t.Errorf("%s would go into a build", path)
		}
	}
}

// dockerfile returns the instructions of the Dockerfile's two stages, one a line.
func dockerfile(t *testing.T) (stages [][]string) {
	t.Helper()
	text := strings.ReplaceAll(read(t, filepath.Join(root, "deploy/docker/Dockerfile")), "\\\n", "")
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "FROM ") {
			stages = append(stages, nil)
		}
		if line != "" && !strings.HasPrefix(line, "#") {
			stages[len(stages)-1] = append(stages[len(stages)-1], line)
		}
	}
	if len(stages) != 2 {
		t.Fatalf("%d stages", len(stages))
	}
	return stages
}

func dockerignore(t *testing.T) func(path string) bool {
	t.Helper()
	patterns, err := ignorefile.ReadAll(strings.NewReader(read(t, filepath.Join(root, ".dockerignore"))))
	if err != nil {
		t.Fatal(err)
	}
	m, err := patternmatcher.New(patterns)
	if err != nil {
		t.Fatal(err)
	}
	return func(path string) bool {
		is, err := m.MatchesOrParentMatches(path)
		if err != nil {
			t.Fatal(err)
		}
		return is
	}
}

// buildContext copies what a build gets to see.
func buildContext(t *testing.T) (dir string) {
	t.Helper()
	ignored := dockerignore(t)
	dir = t.TempDir()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		if d.IsDir() {
			if top := !strings.ContainsRune(rel, filepath.Separator); top && rel != "." && ignored(rel) {
				return filepath.SkipDir // the history and the tools are large
			}
			return nil
		}
		if ignored(rel) || !d.Type().IsRegular() {
			return nil
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		to := filepath.Join(dir, rel)
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		return os.WriteFile(to, b, 0o644)
	})
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
