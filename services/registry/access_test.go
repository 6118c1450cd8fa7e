package registry_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/outbox"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
)

// accesses lists the worker's own log, newest first.
func (f *fixture) accesses(t *testing.T, worker string) []*registryv1.AccessEntry {
	t.Helper()
	got, err := f.client.ListAccess(f.Worker(worker), &registryv1.ListAccessRequest{Worker: worker})
	if err != nil {
		t.Fatal(err)
	}
	return got.GetEntries()
}

// asking is a service that asks after an age.
func (f *fixture) asking(service string) context.Context {
	return f.As(auth.Principal{Kind: auth.Service, Subject: service, Purpose: "age_check", Via: auth.ViaSystem})
}

func TestEveryReadLeavesALine(t *testing.T) {
	f := start(t)
	w := f.register(t, 1)
	if _, err := f.client.GetWorker(f.Worker(w), &registryv1.GetWorkerRequest{Worker: w}); err != nil {
		t.Fatal(err)
	}
	if got := f.accesses(t, w); len(got) != 0 {
		t.Fatalf("one's own reading needs no line: %v", got)
	}
	found, err := f.client.FindWorker(f.Officer("edu"), &registryv1.FindWorkerRequest{DocumentNumber: number(adult, 1), CaseId: "case-1"})
	if err != nil || found.GetWorker() != w {
		t.Fatalf("%v, %v", found, err)
	}
	officer := f.As(auth.Principal{Kind: auth.Officer, Subject: "officer-7", Department: "hou", Purpose: "public_rental", LegalBasis: "PIPL 13(3)"})
	got, err := f.client.GetWorker(officer, &registryv1.GetWorkerRequest{Worker: w, CaseId: "case-2"})
	if p := got.GetPerson(); err != nil || p.GetDocumentLast4() != number(adult, 1)[14:] || p.GetPhone() != "15000018190" {
		t.Fatalf("%v, %v", got, err)
	}
	age, err := f.client.CheckAge(f.asking("employment"), &registryv1.CheckAgeRequest{Worker: w, MinAge: 18, On: "2026-11-02", CaseId: "case-3"})
	if err != nil || !age.GetReached() {
		t.Fatalf("%v, %v", age, err)
	}
	if age, err = f.client.CheckAge(f.asking("training"), &registryv1.CheckAgeRequest{Worker: w, MinAge: 42, On: "2026-11-02"}); err != nil || age.GetReached() {
		t.Fatalf("41 years: %v, %v", age, err)
	}
	f.others["housing"].Publish(outbox.Subject{Aggregate: "read-1", Worker: w},
		&platformv1.RecordRead{ReaderKind: "service", Reader: "education", Purpose: "school_place", LegalBasis: "consent", Kinds: []string{"lease"}, CaseId: "case-4"})
	f.Settle()
	lines := f.accesses(t, w)
	if len(lines) != 5 {
		t.Fatalf("%d lines: %v", len(lines), lines)
	}
	if l := lines[0]; l.GetService() != "housing" || l.GetReader() != "education" || !slices.Equal(l.GetKinds(), []string{"lease"}) || l.GetCaseId() != "case-4" {
		t.Errorf("a read in another department: %v", l)
	}
	if l := lines[3]; l.GetReader() != "officer-7" || l.GetPurpose() != "public_rental" || l.GetLegalBasis() != "PIPL 13(3)" || l.GetReaderKind() != "officer" || l.GetCaseId() != "case-2" {
		t.Errorf("an officer's read: %v", l)
	}
	timeline, err := f.client.ListTimeline(f.Worker(w), &registryv1.ListTimelineRequest{Worker: w})
	if err != nil || len(timeline.GetEntries()) != 1 {
		t.Fatalf("reads do not enter the timeline: %v, %v", timeline, err)
	}
}

