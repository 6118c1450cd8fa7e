package auth

import (
	"crypto/ed25519"
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/qiao-platform/qiao/pkg/clock"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
)

func issuer(t testing.TB, c clock.Clock) (*Signer, ed25519.PublicKey) {
	t.Helper()
	key, err := DeriveKey([]byte("secret"), "issuer")
	if err != nil {
		t.Fatal(err)
	}
	return NewSigner("issuer", key, c), key.Public().(ed25519.PublicKey)
}

func TestTokens(t *testing.T) {
	c := clock.NewManual(time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC))
	s, pub := issuer(t, c)
	v := NewVerifier("housing", map[string]Trusted{"issuer": {Key: pub, Kinds: []Kind{Worker}, Sessionless: true}}, c)
	who := Principal{Kind: Worker, Subject: "w-1", Purpose: "own_record", LegalBasis: "consent", Via: ViaWeb, ActsFor: "", Division: "654301"}
	token, err := s.Sign(who, "housing")
	if err != nil {
		t.Fatal(err)
	}
	got, err := v.Verify(token)
	if err != nil {
		t.Fatal(err)
	}
	got.Expires, got.Audience = time.Time{}, ""
	if got != who {
		t.Errorf("got %+v", got)
	}
	if again, err := s.Sign(who, "housing"); err != nil || again != token {
		t.Error("the token was not used again")
	}
	other, err := s.Sign(who, "education")
	if err != nil {
		t.Fatal(err)
	}
	officer, err := s.Sign(Principal{Kind: Officer, Subject: "o-1", Department: "hou", Division: "654301"}, "housing")
	if err != nil {
		t.Fatal(err)
	}
	for name, bad := range map[string]string{
		"another audience": other, "a kind the issuer may not sign": officer, "no signature": strings.Split(token, ".")[0],
		"a changed body": "A" + token[1:], "nonsense": "x.y",
	} {
		if _, err := v.Verify(bad); !errors.Is(err, ErrBadToken) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := v.Verify(""); !errors.Is(err, ErrNoPrincipal) {
		t.Error(err)
	}
	c.Advance(tokenLife)
	if _, err := v.Verify(token); !errors.Is(err, ErrExpired) {
		t.Errorf("a remembered token outlived its time: %v", err)
	}
}

