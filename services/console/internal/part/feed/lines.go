package feed

import (
	"slices"
	"strings"

	"github.com/qiao-platform/qiao/services/console/internal/frame/words"
)

// Line is an entry of the feed in words, for the part "line" of the frame.
type Line struct {
	Seq    int64  `json:"seq"`
	ID     string `json:"id"`
	Text   string `json:"text"`
	From   string `json:"from"`
	Source string `json:"source"`
	Place  string `json:"place"`
	Time   string `json:"time"`
}

// Lines writes entries in words. An event's type begins with its publisher.
func Lines(p *words.Printer, entries []Entry) []Line {
	all := make([]Line, len(entries))
	for i, e := range entries {
		source, _, _ := strings.Cut(e.Type, ".")
		all[i] = Line{Seq: e.Seq, ID: words.Short(e.ID), Text: p.Kind(e.Type), Source: source, From: p.Service(source), Place: p.County(e.Division), Time: p.Clock(e.At)}
	}
	return all
}

// Newest returns the newest lines, newest first.
func (f *Feed) Newest(p *words.Printer, n int) []Line {
	entries, _ := f.Since(0, n)
	slices.Reverse(entries)
	return Lines(p, entries)
}