// One who looks again and again is one entry, and does not hide who looked once.
func TestLooksAreShownByTheDay(t *testing.T) {
	f := start(t)
	w := f.register(t, 1)
	employment := f.As(auth.Principal{Kind: auth.Service, Subject: "employment", Purpose: "age_check", LegalBasis: "b"})
	for i := range 3 {
		if _, err := f.client.CheckAge(employment, &registryv1.CheckAgeRequest{Worker: w, MinAge: 18, CaseId: fmt.Sprint("case-", i)}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := f.client.FindWorker(f.Officer("edu"), &registryv1.FindWorkerRequest{DocumentNumber: number(adult, 1), CaseId: "case-9"}); err != nil {
		t.Fatal(err)
	}
	got, err := f.client.ListAccess(f.Worker(w), &registryv1.ListAccessRequest{Worker: w, Folded: true})
	if err != nil || len(got.GetEntries()) != 2 || got.GetEntries()[0].GetTimes() != 1 || got.GetEntries()[1].GetTimes() != 3 || got.GetEntries()[1].GetReader() != "employment" {
		t.Fatalf("%v %v", got, err)
	}
	each := f.accesses(t, w)
	if len(each) != 4 { // the log beneath has every line
		t.Errorf("%v", each)
	}
	var pages []*registryv1.AccessEntry // who reads on by what was seen misses none
	for len(pages) < len(each) {
		next, err := f.client.ListAccess(f.Worker(w), &registryv1.ListAccessRequest{Worker: w, Limit: 3, Skip: int32(len(pages))})
		if err != nil || len(next.GetEntries()) == 0 {
			t.Fatalf("after %d: %v %v", len(pages), next, err)
		}
		pages = append(pages, next.GetEntries()...)
	}
	for i := range pages {
		if len(pages) != len(each) || !proto.Equal(pages[i], each[i]) {
			t.Errorf("by pages the log is %v", pages)
		}
	}
	if past, err := f.client.ListAccess(f.Worker(w), &registryv1.ListAccessRequest{Worker: w, Folded: true, Skip: 9}); err != nil || len(past.GetEntries()) != 0 {
		t.Errorf("past the end: %v %v", past, err)
	}
}

func TestWhoMayRead(t *testing.T) {
	f := start(t)
	w := f.register(t, 1)
	read := &registryv1.GetWorkerRequest{Worker: w}
	elsewhere := f.As(auth.Principal{Kind: auth.Officer, Subject: "o", Department: "hrss", Division: "654321"})
	for name, c := range map[string]struct {
		ctx  context.Context
		code string
	}{
		"another worker":     {f.Worker("other"), "auth.not_yours"},
		"another county":     {elsewhere, "registry.worker.unknown"},
		"the police":         {f.Officer("psb"), "auth.denied"},
		"no such department": {f.Officer("secret"), "auth.denied"},
		"an employer":        {f.Employer("e"), "auth.denied"},
	} {
		if _, err := f.client.GetWorker(c.ctx, read); errs.CodeOf(err) != c.code {
			t.Errorf("%s reads: %v, want %s", name, err, c.code)
		}
	}
	if _, err := f.client.FindWorker(f.Officer("psb"), &registryv1.FindWorkerRequest{DocumentNumber: number(adult, 1)}); errs.CodeOf(err) != "auth.denied" {
		t.Errorf("the police looks somebody up: %v", err)
	}
	if _, err := f.client.FindWorker(f.Officer("hrss"), &registryv1.FindWorkerRequest{DocumentNumber: number(adult, 2)}); errs.CodeOf(err) != "registry.worker.unknown" {
		t.Errorf("nobody: %v", err)
	}
	if _, err := f.client.GetWorker(f.Officer("hrss"), &registryv1.GetWorkerRequest{Worker: w, CaseId: "because I want to"}); errs.CodeOf(err) != "registry.code.malformed" {
		t.Errorf("a case in words: %v", err)
	}
	if _, err := f.client.CheckAge(f.asking("employment"), &registryv1.CheckAgeRequest{Worker: w}); errs.CodeOf(err) != "registry.age" {
		t.Errorf("no age: %v", err)
	}
	if got := f.accesses(t, w); len(got) != 0 {
		t.Errorf("refused reads read nothing: %v", got)
	}
	if _, err := f.client.ListAccess(f.Officer("hrss"), &registryv1.ListAccessRequest{Worker: w}); errs.KindOf(err) != errs.Denied {
		t.Errorf("an officer sees the log: %v", err)
	}
}
