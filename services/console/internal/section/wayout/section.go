// Package wayout is the way out: a person takes along all that departments show of the own
// life, and closes the account, after reading what a law has them keep. The contracts say
// what there is to read and what is kept; no department is named here.
package wayout

import (
	"cmp"
	"embed"
	"net/http"
	"slices"
	"strings"
	"sync"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/pkg/rule"
	"github.com/qiao-platform/qiao/proto/contract"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
)

//go:embed templates locales static
var files embed.FS

// errFresh refuses what ends an account, or hands all of it out, to who did not show lately
// who it is, as identity refuses a new way to sign in (rule ID-PROOF).
var errFresh = errs.New(errs.Unauthenticated, "identity.fresh", "Show once more who you are, then do it within the minutes that are given.")

type pages struct {
	caller   contract.Caller
	registry registryv1.RegistryClient
	proofs   identityv1.ProofsClient
	rules    *rule.Book
	clock    clock.Clock
	reads    []read
}

// New returns the section.
func New(c contract.Caller, now clock.Clock) frame.Section {
	book, err := rule.Load()
	if err != nil {
		book = nil // the page then names no law; a test of the tables fails
	}
	s := &pages{
		caller: c, registry: registryv1.RegistryClient{Caller: c, Target: "registry"}, proofs: identityv1.ProofsClient{Caller: c, Target: "identity"},
		rules: book, clock: now, reads: ownReads(),
	}
	return frame.Section{
		Name: "wayout", Files: files,
		Chapters: []frame.Chapter{{At: "/workers/{ref}/leave", Pages: []string{"wayout"}, Binds: true}},
		Tabs:     []frame.Link{{Name: "wayout", Path: "/leave", Text: "wayout.tab", Last: true}},
		Pages: map[string]frame.Handler{
			"GET /workers/{ref}/leave":        s.page,
			"POST /workers/{ref}/leave/file":  s.file,
			"POST /workers/{ref}/leave/close": s.close,
		},
	}
}

// kept is what a department keeps of a kind, and by which law.
type kept struct {
	Service, Message string // "housing", "Lease"
	N                int    // how many there are now
	Law              string
	Years, Months    int // for how long at least; both 0 where the law says none
	ToBeConfirmed    bool
}

// Text is the id of its name.
func (k kept) Text() string { return "wayout.kept." + k.Service + "." + strings.ToLower(k.Message) }

type body struct {
	Ref      string
	Kept     []kept
	Silent   []string // departments that did not say what they keep
	File     error    // what stood in the way of taking all along
	Close    error
	Unproved string // the page to come back to from showing who it is
	Parts    []string
}

// page is the person's own: for nobody else anything is asked of a department, or shown.
func (s *pages) page(v *frame.Visit) error {
	if err := own(v); err != nil {
		return err
	}
	return s.show(v, http.StatusOK, body{})
}

func (s *pages) show(v *frame.Visit, status int, b body) (err error) {
	b.Ref = v.Path("ref")
	if b.Kept, b.Silent, err = s.kept(v, b.Ref); err != nil {
		return err
	}
	for _, r := range s.reads {
		if !slices.Contains(b.Parts, r.service) {
			b.Parts = append(b.Parts, r.service)
		}
	}
	b.Unproved = v.Unproved(cmp.Or(b.File, b.Close)) // one form was sent
	return v.Render(status, "wayout", frame.Page{Title: "wayout.title", Nav: "workers", Body: b})
}

