package deploytest

import (
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/qiao-platform/qiao/services/standalone"
	"github.com/qiao-platform/qiao/services/standalone/internal/keys"
)

// machine is a folder with the script and what stands for the machine around
// it: a docker that says what the test wants and notes what it was asked.
type machine struct {
	t      *testing.T
	dir    string
	docker string // shell lines: answers to "$*"
	id     string // the account's number
}

func newMachine(t *testing.T) *machine {
	m := &machine{t: t, dir: t.TempDir(), id: "1000"}
	for _, sub := range []string{"scripts", "bin", "deploy/config"} {
		if err := os.MkdirAll(filepath.Join(m.dir, sub), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	m.executable("scripts/compose", read(t, filepath.Join(root, "scripts/compose")))
	// A good machine.
	m.docker = `case "$*" in
  --version) echo "Docker version 28.2.2" ;;
  "version --format"*) echo 28.2.2 ;;
  "info --format"*) echo "[name=seccomp,profile=builtin] linux" ;;
  "compose version --short") echo 2.40.3 ;;
  "compose ps -q") echo running ;; # whose ports are its own
  *"config --images qiao"*) echo qiao/qiao:local ;;
  run*" keys "*) mkdir -p deploy/secrets; for s in master.key postgres.password people.key ` + passwords() + `; do [ -e deploy/secrets/$s ] || head -c 8 /dev/urandom | od -An -tx1 >deploy/secrets/$s; done ;;
esac`
	return m
}

// passwords are the files that qiao keys makes for each service.
func passwords() (all string) {
	for _, s := range standalone.Names() {
		all += " postgres-" + s + ".password " + s + ".key"
	}
	return all
}

func (m *machine) executable(path, content string) {
	m.t.Helper()
	if err := os.WriteFile(filepath.Join(m.dir, path), []byte(content), 0o755); err != nil {
		m.t.Fatal(err)
	}
}

// run runs scripts/compose there and returns what it printed.
func (m *machine) run(args ...string) (string, error) {
	m.t.Helper()
	m.executable("bin/docker", "#!/usr/bin/env bash\necho \"$*\" >>\"$ASKED\"\n"+m.docker+"\n")
	m.executable("bin/id", "#!/bin/sh\necho "+m.id+"\n")
	c := exec.Command(filepath.Join(m.dir, "scripts/compose"), args...)
	c.Env = append(os.Environ(), "PATH="+filepath.Join(m.dir, "bin")+":"+os.Getenv("PATH"), "ASKED="+filepath.Join(m.dir, "asked"))
	out, err := c.CombinedOutput()
	return string(out), err
}

func (m *machine) asked() string {
	b, err := os.ReadFile(filepath.Join(m.dir, "asked"))
	if err != nil {
		m.t.Fatal(err)
	}
	return string(b)
}

// What stands in the way of a first start is said in a sentence, before
// anything is made.
func TestComposeLooksFirst(t *testing.T) {
	change := func(from, to string) func(*machine) {
		return func(m *machine) { m.docker = strings.Replace(m.docker, from, to, 1) }
	}
	for name, c := range map[string]struct {
		make func(*machine)
		says string
	}{
		"root":           {func(m *machine) { m.id = "0" }, "not as root"},
		"an old engine":  {change("*) echo 28.2.2", "*) echo 19.03.15"), "engine is 19.03.15; it must be"},
		"no answer":      {change(`"version --format"*) echo 28.2.2`, `"version --format"*) exit 1`), "does not answer this account"},
		"podman":         {change("Docker version 28.2.2", "podman version 4.9.4"), "podman's stand-in"},
		"an old plugin":  {change("echo 2.40.3", "echo 2.17.2"), "plugin is 2.17.2; it must be"},
		"no plugin":      {change(`"compose version --short") echo 2.40.3`, `"compose version --short") exit 1`), "plugin is missing"},
		"rootless":       {change("[name=seccomp,profile=builtin]", "[name=seccomp name=rootless]"), "runs without root"},
		"other numbers":  {change("[name=seccomp,profile=builtin]", "[name=userns]"), "userns-remap"},
		"another's data": {func(m *machine) { m.executable(".env", "QIAO_UID=1234\n") }, "account number 1234"},
		"only Debian's own": {func(m *machine) {
			change(`"compose version --short") echo 2.40.3`, `"compose version --short") exit 1`)(m)
			m.executable("bin/docker-compose", "#!/bin/sh\necho 1.29.2\n")
		}, "only docker-compose 1.29.2"},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMachine(t)
			c.make(m)
			out, err := m.run("up")
			if err == nil || !strings.Contains(out, c.says) {
				t.Fatalf("%v: %s", err, out)
			}
			if _, err := os.Stat(filepath.Join(m.dir, "deploy/secrets")); err == nil || strings.Contains(m.asked(), " up ") {
				t.Error("something was made or started all the same")
			}
		})
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	_, port, _ := net.SplitHostPort(l.Addr().String()) // it has one
	m := newMachine(t)
	m.docker = strings.Replace(m.docker, "echo running", "true", 1)
	m.executable(".env", "QIAO_PORT="+port+"\n")
	if out, err := m.run("check"); err == nil || !strings.Contains(out, "Port "+port+" of 127.0.0.1 is in use") {
		t.Errorf("a port that is in use: %v: %s", err, out)
	}
	m = newMachine(t)
	if out, err := m.run("check"); err != nil || !strings.Contains(out, "Nothing stands in the way") {
		t.Errorf("a good machine: %v: %s", err, out)
	}
}

// The one command makes folders before Docker would, as root, and then secrets,
// starts the engines before the services, and may run again.
func TestComposeUp(t *testing.T) {
	m := newMachine(t)
	for range 2 {
		out, err := m.run("up")
		if err != nil || !strings.Contains(out, "open http://localhost:8080/") {
			t.Fatalf("%v: %s", err, out)
		}
		// The first start made data.
		if err := os.MkdirAll(filepath.Join(m.dir, "deploy/data/postgres/pgdata"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if env := read(t, filepath.Join(m.dir, ".env")); env != "QIAO_UID=1000\nQIAO_GID=1000\n" {
		t.Errorf("%q", env)
	}
	for _, dir := range []string{"data/postgres", "data/nats-1", "data/nats-3", "work", "sheets"} {
		if info, err := os.Stat(filepath.Join(m.dir, "deploy", dir)); err != nil || !info.IsDir() {
			t.Errorf("deploy/%s: %v", dir, err)
		}
	}
	steps := []string{"compose --profile tools build", "keys /secrets", "up -d --wait nats-1 nats-2 nats-3 postgres redis streams", "compose up -d --wait\n"}
	asked := m.asked()
	for _, step := range steps {
		i := strings.Index(asked, step)
		if i < 0 {
			t.Fatalf("%q is not asked for, or out of order:\n%s", step, m.asked())
		}
		asked = asked[i:]
	}
}

// Nothing is made anew where data is.
func TestComposeKeepsSecretsAndDataTogether(t *testing.T) {
	m := newMachine(t)
	if out, err := m.run("up"); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if err := os.MkdirAll(filepath.Join(m.dir, "deploy/data/postgres/pgdata"), 0o700); err != nil {
		t.Fatal(err)
	}
	secret := filepath.Join(m.dir, "deploy/secrets/postgres-housing.password")
	was := read(t, secret)
	write(t, secret, "another")
	if out, err := m.run("up"); err == nil || !strings.Contains(out, "these differ: postgres-housing.password") {
		t.Errorf("another password: %v: %s", err, out)
	}
	if err := os.Remove(secret); err != nil {
		t.Fatal(err)
	}
	if out, err := m.run("up"); err == nil || !strings.Contains(out, "lacks what it was made with: postgres-housing.password") {
		t.Errorf("a missing password: %v: %s", err, out)
	}
	if _, err := os.Stat(secret); err == nil {
		t.Error("it was made anew")
	}
	write(t, secret, was)
	if out, err := m.run("up"); err != nil {
		t.Errorf("with the right one again: %v: %s", err, out)
	}
	key := filepath.Join(m.dir, "deploy/secrets/registry.key") // of a copy that is older than the data
	write(t, key, "another")
	if out, err := m.run("up"); err == nil || !strings.Contains(out, "these differ: registry.key") || !strings.Contains(out, "up -anew NAME.key") {
		t.Errorf("another key: %v: %s", err, out)
	}
	if out, err := m.run("up", "-anew", "people.key"); err == nil || !strings.Contains(out, "these differ: registry.key") {
		t.Errorf("another key, and a word about a third: %v: %s", err, out)
	}
	if out, err := m.run("up", "-anew", "registry.key"); err != nil || !strings.Contains(m.asked(), " keys -anew=registry.key /secrets") {
		t.Errorf("another key, as was said: %v: %s", err, out)
	}
	if out, err := m.run("up"); err != nil {
		t.Errorf("and it is the one from then on: %v: %s", err, out)
	}
	if out, err := m.run("up", "-demo"); err == nil || !strings.Contains(out, "a demonstration needs a clone of its own") {
		t.Errorf("a demonstration on real data: %v: %s", err, out)
	}
}

// A backup that fails on its way says so, and leaves no half of one: the same
// command can be given again.
func TestComposeBacksUpWhollyOrNotAtAll(t *testing.T) {
	m := newMachine(t)
	m.docker += `
case "$*" in
  *"pg_dump"*employment) echo half; [ -e well ] || { echo "write: no space left on device" >&2; exit 1; } ;;
  *"pg_dump"*) echo whole ;;
esac`
	if out, err := m.run("backup", "copy", "keys"); err == nil || !strings.Contains(out, "what was begun is removed") {
		t.Errorf("%v: %s", err, out)
	}
	for _, dir := range []string{"copy", "keys"} {
		if left, err := os.ReadDir(filepath.Join(m.dir, dir)); err != nil || len(left) > 0 {
			t.Errorf("%s: %v, %v", dir, left, err)
		}
	}
	if strings.Contains(m.asked(), "registry") {
		t.Error("it went on after the failure")
	}
	write(t, filepath.Join(m.dir, "well"), "")
	if out, err := m.run("backup", "copy", "keys"); err != nil || !strings.Contains(out, "Copied: copy holds the data") {
		t.Errorf("%v: %s", err, out)
	}
	for file, want := range map[string]string{"copy/registry.dump": "whole\n", "copy/employment.dump": "half\n", "keys/person_keys.dump": "whole\n"} {
		info, err := os.Stat(filepath.Join(m.dir, file))
		if err != nil || info.Mode().Perm() != 0o600 || read(t, filepath.Join(m.dir, file)) != want {
			t.Errorf("%s: %v", file, err)
		}
	}
}

// A demonstration's secrets never become a real platform's, nor the other way round.
func TestSecretsKnowWhatTheyAreFor(t *testing.T) {
	p := keys.Platform{Postgres: "postgres:5432", Nodes: []string{"nats-1:6222"}, Partitions: 1}
	for _, demo := range []bool{false, true} {
		dir := t.TempDir()
		p.Demo = demo
		for range 2 {
			if err := keys.Write(dir, p); err != nil {
				t.Fatal(err)
			}
		}
		if is, err := keys.IsDemo(dir); err != nil || is != demo {
			t.Errorf("%v, %v", is, err)
		}
		p.Demo = !demo
		if err := keys.Write(dir, p); err == nil {
			t.Errorf("secrets of demo=%v were made into others", demo)
		}
	}
}

// New secrets are never made beside data that was made with others, nor in the
// place of some that were lost; a service that joins gets its own.
func TestNoNewSecretsBesideOldData(t *testing.T) {
	lay := func(path string) string {
		t.Helper()
		if err := os.MkdirAll(path, 0o700); err != nil {
			t.Fatal(err)
		}
		return path
	}
	platform := func(data string) keys.Platform {
		return keys.Platform{Postgres: "postgres:5432", Nodes: []string{"nats-1:6222"}, Partitions: 1, Data: []string{filepath.Join(data, "postgres", "pgdata"), filepath.Join(data, "nats-*", "jetstream")}}
	}
	for _, made := range []string{"postgres/pgdata", "nats-2/jetstream"} {
		data, secrets := t.TempDir(), filepath.Join(t.TempDir(), "secrets")
		lay(filepath.Join(data, made))
		if err := keys.Write(secrets, platform(data)); !errors.Is(err, keys.ErrData) || !strings.Contains(err.Error(), "master.key, postgres.password, postgres-registry.password") {
			t.Errorf("beside %s: %v", made, err)
		}
		if _, err := os.Stat(secrets); err == nil {
			t.Errorf("beside %s: something was made", made)
		}
	}
	data, secrets := t.TempDir(), t.TempDir()
	if err := keys.Write(secrets, platform(data)); err != nil {
		t.Fatal(err)
	}
	lay(filepath.Join(data, "postgres/pgdata"))
	for _, name := range []string{"master.key", "postgres.password", "postgres-housing.password"} {
		path := filepath.Join(secrets, name)
		was, err := os.ReadFile(path)
		if err == nil {
			err = os.Remove(path)
		}
		if err != nil {
			t.Fatal(err)
		}
		if err := keys.Write(secrets, platform(data)); !errors.Is(err, keys.ErrData) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s was lost: %v", name, err)
		}
		if err := os.WriteFile(path, was, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"postgres-housing.password", "housing.database", "housing.key"} { // before it joined
		if err := os.Remove(filepath.Join(secrets, name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := keys.Write(secrets, platform(data)); err != nil {
		t.Errorf("a service joins: %v", err)
	}
}
