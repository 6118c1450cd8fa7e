package frame

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"regexp"
	"strings"
	"time"
)

// stylesheet is the one file in which the styles of the frame and of all sections are:
// a browser asks once, and has them for every page that follows.
const stylesheet = "qiao.css"

// assets are the files that pages look and move with. Each is served under an address
// that holds what is in it, so that a browser keeps it for good and asks for it again
// only when it changed; under the bare address, where a browser asks each time, it hears
// in one line that nothing did.
type assets map[string]*asset

type asset struct {
	content   []byte
	tag, kind string
}

// loadAssets reads the folders static of the frame and of the sections. A section's style
// is static/NAME.css; what else is there is served by its own name.
func loadAssets(sections []Section) (assets, error) {
	all := assets{}
	var styles []byte
	if err := all.read(files, &styles, "console.css", "pages.css", "forms.css"); err != nil {
		return nil, err
	}
	for _, one := range sections {
		if err := all.read(one.Files, &styles, one.Name+".css"); err != nil {
			return nil, fmt.Errorf("section %s: %w", one.Name, err)
		}
	}
	// What a style shows is asked for by its whole address too.
	styles = regexp.MustCompile(`url\(([a-z.]+)\)`).ReplaceAllFunc(styles, func(m []byte) []byte {
		return []byte("url(" + path.Base(all.at(string(m[len("url("):len(m)-1]))) + ")")
	})
	return all, all.add(stylesheet, styles)
}

// read adds the files of one source: the styles, in their order, to the one stylesheet.
func (a assets) read(source fs.FS, styles *[]byte, order ...string) error {
	for _, name := range order {
		b, err := fs.ReadFile(source, "static/"+name)
		if err == nil {
			*styles = append(*styles, b...)
		}
	}
	names, err := fs.Glob(source, "static/*")
	if err != nil {
		return err
	}
	for _, name := range names {
		if path.Ext(name) == ".css" {
			continue
		}
		b, err := fs.ReadFile(source, name)
		if err != nil {
			return err
		}
		if err := a.add(path.Base(name), b); err != nil {
			return err
		}
	}
	return nil
}

func (a assets) add(name string, content []byte) error {
	if a[name] != nil {
		return fmt.Errorf("two files are named %s", name)
	}
	h := sha256.Sum256(content)
	a[name] = &asset{content, base64.RawURLEncoding.EncodeToString(h[:9]), mime.TypeByExtension(path.Ext(name))}
	return nil
}

// at is the address of a file, as pages name it; a name that there is none of leads nowhere,
// and a test of each page finds it.
func (a assets) at(name string) string {
	if one := a[name]; one != nil {
		return "/static/" + name + "?v=" + one.tag
	}
	return "/static/" + name
}

// serve serves /static/.
func (s *Site) serve(w http.ResponseWriter, r *http.Request) {
	one := s.assets[strings.TrimPrefix(r.URL.Path, "/static/")]
	if one == nil {
		s.visit(w, r, Section{}, Chapter{}).fail(ErrNoPage)
		return
	}
	h := w.Header()
	h.Set("Content-Type", one.kind)
	h.Set("ETag", `W/"`+one.tag+`"`) // weak: compressed and not, it is the same file
	h.Set("Cache-Control", "no-cache")
	if r.URL.Query().Get("v") == one.tag {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(one.content))
}
