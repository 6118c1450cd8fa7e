package console_test

import (
	"crypto/rand"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// Whoever wants to go reads first what ends, what stays and by which law; the account is
// closed by who said to understand it and showed just before who it is.
func TestAnAccountIsClosedByItsPerson(t *testing.T) {
	f := start(t, true)
	ref := f.world.someone(t, "654301199003070012", 1)
	f.world.mu.Lock()
	f.world.lets = true
	f.world.mu.Unlock()
	i := f.identity(ref)
	f.post("/sign-in/code", 200, "code", printed)
	f.has(f.get("/workers/"+ref, 200), `href="/workers/`+ref+`/leave"`)
	page := f.get("/workers/"+ref+"/leave", 200)
	f.has(page, "不能恢复", "租约", "公共租赁住房管理办法(2012) 5", "待核实", "规定没有写明期限", "/leave/file", "/leave/close")

	i.shown(0)
	for _, act := range []string{"file", "close"} {
		page = f.post("/workers/"+ref+"/leave/"+act, 401, "sure", "yes")
		f.has(page, `role="alert"`, `href="/me/devices?next=%2fworkers%2f`+ref+`%2fleave#proofs"`)
	}
	i.shown(1)
	if page = f.post("/workers/"+ref+"/leave/close", 400); !strings.Contains(page, `role="alert"`) {
		t.Error("nothing says that the box is to be ticked")
	}
	page = f.page(http.MethodPost, "/workers/"+ref+"/leave/close", 200, url.Values{"key": {rand.Text()}, "sure": {"yes"}})
	f.has(page, "您的账户已注销")
	if f.at.Path != "/sign-in" {
		t.Errorf("who closed the account comes to %s", f.at)
	}
}
