package factor_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/services/identity/internal/app"
	"github.com/qiao-platform/qiao/services/identity/internal/factor"
	"github.com/qiao-platform/qiao/services/identity/internal/factor/factortest"
)

var cheap = factor.Cost{KiB: 64, Passes: 1, Lanes: 1}

func TestHashes(t *testing.T) {
	ctx := context.Background()
	h, dear := factor.NewHasher(cheap, 2), factor.NewHasher(factor.Cost{KiB: 128, Passes: 1, Lanes: 1}, 2)
	kept, err := h.Hash(ctx, "雪山 and a lake")
	if err != nil {
		t.Fatal(err)
	}
	again, err := h.Hash(ctx, "雪山 and a lake")
	if err != nil || again == kept {
		t.Errorf("one salt for all: %v", err)
	}
	for _, c := range []struct {
		h            *factor.Hasher
		hash, secret string
		ok, stale    bool
	}{
		{h, kept, "雪山 and a lake", true, false}, {dear, kept, "雪山 and a lake", true, true}, {h, kept, "雪山 and a lak", false, false},
		{h, "", "", false, false}, {h, "", "雪山 and a lake", false, false},
	} {
		ok, stale, err := c.h.Matches(ctx, c.hash, c.secret)
		if err != nil || ok != c.ok || stale != c.stale {
			t.Errorf("%q against %q: %v %v %v", c.secret, c.hash, ok, stale, err)
		}
	}
	for _, bad := range []string{"x", "$argon2i$v=19$m=64,t=1,p=1$AAAA$AAAA", strings.Replace(kept, "m=64", "m=4194304", 1), strings.Replace(kept, "t=1", "t=4000000", 1), strings.Replace(kept, "p=1", "p=0", 1)} {
		if _, _, err := h.Matches(ctx, bad, "x"); err == nil {
			t.Errorf("%q is taken for a hash", bad)
		}
	}
	gone, cancel := context.WithCancel(ctx)
	cancel()
	full := factor.NewHasher(cheap, 1)
	if _, err := full.Hash(gone, "x"); err != nil && !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// The codes are those of RFC 6238, whose example has eight digits; these are its last six.
func TestOneTimeCodes(t *testing.T) {
	one := factor.OneTime{}
	const secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" // 12345678901234567890
	for at, want := range map[int64]string{59: "287082", 1111111109: "081804", 1234567890: "005924", 2000000000: "279037"} {
		code, err := one.Code(secret, one.Step(time.Unix(at, 0)))
		if err != nil || code != want {
			t.Errorf("%d: %s, %v", at, code, err)
		}
	}
	if s := one.NewSecret(); len(s) != 32 || s == one.NewSecret() {
		t.Errorf("%q", s)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestPasskeys(t *testing.T) {
	p, err := factor.NewPasskeys("localhost", []string{factortest.Origin})
	if err != nil {
		t.Fatal(err)
	}
	added := func(a *factortest.Device) (app.Passkey, error) {
		challenge, held, err := p.BeginAdd("account-1", nil)
		must(t, err)
		return p.FinishAdd("account-1", nil, held, a.Create(challenge))
	}
	for what, change := range map[string]func(*factortest.Device){
		"another page's": func(a *factortest.Device) { a.Origin = "http://evil.example" }, "another host's": func(a *factortest.Device) { a.Host = "evil.example" },
		"nobody verified": func(a *factortest.Device) { a.Flags = factortest.Present }, "nobody there": func(a *factortest.Device) { a.Flags = factortest.Verified },
	} {
		a := factortest.New(t)
		change(a)
		if _, err := added(a); err == nil {
			t.Errorf("%s is added", what)
		}
	}
	mine := factortest.New(t)
	kept, err := added(mine)
	if err != nil {
		t.Fatal(err)
	}
	all := []app.Passkey{kept}
	owner := func([]byte) (string, []app.Passkey, error) { return "account-1", all, nil }
	for _, second := range []string{"account-1", ""} { // as the second factor, and alone
		challenge, held, err := p.BeginUse(second, all)
		if err != nil {
			t.Fatal(err)
		}
		answer := mine.Get(challenge)
		account, used, err := p.FinishUse(held, answer, owner)
		if err != nil || account != "account-1" || used.Count != int64(mine.Count) {
			t.Fatalf("as %q: %q %+v %v", second, account, used, err)
		}
		all = []app.Passkey{used}
		if _, _, err := p.FinishUse(held, answer, owner); err == nil {
			t.Errorf("as %q: an answer is good twice", second)
		}
	}
	tried := 0
	for what, change := range map[string]func(a *factortest.Device, challenge string) string{
		"nobody verified":              func(a *factortest.Device, c string) string { a.Flags = factortest.Present; return a.Get(c) },
		"nobody there":                 func(a *factortest.Device, c string) string { a.Flags = factortest.Verified; return a.Get(c) },
		"another page's":               func(a *factortest.Device, c string) string { a.Origin = "http://evil.example"; return a.Get(c) },
		"another host's":               func(a *factortest.Device, c string) string { a.Host = "evil.example"; return a.Get(c) },
		"a copy whose count is behind": func(a *factortest.Device, c string) string { a.Count = 0; return a.Get(c) },
		"another key":                  func(a *factortest.Device, c string) string { a.Key = factortest.New(t).Key; return a.Get(c) },
		"somebody else's handle":       func(a *factortest.Device, c string) string { a.Handle = []byte("account-2"); return a.Get(c) },
		"another challenge": func(a *factortest.Device, _ string) string {
			c, _, err := p.BeginUse("", nil)
			must(t, err)
			return a.Get(c)
		},
		"what it made for its adding": func(a *factortest.Device, c string) string { return a.Create(c) },
		"nothing":                     func(*factortest.Device, string) string { return "{}" },
	} {
		copied := *mine
		challenge, held, err := p.BeginUse("", nil)
		if err != nil {
			t.Fatal(err)
		}
		tried++
		if _, _, err := p.FinishUse(held, change(&copied, challenge), owner); err == nil {
			t.Errorf("%s opens the account", what)
		}
	}
	t.Logf("%d tried and refused", tried+4)
}
