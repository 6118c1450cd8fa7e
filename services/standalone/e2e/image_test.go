//go:build e2e

package e2e

import (
	"debug/elf"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/qiao-platform/qiao/services/console"
	"github.com/qiao-platform/qiao/services/standalone"
	"github.com/qiao-platform/qiao/services/standalone/internal/keys"
)

// The commands of the images' build stage give a program without any library,
// which takes the configuration that compose gives it. No container engine is
// needed: the stage's lines are run as they stand in the Dockerfile, with /out
// and the secrets' folder elsewhere.
func TestTheImagesPrograms(t *testing.T) {
	root, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	stage := buildStage(t, filepath.Join(root, "deploy/docker/Dockerfile"))
	secrets := t.TempDir()
	if err := keys.Write(secrets, keys.Platform{Postgres: "postgres:5432", Nodes: []string{"nats-1:6222"}, Partitions: 1}); err != nil {
		t.Fatal(err)
	}
	for _, name := range append(standalone.Names(), console.Name) {
		out := t.TempDir()
		for _, line := range stage {
			c := exec.Command("sh", "-c", strings.ReplaceAll(line, "/out/", out+"/"))
			c.Dir, c.Env = root, append(os.Environ(), "SERVICE="+name)
			if said, err := c.CombinedOutput(); err != nil {
				t.Fatalf("%s: %s: %v\n%s", name, line, err, said)
			}
		}
		program := filepath.Join(out, "service")
		if f, err := elf.Open(program); err != nil {
			t.Errorf("%s: %v", name, err)
		} else if libs, err := f.ImportedLibraries(); err != nil || len(libs) > 0 {
			t.Errorf("%s needs libraries that its image lacks: %v, %v", name, libs, err)
		}
		b, err := os.ReadFile(filepath.Join(root, "deploy/config", name+".json"))
		if err != nil {
			t.Fatal(err)
		}
		conf := filepath.Join(out, "config.json")
		if err := os.WriteFile(conf, []byte(strings.ReplaceAll(string(b), "/run/secrets/", secrets+"/")), 0o600); err != nil {
			t.Fatal(err)
		}
		if said, err := exec.Command(program, "-config", conf, "-config.verify").CombinedOutput(); err != nil {
			t.Errorf("%s -config.verify: %v\n%s", name, err, said)
		}
		if err := os.WriteFile(conf, []byte(`{"listen":"0.0.0.0:80","unknown":1}`), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := exec.Command(program, "-config", conf, "-config.verify").Run(); err == nil {
			t.Errorf("%s takes a configuration that it does not know", name)
		}
	}
}

// buildStage returns the RUN lines of the Dockerfile's first stage.
func buildStage(t *testing.T, path string) (lines []string) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	stages := 0
	for line := range strings.Lines(string(b)) {
		if strings.HasPrefix(line, "FROM ") {
			stages++
		}
		if run, ok := strings.CutPrefix(strings.TrimSpace(line), "RUN "); ok && stages == 1 {
			lines = append(lines, run)
		}
	}
	if len(lines) == 0 || stages != 2 {
		t.Fatalf("%d stages, %d commands", stages, len(lines))
	}
	return lines
}
