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
	built := t.TempDir()
	for _, line := range stages["build"] {
		command, ok := strings.CutPrefix(line, "RUN ")
		if !ok {
			continue
		}
		c := exec.Command("sh", "-c", strings.ReplaceAll(command, "/out/", built+"/"))
		c.Dir = source
		if said, err := c.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", command, err, said)
		}
	}
	for _, name := range append(programs(), "qiao") {
		out := t.TempDir()
		b := p.Services[name].Build
		program := filepath.Join(built, "qiao")
		if name != "qiao" {
			program = filepath.Join(built, *b.Args["SERVICE"])
		}
		if _, ok := stages[b.Target]; !ok {
			t.Fatalf("%s is built from a stage that is not there: %q", name, b.Target)
		}
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
		if name == "qiao" {
			continue // what it does with its configuration is tried in the end-to-end tests
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
		open := as("-config", inConfig, "-config.verify")
		open.Env = append(open.Env, "QIAO_LISTEN=0.0.0.0:8080")
		if said, err := open.CombinedOutput(); err == nil || !bytes.Contains(said, []byte("plain HTTP")) {
			t.Errorf("%s would serve others without TLS: %v %s", name, err, said)
		}
	}
}

// The image holds the program alone and runs it as nobody.
func TestTheImageHoldsOnlyTheProgram(t *testing.T) {
	last := strings.Join(dockerfile(t)["service"], "\n")
	for _, want := range []string{
		`(?m)^FROM scratch AS service$`,
		`(?m)^COPY --from=build /out/\$\{SERVICE\} /service$`,
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

// A place that reaches mirrors alone says so by arguments; nothing asks a
// registry for the builder's front end.
func TestTheBuildNamesNoPlace(t *testing.T) {
	text := read(t, filepath.Join(root, "deploy/docker/Dockerfile"))
	if strings.Contains(text, "syntax=") {
		t.Error("the builder's front end would be fetched")
	}
	for _, arg := range []string{"GO_IMAGE", "GOPROXY", "GOSUMDB"} {
		if !regexp.MustCompile(`(?m)^ARG ` + arg + `\b`).MatchString(text) {
			t.Errorf("the build takes no argument %s", arg)
		}
	}
	p := compose(t, "QIAO_REGISTRY=mirror.test/library/", "QIAO_GOPROXY=https://modules.test", "QIAO_IMAGES=mirror.test/qiao/", "QIAO_TAG=7", "QIAO_NATS_TAG=1-own")
	for name, s := range p.Services {
		if !strings.HasPrefix(s.Image, "mirror.test/") {
			t.Errorf("%s comes from elsewhere: %s", name, s.Image)
		}
		if b := s.Build; b != nil && (*b.Args["GO_IMAGE"] != "mirror.test/library/golang:1.26-bookworm" || *b.Args["GOPROXY"] != "https://modules.test") {
			t.Errorf("%s is built from elsewhere: %v", name, b.Args)
		}
	}
	if p.Services["nats-1"].Image != "mirror.test/library/nats:1-own" || p.Services["registry"].Image != "mirror.test/qiao/registry:7" {
		t.Error("tags cannot be chosen")
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

// dockerfile returns the instructions of the Dockerfile's stages by their
// names, one a line.
func dockerfile(t *testing.T) (stages map[string][]string) {
	t.Helper()
	stages = map[string][]string{}
	stage := ""
	text := strings.ReplaceAll(read(t, filepath.Join(root, "deploy/docker/Dockerfile")), "\\\n", "")
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "FROM ") {
			words := strings.Fields(line)
			stage = words[len(words)-1]
		}
		if line != "" && !strings.HasPrefix(line, "#") {
			stages[stage] = append(stages[stage], line)
		}
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
