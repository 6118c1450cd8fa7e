package frame

import (
	"context"
	"html/template"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"text/template/parse"

	"github.com/qiao-platform/qiao/services/console/internal/frame/lang"
	"github.com/qiao-platform/qiao/services/console/internal/frame/words"
)

// spoken names a chapter of a section in a language.
type spoken struct {
	section, chapter string
	lang             *lang.Language
}

// chapter is the one in which a page is, by the address that its pattern has.
func (s Section) chapter(pattern string) (is Chapter) {
	_, at, _ := strings.Cut(pattern, " ")
	for _, c := range s.Chapters {
		if at == c.At || strings.HasPrefix(at, c.At+"/") {
			is = c
		}
	}
	return is
}

// said is what a chapter says in a language.
type said struct {
	whole bool          // each text is there that its templates name
	files []*words.File // in which its texts stand
}

// speaks reports whether pages speak a language: whether each text is there that their
// templates name. A page on which half would be Chinese is shown in Chinese as a whole; so
// is one that binds, until a speaker has approved the files of all that it says.
func (s *Site) speaks(ctx context.Context, of Section, is Chapter, l *lang.Language) bool {
	if l == s.Langs()[0] || !l.Growing && !is.Binds {
		return true
	}
	one := s.said(of, is, l)
	if !one.whole || !is.Binds {
		return one.whole
	}
	approved := s.Approved.now(ctx, s.Log)
	return !slices.ContainsFunc(one.files, func(f *words.File) bool { return !approved[texts{l.String(), f.Name, f.Version}] })
}

func (s *Site) said(of Section, is Chapter, l *lang.Language) said {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := spoken{of.Name, is.At, l}
	known, ok := s.spoken[at]
	if !ok {
		missing, files, err := s.Look.says(of, is, l)
		known = said{err == nil && len(missing) == 0, files}
		s.spoken[at] = known
	}
	return known
}

// Missing lists the texts that the pages of a chapter name, and a language does not have
// yet. The chapter without pages is the whole section, and the section without a name what
// stands around every page.
func (l *Look) Missing(of Section, c Chapter, in *lang.Language) ([]string, error) {
	missing, _, err := l.says(of, c, in)
	return missing, err
}

// printed is with what the texts begin that a function of templates chooses by what it is
// given: a code's, an error's, a date's.
var printed = map[string][]string{
	"code": {"code."}, "codes": {"code.", "list."}, "err": {"error.", "fact."}, "event": {"event."}, "kind": {"kind."}, "thing": {"thing."}, "message": {"message.", "event."},
	"fact": {"fact.", "unit."}, "task": {"task."}, "reader": {"reader.", "code.", "access."}, "basis": {"basis.", "code."}, "cited": {"cited."}, "source": {"evidence.", "service."}, "service": {"service."},
	"gap": {"gap.", "reason.gap", "unit.", "fact."}, "change": {"change."}, "appeal": {"appeal.", "code."}, "papers": {"paper."}, "county": {"division."}, "where": {"division.", "place."}, "places": {"division.", "place."},
	"date": {"date.", "month."}, "day": {"date.", "month."}, "minute": {"date.", "month."}, "deadline": {"date.", "month.", "weekday."}, "lastday": {"date.", "month.", "weekday."}, "daysleft": {"days."}, "money": {"money"},
}

