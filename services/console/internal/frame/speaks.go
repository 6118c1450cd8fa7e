package frame

import (
	"html/template"
	"net/http"
	"net/url"
	"strings"
	"text/template/parse"

	"github.com/qiao-platform/qiao/services/console/internal/frame/lang"
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

// speaks reports whether pages speak a language: whether each text is there that their
// templates name. A page on which half would be Chinese is shown in Chinese as a whole.
func (s *Site) speaks(of Section, is Chapter, l *lang.Language) bool {
	if !l.Growing {
		return true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	at := spoken{of.Name, is.At, l}
	known, ok := s.spoken[at]
	if !ok {
		missing, err := s.Look.Missing(of, is, l)
		known = err == nil && len(missing) == 0
		s.spoken[at] = known
	}
	return known
}

// Missing lists the texts that the pages of a chapter name, and a language does not have
// yet, or that nobody has approved where the chapter binds. The chapter without pages is the
// whole section, and the section without a name what stands around every page.
func (l *Look) Missing(of Section, c Chapter, in *lang.Language) (all []string, err error) {
	set := l.sets[of.Name]
	if set == nil {
		return nil, nil
	}
	has, every := l.Texts.IDs(in), l.Texts.IDs(l.Texts.Langs()[0])
	if c.Binds {
		has = l.Texts.Approved(in)
	}
	lacks := map[string]bool{}
	needs := func(id string, begins bool) {
		if !begins {
			lacks[id] = lacks[id] || every[id] && !has[id]
			return
		}
		for whole := range every {
			if strings.HasPrefix(whole, id) && !has[whole] {
				lacks[whole] = true
			}
		}
	}
	pages := c.Pages
	if len(pages) == 0 {
		pages = set.names()
	}
	for _, name := range pages {
		t, err := set.page(name)
		if err != nil {
			return nil, err
		}
		if of.Name == "" {
			textsOf(t, "layout.html", map[string]bool{}, needs)
		}
		textsOf(t, "main", map[string]bool{}, needs)
	}
	for id, is := range lacks {
		if is {
			all = append(all, id)
		}
	}
	return all, nil
}

// textsOf tells the texts that a template and those that it uses name, and the beginnings
// of those that they put together.
func textsOf(of *template.Template, name string, seen map[string]bool, tell func(id string, begins bool)) {
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
			if is, ok := c.Args[0].(*parse.IdentifierNode); ok && is.Ident == "t" && len(c.Args) > 1 {
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
			textsOf(of, n.Name, seen, tell)
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
