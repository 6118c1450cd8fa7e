// Command lists writes what lists the platform's services: whole files, and marked
// blocks of files that are otherwise written by hand. It reads the names from
// services/services.txt, and what a list says of them from the contracts.
//
//	lists [-check] IMAGE
//
// With -check it changes nothing, and fails where a list is not what it would write.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

func main() {
	args := os.Args[1:]
	check := len(args) > 0 && args[0] == "-check"
	if check {
		args = args[1:]
	}
	if len(args) != 1 {
		fmt.Fprintln(os.Stderr, "lists [-check] IMAGE")
		os.Exit(2)
	}
	if err := run(args[0], check); err != nil {
		fmt.Fprintln(os.Stderr, "lists:", err)
		os.Exit(1)
	}
}

// source is the one list.
const source = "services/services.txt"

// service is one line of it: a name, and the databases that it has beside its own.
type service struct {
	Name   string
	Beside []string
	People bool // it signs for people
}

func load() (all []service, err error) {
	b, err := os.ReadFile(source)
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(string(b)) {
		line, _, _ = strings.Cut(line, "#")
		if words := strings.Fields(line); len(words) > 0 {
			beside := slices.DeleteFunc(slices.Clone(words[1:]), func(w string) bool { return w == peopleKey })
			all = append(all, service{words[0], beside, len(beside) < len(words)-1})
		}
	}
	return all, nil
}

func run(image string, check bool) error {
	services, err := load()
	if err != nil {
		return err
	}
	modules, err := filepath.Glob("services/*/go.mod")
	if err != nil {
		return err
	}
	for _, m := range modules {
		name := filepath.Base(filepath.Dir(m))
		if name != "console" && name != "standalone" && !slices.ContainsFunc(services, func(s service) bool { return s.Name == name }) {
			return fmt.Errorf("%s does not name %s", source, name)
		}
	}
	contracts, err := read(image)
	if err != nil {
		return err
	}
	if err := contracts.unique(); err != nil {
		return err
	}
	for _, s := range services {
		if !contracts.serves(s.Name) {
			return fmt.Errorf("%s names %s, which has no contract in proto/qiao", source, s.Name)
		}
	}
	files, err := write(services, contracts)
	if err != nil {
		return err
	}
	var stale []string
	for path, now := range files {
		was, err := os.ReadFile(path)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if bytes.Equal(was, now) {
			continue
		}
		stale = append(stale, path)
		if check {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, now, 0o644); err != nil {
			return err
		}
	}
	if check && len(stale) > 0 {
		slices.Sort(stale)
		return fmt.Errorf("these are not what %s and the contracts say: %s", source, strings.Join(stale, " "))
	}
	return nil
}

// mark begins and ends a block: `# scripts/gen writes: NAME`, `# scripts/gen: end`.
var mark = regexp.MustCompile(`(?m)^([ \t]*)(#|//) scripts/gen writes: (\S+)\n`)

// fill puts the blocks of a file in their places, indented as their marks are. A
// block that the file has no place for, or a place without a block, is an error.
func fill(path string, blocks map[string]string) ([]byte, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	old, out, placed := string(b), "", 0
	for {
		at := mark.FindStringSubmatchIndex(old)
		if at == nil {
			break
		}
		indent, comment, name := old[at[2]:at[3]], old[at[4]:at[5]], old[at[6]:at[7]]
		text, ok := blocks[name]
		end := indent + comment + " scripts/gen: end\n"
		stop := strings.Index(old[at[1]:], end)
		if !ok || stop < 0 {
			return nil, fmt.Errorf("%s: the block %s has no text or no end", path, name)
		}
		out += old[:at[1]]
		for line := range strings.Lines(text) {
			if strings.TrimSpace(line) != "" {
				line = indent + line
			}
			out += line
		}
		out += end
		old = old[at[1]+stop+len(end):]
		placed++
	}
	if placed != len(blocks) {
		return nil, fmt.Errorf("%s has places for %d of %d blocks", path, placed, len(blocks))
	}
	return []byte(out + old), nil
}