// says lists the texts that a language lacks for the pages of a chapter, and the files in
// which stands what it has: what their templates name, and what they choose from the texts
// of the frame and of the section.
func (l *Look) says(of Section, c Chapter, in *lang.Language) (missing []string, from []*words.File, err error) {
	set := l.sets[of.Name]
	if set == nil {
		return nil, nil, nil
	}
	has, every := l.Texts.IDs(in), l.Texts.IDs(l.Texts.Langs()[0])
	lacks, names, begins := map[string]bool{}, map[string]bool{}, map[string]bool{}
	needs := func(id string, more bool) {
		if !more {
			lacks[id], names[id] = lacks[id] || every[id] && !has[id], true
			return
		}
		for whole := range every {
			if strings.HasPrefix(whole, id) {
				lacks[whole], names[whole] = lacks[whole] || !has[whole], true
			}
		}
	}
	prints := func(function string) {
		for _, begin := range printed[function] {
			begins[begin] = true
		}
	}
	pages := c.Pages
	if len(pages) == 0 {
		pages = set.names()
	}
	for _, name := range pages {
		t, err := set.page(name)
		if err != nil {
			return nil, nil, err
		}
		if of.Name == "" {
			textsOf(t, "layout.html", map[string]bool{}, needs, prints)
		}
		textsOf(t, "main", map[string]bool{}, needs, prints)
	}
	for id, is := range lacks {
		if is {
			missing = append(missing, id)
		}
	}
	chosen := slices.Collect(maps.Keys(begins))
	for _, f := range l.Texts.Files(in) {
		near := f.Section == "frame" || f.Section == of.Name
		for id := range f.Says {
			if names[id] || near && slices.ContainsFunc(chosen, func(b string) bool { return strings.HasPrefix(id, b) }) {
				from = append(from, f)
				break
			}
		}
	}
	return missing, from, nil
}

// textsOf tells the texts that a template and those that it uses name, the beginnings of
// those that they put together, and the functions that they call.
func textsOf(of *template.Template, name string, seen map[string]bool, tell func(id string, begins bool), calls func(function string)) {
	t := of.Lookup(name)
	if t == nil || t.Tree == nil || seen[name] {
		return
	}
	seen[name] = true
	var pipe func(*parse.PipeNode)
	var node func(parse.Node)
	list := func(l *parse.ListNode) {
		if l != nil {
			for _, n := range l.Nodes {
				node(n)
			}
		}
	}
	branch := func(b *parse.BranchNode) {
		pipe(b.Pipe)
		list(b.List)
		list(b.ElseList)
	}
	pipe = func(p *parse.PipeNode) {
		if p == nil {
			return
		}
		for _, c := range p.Cmds {
			is, ok := c.Args[0].(*parse.IdentifierNode)
			if ok {
				calls(is.Ident)
			}
			if ok && is.Ident == "t" && len(c.Args) > 1 {
				switch id := c.Args[1].(type) {
				case *parse.StringNode:
					tell(id.Text, false)
				case *parse.PipeNode:
					if print := id.Cmds[0].Args; len(print) > 1 {
						if begin, ok := print[1].(*parse.StringNode); ok {
							tell(begin.Text, true)
						}
					}
				}
			}
			for _, a := range c.Args {
				if p, ok := a.(*parse.PipeNode); ok {
					pipe(p)
				}
			}
		}
	}
	node = func(n parse.Node) {
		switch n := n.(type) {
		case *parse.ActionNode:
			pipe(n.Pipe)
		case *parse.IfNode:
			branch(&n.BranchNode)
		case *parse.RangeNode:
			branch(&n.BranchNode)
		case *parse.WithNode:
			branch(&n.BranchNode)
		case *parse.TemplateNode:
			pipe(n.Pipe)
			textsOf(of, n.Name, seen, tell, calls)
		case *parse.ListNode:
			list(n)
		}
	}
	list(t.Tree.Root)
}

// shownAt is where the page can be looked at again, with what its address says besides.
func (v *Visit) shownAt() *url.URL {
	at := &url.URL{Path: v.path()}
	if v.R.Method == http.MethodGet {
		q := v.R.URL.Query()
		q.Del(renewing)
		q.Del("link") // works once, and is nobody else's
		at.RawQuery = q.Encode()
	}
	return at
}

// Switch is the address of the page in a language.
func (p page) Switch(l *lang.Language) string {
	q := p.at.Query()
	q.Set("lang", l.String())
	return (&url.URL{Path: p.at.Path, RawQuery: q.Encode()}).RequestURI()
}
