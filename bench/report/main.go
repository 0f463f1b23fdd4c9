// Report makes the tables and charts of the documents from the results in
// bench/results:
//
//	go run ./bench/report
//
// It writes docs/benchmarks.md and docs/img whole, and in README.md what lies between
// the lines <!-- speed --> and <!-- /speed -->.
package main

import (
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	log.SetFlags(0)
	files, err := documents(".")
	if err != nil {
		log.Fatal(err)
	}
	for name, text := range files {
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			log.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			log.Fatal(err)
		}
	}
}

// documents returns what the results make of the files below root, by name.
func documents(root string) (map[string]string, error) {
	machines, err := readMachines(filepath.Join(root, "bench", "results"))
	if err != nil {
		return nil, err
	}
	if len(machines) == 0 {
		return nil, fmt.Errorf("no results in %s", filepath.Join(root, "bench", "results"))
	}
	files := map[string]string{filepath.Join(root, "docs", "benchmarks.md"): benchmarks(machines)}
	for _, m := range machines {
		for name, picture := range m.images() {
			files[filepath.Join(root, "docs", "img", name)] = picture
		}
	}
	readme := filepath.Join(root, "README.md")
	old, err := os.ReadFile(readme)
	if err != nil {
		return nil, err
	}
	first := machines[0]
	for _, m := range machines { // the one that the README shows
		if m.Name == "Zen 5" {
			first = m
		}
	}
	text, err := replace(string(old), "speed", first.speed())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", readme, err)
	}
	files[readme] = text
	files[filepath.Join(root, "docs", "img", "epochs.svg")] = first.epochChart(12)
	return files, nil
}

// replace puts text between the marks of a name.
func replace(document, name, text string) (string, error) {
	begin, end := "<!-- "+name+" -->\n", "<!-- /"+name+" -->"
	head, rest, ok := strings.Cut(document, begin)
	if !ok {
		return "", fmt.Errorf("no line %q", strings.TrimSpace(begin))
	}
	_, tail, ok := strings.Cut(rest, end)
	if !ok {
		return "", fmt.Errorf("no line %q", end)
	}
	return head + begin + text + end + tail, nil
}