// One proof stands for all calls that travel together: of an import's each says for
// whom it is made, and nothing else.
func TestOneProofStandsForManyCalls(t *testing.T) {
	sheet := Principal{Kind: Officer, Subject: "a001", Department: "hrss", Division: "654301", Purpose: "registration", LegalBasis: "law", Via: ViaImport, Session: 7, Role: "import"}
	counter, named := sheet, sheet
	counter.Via, counter.Role, named.ActsFor = ViaCounter, "clerk", "w-1"
	for name, c := range map[string]struct {
		proof Principal
		says  *platformv1.Principal
		acts  string
		want  error
	}{
		"nothing":                       {sheet, nil, "", nil},
		"for whom":                      {sheet, &platformv1.Principal{ActsFor: "w-2"}, "w-2", nil},
		"all that the proof says":       {sheet, sheet.Message(), "", nil},
		"another department":            {sheet, &platformv1.Principal{Department: "edu"}, "", ErrBadToken},
		"everywhere":                    {sheet, &platformv1.Principal{Division: Everywhere}, "", ErrBadToken},
		"another purpose":               {sheet, &platformv1.Principal{Purpose: "case_handling"}, "", ErrBadToken},
		"another officer":               {sheet, &platformv1.Principal{Subject: "a002"}, "", ErrBadToken},
		"another role":                  {sheet, &platformv1.Principal{Role: "reviewer"}, "", ErrBadToken},
		"another session":               {sheet, &platformv1.Principal{Session: 8}, "", ErrBadToken},
		"a channel":                     {sheet, &platformv1.Principal{Via: ViaCounter}, "", ErrBadToken},
		"an audience":                   {sheet, &platformv1.Principal{Audience: "housing"}, "", ErrBadToken},
		"for whom, in no form":          {sheet, &platformv1.Principal{ActsFor: "古丽娜尔"}, "", ErrBadToken},
		"a counter for a visitor":       {counter, &platformv1.Principal{ActsFor: "w-2"}, "", ErrBadToken},
		"for another than in a proof":   {named, &platformv1.Principal{ActsFor: "w-2"}, "", ErrBadToken},
		"for the one who is in a proof": {named, &platformv1.Principal{ActsFor: "w-1"}, "w-1", nil},
	} {
		got, err := c.proof.Of(c.says)
		if !errors.Is(err, c.want) || err == nil && (got.ActsFor != c.acts || got.Subject != "a001" || got.Session != 7) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

// A001 and a001 are one officer, so that nobody signs as two.
func TestAnOfficerIsOneHoweverTyped(t *testing.T) {
	c := clock.System()
	s, pub := issuer(t, c)
	v := NewVerifier("housing", map[string]Trusted{"issuer": {Key: pub, Kinds: []Kind{Officer, Worker}, Sessionless: true}}, c)
	for subject, want := range map[Principal]string{
		{Kind: Officer, Department: "hou", Division: Everywhere, Subject: "A001"}:   "a001",
		{Kind: Officer, Department: "hou", Division: Everywhere, Subject: " Ａ001 "}: "a001",
		{Kind: Worker, Subject: "W-1"}:                                              "W-1", // a reference, which nobody types
	} {
		token, err := s.Sign(subject, "housing")
		if err != nil {
			t.Fatal(err)
		}
		if p, err := v.Verify(token); err != nil || p.Subject != want {
			t.Errorf("%q is %q (%v)", subject.Subject, p.Subject, err)
		}
	}
}

func TestServiceKeySignsOnlyForItself(t *testing.T) {
	c := clock.System()
	s, pub := issuer(t, c)
	v := NewVerifier("registry", map[string]Trusted{"issuer": {Key: pub, Kinds: []Kind{Service, Partner, Worker}, Subject: "housing", Sessionless: true}}, c)
	for _, x := range []struct {
		who  Principal
		want error
	}{
		{Principal{Kind: Service, Subject: "housing"}, nil},
		{Principal{Kind: Service, Subject: "education"}, ErrBadToken},
		{Principal{Kind: Partner, Subject: "education"}, ErrBadToken},
		{Principal{Kind: Worker, Subject: "w-1"}, nil}, // people are not named after who signs for them
		{Principal{Kind: Employer, Subject: "housing"}, ErrBadToken},
	} {
		token, err := s.Sign(x.who, "registry")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := v.Verify(token); !errors.Is(err, x.want) {
			t.Errorf("as %s %s: %v", x.who.Kind, x.who.Subject, err)
		}
	}
}

func TestCheckDeniesByDefault(t *testing.T) {
	stated := Principal{Kind: Officer, Department: "hou", Purpose: "public_rental", LegalBasis: "law"}
	for _, c := range []struct {
		name     string
		p        Principal
		callers  []string
		purposes []string
		want     error
	}{
		{"nobody is named", stated, nil, nil, ErrDenied},
		{"another kind", stated, []string{"worker"}, nil, ErrDenied},
		{"another department", stated, []string{"officer:edu"}, nil, ErrDenied},
		{"its department", stated, []string{"worker", "officer:hou"}, nil, nil},
		{"any officer", stated, []string{"officer"}, nil, nil},
		{"its purpose", stated, []string{"officer"}, []string{"own_record", "public_rental"}, nil},
		{"another purpose", stated, []string{"officer"}, []string{"case_handling"}, ErrPurpose},
		{"a purpose that is not in the list", Principal{Kind: Officer, Purpose: "curiosity", LegalBasis: "law"}, []string{"officer"}, nil, ErrPurpose},
		{"another's purpose", Principal{Kind: Employer, Purpose: "own_record", LegalBasis: "law"}, []string{"employer"}, []string{"own_record", "recruit"}, ErrPurpose},
		{"no purpose", Principal{Kind: Officer, LegalBasis: "law"}, []string{"officer"}, nil, ErrPurpose},
		{"no legal basis", Principal{Kind: Officer, Purpose: "case_handling"}, []string{"officer"}, nil, ErrPurpose},
		{"another service", Principal{Kind: Service, Subject: "housing", Purpose: "public_rental", LegalBasis: "l"}, []string{"service:education"}, nil, ErrDenied},
	} {
		if err := c.p.Check(c.callers, c.purposes); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// Promise 1: only the worker, a counter officer who names him, or a helper acts for him.
func TestNobodyElseActsForAWorker(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := Principal{
			Kind:    rapid.SampledFrom([]Kind{Worker, Guardian, Employer, Officer, Service, Partner}).Draw(t, "kind"),
			Subject: rapid.SampledFrom([]string{"w-1", "w-2"}).Draw(t, "subject"),
			ActsFor: rapid.SampledFrom([]string{"", "w-1", "w-2"}).Draw(t, "acts for"),
			Via:     rapid.SampledFrom([]string{ViaWeb, ViaCounter, ViaPhone, ViaHelper, ViaImport, ViaSystem}).Draw(t, "via"),
		}
		if p.MayActFor("w-1") != nil {
			return
		}
		himself := (p.Kind == Worker || p.Kind == Guardian) && p.Subject == "w-1"
		named := p.ActsFor == "w-1" && (p.Kind == Officer || p.Kind == Worker || p.Kind == Guardian)
		if !himself && !named {
			t.Fatalf("%+v may act", p)
		}
		if p.ActsHimself("w-1") != himself {
			t.Fatalf("%+v acts himself: %v", p, !himself)
		}
	})
	if (Principal{Kind: Worker, Subject: ""}).MayActFor("") == nil {
		t.Error("an empty reference is somebody")
	}
}

func TestCoversDivision(t *testing.T) {
	for _, c := range []struct {
		of, county string
		ok         bool
	}{{"", "654301", false}, {"", "", false}, {Everywhere, "654301", true}, {Everywhere, "", true}, {"6543", "654301", false}, {"000000", "654301", false}, {"654301", "654301", true}, {"654301", "654321", false}, {"654300", "654321", true}, {"654300", "650100", false}, {"650000", "654301", false}, {"654300", "", false}} {
		if got := (Principal{Division: c.of}).CoversDivision(c.county) == nil; got != c.ok {
			t.Errorf("%q over %q: %v", c.of, c.county, got)
		}
	}
}

func FuzzVerify(f *testing.F) {
	c := clock.System()
	s, pub := issuer(f, c)
	token, err := s.Sign(Principal{Kind: Worker, Subject: "w"}, "housing")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(token)
	f.Add("a.b")
	v := NewVerifier("housing", map[string]Trusted{"issuer": {Key: pub, Kinds: []Kind{Worker}, Sessionless: true}}, c)
	f.Fuzz(func(t *testing.T, s string) {
		if p, err := v.Verify(s); err == nil && p.Subject != "w" {
			t.Fatalf("%q proves %+v", s, p)
		}
	})
}

// S16: an employer with an empty subject saw what every employer asked for, and
// an empty division meant everywhere.
func TestAPrincipalWithHolesIsNone(t *testing.T) {
	c := clock.System()
	s, pub := issuer(t, c)
	v := NewVerifier("housing", map[string]Trusted{"issuer": {Key: pub, Kinds: []Kind{Worker, Guardian, Employer, Officer, Service, Partner, "", "clerk"}, Sessionless: true}}, c)
	officer := Principal{Kind: Officer, Subject: "o-1", Department: "hou", Division: "654301", Purpose: "public_rental", LegalBasis: "PIPL 13(3)；章程", Via: ViaCounter, ActsFor: "w-1"}
	for name, c := range map[string]struct {
		change func(*Principal)
		want   error
	}{
		"whole":                         {func(*Principal) {}, nil},
		"everywhere, said":              {func(p *Principal) { p.Division = Everywhere }, nil},
		"no subject":                    {func(p *Principal) { p.Subject = "" }, ErrBadToken},
		"no kind":                       {func(p *Principal) { p.Kind = "" }, ErrBadToken},
		"an unknown kind":               {func(p *Principal) { p.Kind = "clerk" }, ErrBadToken},
		"no department":                 {func(p *Principal) { p.Department = "" }, ErrBadToken},
		"no division":                   {func(p *Principal) { p.Division = "" }, ErrBadToken},
		"half a division":               {func(p *Principal) { p.Division = "6543" }, ErrBadToken},
		"a name as subject":             {func(p *Principal) { p.Subject = "古丽娜尔" }, ErrBadToken},
		"a long subject":                {func(p *Principal) { p.Subject = strings.Repeat("a", 65) }, ErrBadToken},
		"a name as the one acted for":   {func(p *Principal) { p.ActsFor = "阿依古丽" }, ErrBadToken},
		"a text as purpose":             {func(p *Principal) { p.Purpose = "she is ill" }, ErrBadToken},
		"a line break in the basis":     {func(p *Principal) { p.LegalBasis = "a\nb" }, ErrBadToken},
		"a long basis":                  {func(p *Principal) { p.LegalBasis = strings.Repeat("a", 161) }, ErrBadToken},
		"an employer without a subject": {func(p *Principal) { *p = Principal{Kind: Employer} }, ErrBadToken},
		"an employer":                   {func(p *Principal) { *p = Principal{Kind: Employer, Subject: "e-1"} }, nil},
	} {
		p := officer
		c.change(&p)
		token, err := s.Sign(p, "housing")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := v.Verify(token); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := v.Verify(strings.Repeat("a", 1<<20)); !errors.Is(err, ErrBadToken) {
		t.Errorf("a token of a megabyte: %v", err)
	}
}

func TestCountiesAgreesWithCoversDivision(t *testing.T) {
	for _, d := range []string{"", Everywhere, "654301", "654300", "650000", "000000", "6543"} {
		for _, county := range []string{"654301", "654321", "654300", "650100"} {
			p := Principal{Division: d}
			divisions, ok := p.Counties()
			want := d == Everywhere || d == "654301" && county == d || d == "654300" && county[:4] == "6543"
			if ok != (d == Everywhere || d == "654301" || d == "654300") || ok && divisions != d || want != (p.CoversDivision(county) == nil) {
				t.Errorf("%q over %s: %q, %v", d, county, divisions, ok)
			}
		}
	}
}

// A reference is a person's as a whole: no part of one, and nobody's where there is none.
func TestWhatElseSomebodyIsCalled(t *testing.T) {
	worker := Principal{Kind: Worker, Subject: "w-1", Via: ViaWeb}.Known([]string{"w-2", "w-30"}, []string{"w-9"})
	for reference, want := range map[string]bool{"w-1": true, "w-2": true, "w-30": true, "w-3": false, "w-9": false, "": false, " ": false, "w-2 w-30": false} {
		if got := worker.MayActFor(reference) == nil; got != want || worker.Is(reference) != got {
			t.Errorf("%q: %v", reference, got)
		}
	}
	helper := Principal{Kind: Worker, Subject: "h", ActsFor: "w-1", Via: ViaHelper}.Known(nil, []string{"w-2"})
	if helper.MayActFor("w-2") != nil || helper.ActsHimself("w-2") || helper.MayActFor("w-3") == nil {
		t.Error("a helper's power is not the person's")
	}
	officer := Principal{Kind: Officer, Subject: "o", ActsFor: "w-1", Via: ViaCounter}.Known([]string{"w-3"}, []string{"w-2"})
	if officer.MayActFor("w-2") != nil || officer.MayActFor("w-3") == nil || officer.Is("w-3") {
		t.Error("a counter acts for who stands before it")
	}
	if (Principal{Kind: Employer, Subject: "w-1"}).Known([]string{"w-2"}, []string{"w-2"}).MayActFor("w-2") == nil {
		t.Error("an employer acts for a worker")
	}
}

// A person's principal that names no session could not be revoked, and one without a role
// would be held to no table: it is none, but of an issuer of invented people.
func TestWhatRestsOnNoSessionIsRefused(t *testing.T) {
	c := clock.System()
	s, pub := issuer(t, c)
	v := NewVerifier("housing", map[string]Trusted{"issuer": {Key: pub, Kinds: []Kind{Officer, Administrator}}}, c)
	who := Principal{Kind: Officer, Subject: "a001", Department: "hou", Division: "654301", Purpose: "public_rental", LegalBasis: "law", Via: ViaWeb, Role: "clerk", Session: 7}
	admin := who
	admin.Kind, admin.Department, admin.Role = Administrator, "security", "administrator"
	for name, c := range map[string]struct {
		change func(*Principal)
		want   error
	}{
		"with a session": {func(*Principal) {}, nil}, "without": {func(p *Principal) { p.Session = 0 }, ErrBadToken},
		"below none": {func(p *Principal) { p.Session = -1 }, ErrBadToken}, "without a role": {func(p *Principal) { p.Role = "" }, ErrBadToken}, "a text as role": {func(p *Principal) { p.Role = "the boss" }, ErrBadToken},
	} {
		for _, p := range []Principal{who, admin} {
			c.change(&p)
			token, err := s.Sign(p, "housing")
			if err != nil {
				t.Fatal(err)
			}
			got, err := v.Verify(token)
			if !errors.Is(err, c.want) || err == nil && (got.Session != 7 || got.Role != p.Role) {
				t.Errorf("%s, %s: %+v %v", p.Kind, name, got, err)
			}
		}
	}
	if !admin.Allows([]string{"administrator:security"}) || admin.Allows([]string{"administrator:audit", "officer:security"}) {
		t.Error("an administrator is held to the wrong office")
	}
}
