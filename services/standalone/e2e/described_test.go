//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/rpc"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
)

// The command line reaches a platform that it did not start by a file that
// describes it, as compose's tool does: with the secrets in a folder of their
// own, and rows to mend in the working folder.
func TestTheCommandLineReachesAPlatformByItsDescription(t *testing.T) {
	c := theCluster(t)
	var state struct {
		Nodes []string `json:"nodes"`
	}
	b, err := os.ReadFile(filepath.Join(shared.dir, "cluster.json"))
	if err == nil {
		err = json.Unmarshal(b, &state)
	}
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	secrets := filepath.Join(dir, "secrets")
	if err := os.CopyFS(secrets, os.DirFS(filepath.Join(shared.dir, "keys"))); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(secrets, "master.key"), 0o600); err != nil { // a copy forgets it
		t.Fatal(err)
	}
	description := filepath.Join(dir, "platform.json")
	b, err = json.Marshal(map[string]any{"nodes": state.Nodes, "secrets": "secrets"})
	if err == nil {
		err = os.WriteFile(description, b, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	purpose := func(p string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(secrets, "purpose"), []byte(p+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	run := func(args ...string) (string, error) {
		var out bytes.Buffer
		cmd := exec.Command(program, args...)
		cmd.Dir, cmd.Stdout, cmd.Stderr = dir, &out, &out
		cmd.Env = append(os.Environ(), "QIAO_CLUSTER="+description)
		err := cmd.Run()
		return out.String(), err
	}
	employers, err := filepath.Abs(filepath.Join(sheets, "employers_用人单位.csv"))
	if err != nil {
		t.Fatal(err)
	}
	purpose("demo")
	if out, err := run("import", employers); err == nil || !strings.Contains(out, "this platform is a demonstration") {
		t.Errorf("real sheets went into a demonstration: %v: %s", err, out)
	}
	purpose("real")
	if out, err := run("import", employers); err == nil || !strings.Contains(out, "-console") {
		t.Errorf("import without the pages' address: %v: %s", err, out)
	}
	// An officer lets it in at the pages; the rows go over the bus.
	o := &office{t: t, url: c.Console()}
	as := rpc.As(context.Background(), auth.Principal{Kind: auth.Administrator, Subject: "s-1", Department: "system", Division: auth.Everywhere, Purpose: "account_keeping", LegalBasis: "platform operation", Via: auth.ViaWeb})
	if _, err := (identityv1.PlayClient{Caller: caller(t, c, "demo"), Target: "identity"}).OfferPlayers(as, &identityv1.OfferPlayersRequest{Players: []*identityv1.Player{{
		PlayerLabel: "hrss", AccountKind: "officer", Subject: "h-201", Grants: []*identityv1.RoleGrant{{Role: "reviewer", Department: "hrss", Covered: auth.Everywhere}},
	}}}); err != nil {
		t.Fatal(err)
	}
	desk := o.visitor()
	desk.post("/sign-in/players", "player", desk.find(desk.get("/sign-in/players"), `name="player" value="([^"]+)"`))
	importing := beginAt(t, dir, append(os.Environ(), "QIAO_CLUSTER="+description), "-console", c.Console(), employers)
	desk.letIn(importing.code(t))
	if out, said, err := importing.end(); err != nil || !strings.Contains(out, "employers_用人单位.csv") {
		t.Errorf("import: %v: %s %s", err, out, said)
	}
	if mend, err := filepath.Glob(filepath.Join(dir, "refused", "employers*")); err != nil || len(mend) == 0 {
		t.Errorf("no rows to mend in the working folder: %v, %v", mend, err)
	}
	if _, err := os.Stat(filepath.Join(dir, "qiao-data")); err == nil {
		t.Error("a platform of its own was made beside")
	}
	if out, err := run("demo"); err == nil || !strings.Contains(out, "for real people") {
		t.Errorf("invented people went among real ones: %v: %s", err, out)
	}
	if out, err := run("verify"); err != nil || !strings.Contains(out, "Every invariant holds") {
		t.Errorf("verify: %v: %s", err, out)
	}
	if out, err := run("backup", "-erasures-only", "-keys-to", filepath.Join(dir, "erasures")); err != nil || !strings.Contains(out, "erasures listed") {
		t.Errorf("backup: %v: %s", err, out)
	}
	// The separate console serves pages alone: said once, not for each row.
	if out, err := run("import", "-server", c.Console(), employers); err == nil || !strings.Contains(out, "serves pages and no methods") {
		t.Errorf("into the console: %v: %s", err, out)
	}
}