// kept asks each department that keeps something how much of it there is. One that is away
// is silent; who may not ask is told so.
func (s *pages) kept(v *frame.Visit, worker string) (all []kept, silent []string, err error) {
	ctx := v.As(frame.OwnRecord)
	type answer struct {
		kept
		err error
	}
	var answers []*answer
	var wg sync.WaitGroup
	for _, r := range s.reads {
		field, id := keeps(r.reply.Descriptor())
		if field == nil || r.id != nil {
			continue
		}
		one := &answer{kept: kept{Service: r.service, Message: string(field.Message().Name())}}
		s.law(&one.kept, id)
		answers = append(answers, one)
		wg.Go(func() {
			reply := r.reply.New().Interface()
			one.err = s.caller.Call(ctx, r.service, r.method, r.request(worker, 0), reply)
			one.N = reply.ProtoReflect().Get(field).List().Len()
		})
	}
	wg.Wait()
	for _, one := range answers {
		switch {
		case errs.KindOf(one.err) == errs.Unavailable:
			silent = append(silent, one.Service)
		case one.err != nil:
			return nil, nil, one.err
		case one.N > 0:
			all = append(all, one.kept)
		}
	}
	return all, silent, nil
}

// keeps is the list of a reply whose things stay when the account is closed, and the rule
// that says why.
func keeps(d protoreflect.MessageDescriptor) (protoreflect.FieldDescriptor, string) {
	for i := range d.Fields().Len() {
		f := d.Fields().Get(i)
		if !f.IsList() || f.Message() == nil {
			continue
		}
		if id, _ := proto.GetExtension(f.Message().Options(), platformv1.E_Kept).(string); id != "" {
			return f, id
		}
	}
	return nil, ""
}

// law fills in what a rule says.
func (s *pages) law(k *kept, id string) {
	if s.rules == nil {
		return
	}
	r, err := s.rules.Rule(id, clock.Today(s.clock), "")
	if err != nil {
		return
	}
	k.Law, k.ToBeConfirmed = r.Source, r.ToBeConfirmed()
	k.Years, _ = r.Int("years")
	k.Months, _ = r.Int("months")
}

// proved returns errFresh where who sits there did not show lately who it is.
func (s *pages) proved(v *frame.Visit) error {
	r, err := s.proofs.ListProofs(v.As(frame.OwnAccess), &identityv1.ListProofsRequest{})
	if err != nil {
		return err
	}
	if r.GetShownUntil() == 0 {
		return errFresh
	}
	return nil
}

// own refuses, before anything is asked, who reads no log of looks, as only a person whom a
// counter has seen reads the own one. Who made an account alone ends it on a page of its own.
func own(v *frame.Visit) error {
	may, err := v.May("registry.ListAccess")
	if err == nil && !may {
		return frame.ErrDenied
	}
	return err
}

// close ends the account on the person's own word; nothing opens it again.
func (s *pages) close(v *frame.Visit) error {
	if err := own(v); err != nil {
		return err
	}
	err := v.Sure()
	if err == nil {
		err = s.proved(v)
	}
	if err == nil {
		_, err = s.registry.CloseAccount(v.As(frame.OwnRecord), &registryv1.CloseAccountRequest{Worker: v.Path("ref")})
	}
	if err != nil {
		return s.refused(v, err, body{Close: err})
	}
	v.Leave()
	return v.Back(frame.SignInPath + "?why=closed")
}

// file hands out all that departments show the person.
func (s *pages) file(v *frame.Visit) error {
	if err := own(v); err != nil {
		return err
	}
	if err := s.proved(v); err != nil {
		return s.refused(v, err, body{File: err})
	}
	all, err := s.everything(v, v.Path("ref"))
	if err != nil {
		return s.refused(v, err, body{File: err})
	}
	file, err := packed(v.P, all, s.clock.Now())
	if err != nil {
		return err
	}
	v.W.Header().Set("Content-Type", "application/zip")
	v.W.Header().Set("Content-Disposition", `attachment; filename="qiao-`+clock.Today(s.clock).String()+`.zip"`)
	_, err = v.W.Write(file)
	return err
}

// refused shows the page with what stood in the way.
func (s *pages) refused(v *frame.Visit, err error, b body) error {
	return s.show(v, rpc.HTTPStatus(errs.KindOf(err)), b)
}
