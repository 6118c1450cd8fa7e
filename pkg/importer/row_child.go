package importer

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/sheet"
	educationv1 "github.com/qiao-platform/qiao/proto/gen/education/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
)

func (im *run) child(r sheet.Row) func(context.Context) outcome {
	c, err := r.Child()
	if err != nil {
		return refuse(err)
	}
	township, ok := im.Tables.TownshipByName("", c.Township)
	if !ok {
		return refuse(ErrPlace)
	}
	stage, ok := stages[c.Stage]
	if !ok {
		return refuse(ErrCode)
	}
	guardian, ok := documentOf(c.GuardianDocumentKind, c.GuardianResidentNumber, c.GuardianDocumentCountry, "")
	if !ok {
		return refuse(ErrCode)
	}
	like := im.children.claim(markOf(c.BirthDate, letters(c.Name)))
	send := im.thing(markOf(sameDocument(guardian), c.Name, c.BirthDate, stage), func(ctx context.Context) outcome {
		req := &registryv1.RegisterChildRequest{Name: c.Name, BirthDate: c.BirthDate, County: township.County, Township: township.Code, AsOf: im.AsOf, CheckOnly: im.DryRun}
		if im.DryRun {
			return im.judgeChild(ctx, req, c, guardian)
		}
		return im.registerChild(ctx, req, c, guardian, stage)
	})
	return func(ctx context.Context) outcome {
		// One child in two rows: the second is noted, also where the two run beside each other.
		_, double, err := im.children.wait(ctx, like)
		o := outcome{err: err}
		if err == nil {
			o = send(ctx)
		}
		if double && !slices.Contains(o.notes, likelyDouble) && o.err == nil {
			o.notes = append(o.notes, likelyDouble)
		}
		im.children.end(like, double || o.err == nil, "")
		return o
	}
}

// likelyDouble notes who seems to be registered twice: a child by both parents or
// with the name spelled otherwise, a worker with a number or a name that differs by
// a slip. An office decides.
const likelyDouble = "likely_double"

// letters are a name's letters, however its parts are told apart.
func letters(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || r == '〇' {
			return unicode.ToLower(r)
		}
		return -1
	}, name)
}

func (im *run) registerChild(ctx context.Context, req *registryv1.RegisterChildRequest, c sheet.ChildRow, document ident.DocumentForm, stage string) outcome {
	guardian, err := im.guardian(ctx, document)
	if err != nil {
		return outcome{err: err}
	}
	req.Worker = guardian
	var child *registryv1.RegisterChildResponse
	err = im.patiently(ctx, func() (err error) {
		child, err = registryv1.RegistryClient{Caller: im.Caller, Target: "registry"}.RegisterChild(im.as(ctx, "edu", guardian), req)
		return err
	})
	o := told(sheet.Children, child, childNotes(c, child), err)
	if err != nil {
		return o
	}
	// The row is the guardian's application at a counter.
	err = im.patiently(ctx, func() error {
		_, err := educationv1.EducationClient{Caller: im.Caller, Target: "education"}.ApplyForPlace(im.as(ctx, "edu", guardian), &educationv1.ApplyForPlaceRequest{
			Worker: guardian, ChildId: child.GetChildId(), Stage: stage, County: req.GetCounty(),
		})
		return err
	})
	switch {
	case err == nil:
		o.what = created
	case errs.CodeOf(err) == "education.application.other": // the child's other guardian keeps the case
	case errs.CodeOf(err) != "education.application.twice":
		o.err, o.partly = err, true
	}
	return o
}

// judgeChild says what would become of a child's row. A guardian whom these
// sheets bring is there by then.
func (im *run) judgeChild(ctx context.Context, req *registryv1.RegisterChildRequest, c sheet.ChildRow, guardian ident.DocumentForm) outcome {
	req.DocumentKind, req.GuardianDocument, req.DocumentCountry = guardian.Kind, guardian.Number, guardian.Country
	var child *registryv1.RegisterChildResponse
	err := im.patiently(ctx, func() (err error) {
		child, err = registryv1.RegistryClient{Caller: im.Caller, Target: "registry"}.RegisterChild(im.as(ctx, "edu", ""), req)
		return err
	})
	if errs.CodeOf(err) == errGuardian.Code {
		if _, coming, _ := im.people.find(ctx, markOf(sameDocument(guardian))); coming {
			return outcome{what: created, notes: c.Notes}
		}
	}
	return told(sheet.Children, child, childNotes(c, child), err)
}

func childNotes(c sheet.ChildRow, child *registryv1.RegisterChildResponse) []string {
	if child.GetLikelyDouble() {
		return append(slices.Clone(c.Notes), likelyDouble)
	}
	return c.Notes
}

// errGuardian is the sheets' word for a guardian who is not registered.
var errGuardian = errs.New(errs.NotFound, "guardian_unknown", "The guardian is not registered.")

// guardian finds the worker that a child's row names.
func (im *run) guardian(ctx context.Context, f ident.DocumentForm) (worker string, err error) {
	if worker, _, err = im.people.find(ctx, markOf(sameDocument(f))); worker != "" || err != nil {
		return worker, err
	}
	err = im.patiently(ctx, func() error {
		reply, err := registryv1.RegistryClient{Caller: im.Caller, Target: "registry"}.FindWorker(im.as(ctx, "edu", ""), &registryv1.FindWorkerRequest{DocumentKind: f.Kind, DocumentNumber: f.Number, DocumentCountry: f.Country, CaseId: "import"})
		worker = reply.GetWorker()
		return err
	})
	if k := errs.KindOf(err); err != nil && (k == errs.NotFound || k == errs.Invalid) {
		return "", errGuardian.Because(err)
	}
	return worker, err
}
