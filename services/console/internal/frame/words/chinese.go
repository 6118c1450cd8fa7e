package words

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"

	"golang.org/x/net/html"
)

// begins and ends stand around what is said in Chinese on a page of another language, until
// the page is written: characters that no text has, since Unicode gives them to nobody.
const begins, ends = "\ufdd0", "\ufdd1"

// plainly are the elements whose text is no place for another element.
var plainly = []string{"title", "textarea", "option", "script", "style"}

// Chinese marks in a page what is Chinese on it, so that a browser reads and a screen
// reader says it so, from left to right; where there can be no mark, as in an attribute,
// the text stands by itself.
func Chinese(page []byte, tag string) []byte {
	if !bytes.Contains(page, []byte(begins)) {
		return page
	}
	var out bytes.Buffer
	inside := ""
	for z := html.NewTokenizer(bytes.NewReader(page)); ; {
		kind := z.Next()
		if kind == html.ErrorToken {
			if !errors.Is(z.Err(), io.EOF) {
				return bare(page)
			}
			return out.Bytes()
		}
		raw := slices.Clone(z.Raw())
		name, _ := z.TagName()
		switch {
		case kind == html.TextToken && inside == "":
			out.Write(marked(raw, tag))
			continue
		case kind == html.StartTagToken && slices.Contains(plainly, string(name)):
			inside = string(name)
		case kind == html.EndTagToken && string(name) == inside:
			inside = ""
		}
		out.Write(bare(raw))
	}
}

// bare is a text without marks.
func bare(b []byte) []byte {
	return bytes.ReplaceAll(bytes.ReplaceAll(b, []byte(begins), nil), []byte(ends), nil)
}

// marked writes the marks of a text as elements, those that have their counterpart in it.
func marked(b []byte, tag string) []byte {
	var out bytes.Buffer
	open := 0
	for len(b) > 0 {
		switch {
		case bytes.HasPrefix(b, []byte(begins)):
			if open++; open == 1 {
				fmt.Fprintf(&out, `<bdi lang="%s">`, tag)
			}
			b = b[len(begins):]
		case bytes.HasPrefix(b, []byte(ends)):
			if open > 0 {
				if open--; open == 0 {
					out.WriteString("</bdi>")
				}
			}
			b = b[len(ends):]
		default:
			out.WriteByte(b[0])
			b = b[1:]
		}
	}
	if open > 0 {
		out.WriteString("</bdi>")
	}
	return out.Bytes()
}
