package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const name = "welfare"

// copied is the repository as it stands, committed or not, in a folder of the test's own.
type copied struct {
	t   *testing.T
	dir string
}

func (c copied) run(command string, args ...string) string {
	c.t.Helper()
	out, err := c.try(command, args...)
	if err != nil {
		c.t.Fatalf("%s %s: %v\n%s", command, strings.Join(args, " "), err, out)
	}
	return out
}

func (c copied) try(command string, args ...string) (string, error) {
	cmd := exec.Command(command, args...)
	cmd.Dir = c.dir
	cmd.Env = append(os.Environ(), "GOWORK=", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_AUTHOR_NAME=test", "GIT_AUTHOR_EMAIL=test@example.test", "GIT_COMMITTER_NAME=test", "GIT_COMMITTER_EMAIL=test@example.test")
	b, err := cmd.CombinedOutput()
	return string(b), err
}

func (c copied) changed(filter string) []string {
	c.t.Helper()
	return strings.Fields(c.run("git", "diff", "--name-only", "--no-renames", "--diff-filter="+filter, "HEAD"))
}

func (c copied) read(path string) []byte {
	c.t.Helper()
	b, err := os.ReadFile(filepath.Join(c.dir, path))
	if err != nil {
		c.t.Fatal(err)
	}
	return b
}

func clone(t *testing.T) copied {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	c := copied{t, t.TempDir()}
	files := exec.Command("sh", "-c", `git ls-files -z -co --exclude-standard | xargs -0 sh -c 'for f; do [ ! -e "$f" ] || printf "%s\0" "$f"; done' - | tar -c --null -T - | tar -x -C "$1"`, "-", c.dir)
	files.Dir = root
	if b, err := files.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, b)
	}
	if err := os.Symlink(filepath.Join(root, ".bin"), filepath.Join(c.dir, ".bin")); err != nil {
		t.Fatal(err)
	}
	c.run("git", "init", "-q")
	c.run("git", "add", "-A")
	c.run("git", "commit", "-q", "-m", "before")
	return c
}

// TestADepartmentTouchesNoOther makes a department in a copy of the repository. It
// builds, its own tests pass and so do those that hold every service to the promises;
// no hand-written file of another service was touched, and three of the platform at most.
func TestADepartmentTouchesNoOther(t *testing.T) {
	c := clone(t)
	c.run("scripts/new-service", "-title", "残联", name)
	c.run("git", "add", "-A")
	t.Logf("what was written:\n%s", c.run("git", "diff", "--stat", "HEAD"))
	own := []string{"services/" + name + "/", "services/console/internal/section/" + name + "/", "proto/qiao/" + name + "/", "proto/gen/" + name + "/", "deploy/config/" + name + ".json"}
	for _, path := range c.changed("A") {
		if !slices.ContainsFunc(own, func(o string) bool { return strings.HasPrefix(path, o) }) {
			t.Errorf("%s is new, and not the department's own", path)
		}
	}
	if gone := c.changed("D"); len(gone) > 0 {
		t.Errorf("%v are gone", gone)
	}

	// What scripts/gen writes is what comes back when it is taken away.
	sources := []string{list, facts}
	changed, made := c.changed("M"), map[string][]byte{}
	for _, path := range changed {
		made[path] = c.read(path)
		if !slices.Contains(sources, path) {
			c.run("git", "checkout", "-q", "HEAD", "--", path)
		}
	}
	c.run("scripts/gen")
	var byHand []string
	for _, path := range changed {
		if slices.Contains(sources, path) || !bytes.Equal(made[path], c.read(path)) {
			byHand = append(byHand, path)
		}
		if err := os.WriteFile(filepath.Join(c.dir, path), made[path], 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("not written by scripts/gen: %v", byHand)
	if len(byHand) > 3 { // the lists of services and of facts, and the console's sections
		t.Errorf("%d files of the platform were touched", len(byHand))
	}
	for _, path := range byHand {
		if of, ok := strings.CutPrefix(path, "services/"); ok && strings.Contains(of, "/") && path != console {
			t.Errorf("%s is another service's", path)
		}
	}

	// And what it wrote is not to be changed by hand.
	for path, change := range map[string]func(string) string{
		"deploy/config/" + name + ".json": func(s string) string { return strings.Replace(s, "1024", "2048", 1) },
		"docker-compose.yml":              func(s string) string { return strings.Replace(s, "      - "+name+".database\n", "", 1) },
		".golangci.yml": func(s string) string {
			return strings.Replace(s, "services/"+name+"/internal/store", "services/other/internal/store", 1)
		},
		"proto/events.csv": func(s string) string {
			return strings.Replace(s, name+".application.submitted", name+".application.made", 1)
		},
	} {
		was := c.read(path)
		if err := os.WriteFile(filepath.Join(c.dir, path), []byte(change(string(was))), 0o644); err != nil {
			t.Fatal(err)
		}
		if out, err := c.try(filepath.Join(c.dir, ".bin/lists"), "-check", "proto/image.binpb"); err == nil || !strings.Contains(out, path) {
			t.Errorf("%s was changed by hand, and nobody says so: %s", path, out)
		}
		if err := os.WriteFile(filepath.Join(c.dir, path), was, 0o644); err != nil {
			t.Fatal(err)
		}
	}

	if got := c.run("gofmt", "-l", "services/"+name, "services/console"); got != "" {
		t.Errorf("not formatted: %s", got)
	}
	c.run("go", "vet", "./services/"+name+"/...", "./services/console/...", "./services/standalone/...")
	c.run("go", "test", "./proto/rights", "./services/"+name+"/...", "./services/console/internal/section/"+name)
	c.run("go", "test", "./services/standalone/deploytest", "-run", "^Test(Compose(Is|Sec|Up|Keeps).*|.*Configurations|EveryNamed.*|.*Outside)$")
	c.run("go", "test", "./services/console", "./services/standalone", "-run",
		"^Test(Every.*(Language|Name|Catalogued|Principal|Stands|Text.*|What)|EventsAre.*|OneName.*|NobodyElse.*|NoKept.*|TheJoined.*|Lists.*)$")
}

func TestNamesThatDoNotFit(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.MkdirAll("proto/qiao/platform", 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"", "a", "Welfare", "wel-fare", "wel_fare", "welfare2", strings.Repeat("a", 22), "range", "string", "context", "platform"} {
		if err := write(name, "残联", "hrss"); err == nil {
			t.Errorf("%q is a name", name)
		}
	}
	if err := write(name, "", "hrss"); err == nil {
		t.Error("a department without a name in Chinese is made")
	}
	if left, err := filepath.Glob("*"); err != nil || !slices.Equal(left, []string{"proto"}) {
		t.Errorf("%v, %v", left, err)
	}
}
