package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sort"
)

// machine is one folder of results: machine.json and the raw results of
// bench/peers/run, one JSON object a line.
type machine struct {
	dir                              string
	Name, CPU, Commit, Command, Note string
	runs                             []run
	versions                         map[string]string
	results                          map[key][]float64 // seconds of the measured rounds
}

// run is the first line of a file of results.
type run struct {
	Date, Data string
	Rounds     int
	Peaks      map[string]float64
}

// key is one contestant at one piece of work.
type key struct {
	Work, Label, ISA string
	Threads          int
}

// line is any line of a file of results.
type line struct {
	key
	Kind    string
	Round   int
	Seconds float64
	Family  string
	Version string
}

// readMachines reads all folders below dir, by name.
func readMachines(dir string) ([]*machine, error) {
	folders, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var all []*machine
	for _, f := range folders {
		if !f.IsDir() {
			continue
		}
		m, err := readMachine(filepath.Join(dir, f.Name()))
		if err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	return all, nil
}

func readMachine(dir string) (*machine, error) {
	m := &machine{dir: dir, versions: map[string]string{}, results: map[key][]float64{}}
	b, err := os.ReadFile(filepath.Join(dir, "machine.json"))
	if err != nil {
		return nil, err
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(m); err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	files, err := fs.Glob(os.DirFS(dir), "*.jsonl")
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		if err := m.read(filepath.Join(dir, f)); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// read adds the results of a file. The first round warms up, and a contestant that
// failed in one is out.
func (m *machine) read(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	failed := map[key]bool{}
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		var kind struct{ Kind string }
		var l line
		var r run
		into := any(&l)
		if err := json.Unmarshal(lines.Bytes(), &kind); err == nil && kind.Kind == "run" {
			into = &r
		}
		if err := json.Unmarshal(lines.Bytes(), into); err != nil {
			return fmt.Errorf("%s:%d: %w", path, n, err)
		}
		switch {
		case kind.Kind == "run":
			m.runs = append(m.runs, r)
		case l.Kind == "version" && l.Version != "":
			m.versions[l.Family] = l.Version
		case l.Kind == "none":
			failed[l.key] = true
		case l.Kind == "result" && l.Round > 0:
			m.results[l.key] = append(m.results[l.key], l.Seconds)
		}
	}
	for k := range failed {
		delete(m.results, k)
	}
	return lines.Err()
}

// median returns the median seconds of a contestant at a piece of work.
func (m *machine) median(k key) (float64, bool) {
	s := slices.Clone(m.results[k])
	if len(s) == 0 {
		return 0, false
	}
	slices.Sort(s)
	if n := len(s); n%2 == 0 {
		return (s[n/2-1] + s[n/2]) / 2, true
	}
	return s[len(s)/2], true
}

// contestant is what a table lists: a program, and for Weft the kernels too.
type contestant struct{ label, isa string }

// contestants returns those of a piece of work, the fastest first, where all threads
// together count; the limit program is none.
func (m *machine) contestants(work string, threads ...int) []contestant {
	best := map[contestant]float64{}
	for k := range m.results {
		if k.Work != work || k.Label == "limit program" || !slices.Contains(threads, k.Threads) {
			continue
		}
		c := contestant{k.Label, k.ISA}
		s, _ := m.median(k)
		if old, ok := best[c]; !ok || s < old {
			best[c] = s
		}
	}
	var all []contestant
	for c := range best {
		all = append(all, c)
	}
	sort.Slice(all, func(i, j int) bool {
		a, b := all[i], all[j]
		if best[a] != best[b] {
			return best[a] < best[b]
		}
		return a.label+a.isa < b.label+b.isa
	})
	return all
}

// fastestPeer returns the shortest time of a program that is not Weft, on the best
// instruction set that it was measured with.
func (m *machine) fastestPeer(work string, threads int) (label string, seconds float64) {
	for _, c := range m.contestants(work, threads) {
		if c.label == "Weft" {
			continue
		}
		if s, ok := m.median(key{work, c.label, c.isa, threads}); ok && (label == "" || s < seconds) {
			label, seconds = c.label, s
		}
	}
	return label, seconds
}
