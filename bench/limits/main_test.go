package main

import (
	"encoding/json"
	"runtime"
	"slices"
	"strings"
	"testing"
)

func TestParseWorkers(t *testing.T) {
	most := runtime.GOMAXPROCS(0)
	for _, c := range []struct {
		list string
		want []int
	}{
		{"1", []int{1}},
		{"1,1", []int{1, 1}},
		{"0", nil},
		{"2000000", nil},
		{"1,", nil},
		{"two", nil},
	} {
		got, err := parseWorkers(c.list)
		if !slices.Equal(got, c.want) || (err != nil) != (c.want == nil) {
			t.Errorf("parseWorkers(%q) = %v, %v, want %v", c.list, got, err, c.want)
		}
	}
	if got, err := parseWorkers(""); err != nil || got[0] != 1 || got[len(got)-1] != most {
		t.Errorf("parseWorkers of nothing = %v, %v, want 1 and %d", got, err, most)
	}
}

// What a line says reaches both outputs.
func TestOutputs(t *testing.T) {
	r := report{CPU: "test CPU",
		Peak:      []peak{{"avx2", 1, 100, 90}, {"avx2", 2, 190, 180}},
		Bandwidth: []speed{{"avx2", 1, "L2", 4096, "read", 50, 40}, {"avx2", 1, "L2", 4096, "write", 30, 20}, {"avx2", 1, "L2", 4096, "copy", 60, 55}},
		Pool:      []cost{{"barrier", 2, 1e-7, 2e-7}},
	}
	var b strings.Builder
	if err := r.table(&b); err != nil {
		t.Fatal(err)
	}
	text := strings.Join(strings.Fields(b.String()), " ")
	for _, want := range []string{"test CPU", "avx2 2 190.0 180.0 1.90", "L2 avx2 1 4 50.0 30.0 60.0 40.0", "barrier 2 0.100 0.200"} {
		if !strings.Contains(text, want) {
			t.Errorf("the table lacks %q:\n%s", want, b.String())
		}
	}
	object, err := json.Marshal(r)
	if err != nil || !strings.Contains(string(object), `"best_gflops":190`) {
		t.Errorf("JSON: %s, %v", object, err)
	}
}
