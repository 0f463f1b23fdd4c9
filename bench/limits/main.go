// Command limits measures what the machine it runs on can do at most: float32
// multiply-adds for each set of kernels, the bandwidth of every level of memory,
// the cost of handing work to another core. Tables of speed can then say
// "percent of this machine".
//
//	go run ./bench/limits            # a table
//	go run ./bench/limits -json      # one object
//
// Best is the limit; the median beside it tells how quiet the machine was. A
// line for several workers is the sum of all: "scale" says how many times one
// core that is.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"weft/matmul/pool"
)

func main() {
	asJSON := flag.Bool("json", false, "print one JSON object instead of a table")
	workers := flag.String("workers", "", "numbers of workers, such as 1,2 (default: 1 and GOMAXPROCS)")
	peakOnly := flag.Bool("peak", false, "measure multiply-adds alone")
	runs := flag.Int("runs", 9, "repetitions of each measurement")
	target := flag.Duration("time", 5*time.Millisecond, "least time of a repetition")
	flag.Parse()
	if err := run(os.Stdout, *asJSON, *peakOnly, *workers, *runs, *target); err != nil {
		fmt.Fprintln(os.Stderr, "limits:", err)
		os.Exit(2)
	}
}

func run(w io.Writer, asJSON, peakOnly bool, list string, runs int, target time.Duration) error {
	if flag.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q", flag.Arg(0))
	}
	if runs < 1 {
		return fmt.Errorf("-runs %d: at least 1", runs)
	}
	counts, err := parseWorkers(list)
	if err != nil {
		return err
	}
	most := 1
	for _, n := range counts {
		most = max(most, n)
	}
	m := newMeter(most, runs, target)
	defer m.pool.Close()
	c := linuxCaches("/sys/devices/system/cpu/cpu0/cache")
	r := report{CPU: cpuName("/proc/cpuinfo"), OS: runtime.GOOS, Arch: runtime.GOARCH, Caches: c}
	m.peaks(&r, counts)
	if !peakOnly {
		m.bandwidths(&r, counts, nil)
		m.costs(&r, counts)
	}
	if asJSON {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(r)
	}
	return r.table(w)
}

// parseWorkers reads a list such as 1,2; the empty one is 1 and GOMAXPROCS.
func parseWorkers(list string) ([]int, error) {
	if list == "" {
		if n := runtime.GOMAXPROCS(0); n > 1 {
			return []int{1, n}, nil
		}
		return []int{1}, nil
	}
	var counts []int
	for s := range strings.SplitSeq(list, ",") {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > runtime.GOMAXPROCS(0) {
			return nil, fmt.Errorf("-workers %q: want numbers from 1 to %d (GOMAXPROCS), separated by commas", list, runtime.GOMAXPROCS(0))
		}
		counts = append(counts, n)
	}
	return counts, nil
}

func newMeter(workers, runs int, target time.Duration) *meter {
	return &meter{pool: pool.New(workers), runs: runs, target: target}
}

// report is all that was measured.
type report struct {
	CPU       string  `json:"cpu"`
	OS        string  `json:"os"`
	Arch      string  `json:"arch"`
	Caches    caches  `json:"caches"` // bytes of L1d, L2, L3
	Peak      []peak  `json:"peak"`
	Bandwidth []speed `json:"bandwidth"`
	Pool      []cost  `json:"pool"`
}

// peak is the rate of multiply-adds, in GFLOP/s.
type peak struct {
	Kernels string  `json:"kernels"`
	Workers int     `json:"workers"`
	Best    float64 `json:"best_gflops"`
	Median  float64 `json:"median_gflops"`
}

// speed is the bandwidth of one level of memory, in GB/s read and written.
type speed struct {
	Kernels   string  `json:"kernels"`
	Workers   int     `json:"workers"`
	Level     string  `json:"level"`
	Bytes     int     `json:"bytes"` // working set of each worker
	Operation string  `json:"operation"`
	Best      float64 `json:"best_gbs"`
	Median    float64 `json:"median_gbs"`
}

// cost is the time of one event between workers, in seconds.
type cost struct {
	Event   string  `json:"event"`
	Workers int     `json:"workers"`
	Best    float64 `json:"best_seconds"`
	Median  float64 `json:"median_seconds"`
}

// peaks measures multiply-adds for each number of workers.
func (m *meter) peaks(r *report, counts []int) {
	for _, l := range available() {
		for _, n := range counts {
			best, median := m.arithmetic(l, n)
			r.Peak = append(r.Peak, peak{l.name, n, best, median})
		}
	}
}

// bandwidths measures memory on the given levels or, for nil, on those of the
// caches.
func (m *meter) bandwidths(r *report, counts []int, on []level) {
	for _, n := range counts {
		levels := on
		if levels == nil {
			levels = r.Caches.levels(n)
		}
		for _, v := range levels {
			sets := workingSets(n, v.bytes)
			for _, l := range available() {
				for _, o := range operations {
					best, median := m.bandwidth(l, o, sets)
					r.Bandwidth = append(r.Bandwidth, speed{l.name, n, v.name, v.bytes, o.name, best, median})
				}
			}
		}
	}
}

// costs measures what workers wait for.
func (m *meter) costs(r *report, counts []int) {
	for _, n := range counts {
		if n == 1 {
			f := m.handover(1)
			r.Pool = append(r.Pool, cost{"Run of no work, the caller alone", 1, f.best, f.median})
			continue
		}
		for _, e := range []struct {
			event   string
			measure func(int) figure
		}{
			{"barrier", m.barrier},
			{"Run of no work, workers spinning", m.handover},
			{"Run of no work, workers parked", m.wakeup},
			{"a goroutine started for the work", func(int) figure { return m.start() }},
		} {
			f := e.measure(n)
			r.Pool = append(r.Pool, cost{e.event, n, f.best, f.median})
		}
	}
}

// table writes the report for people.
func (r report) table(w io.Writer) error {
	fmt.Fprintf(w, "%s, %s/%s, caches %d KiB, %d KiB, %d MiB\n", r.CPU, r.OS, r.Arch, r.Caches[0]>>10, r.Caches[1]>>10, r.Caches[2]>>20)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(t, "\nfloat32 multiply-add\tworkers\tbest GFLOP/s\tmedian\tscale\t\n")
	one := 0.0
	for _, p := range r.Peak {
		if p.Workers == 1 {
			one = p.Best
		}
		fmt.Fprintf(t, "%s\t%d\t%.1f\t%.1f\t%s\t\n", p.Kernels, p.Workers, p.Best, p.Median, scale(p.Workers, p.Best, one))
	}
	if len(r.Bandwidth)+len(r.Pool) == 0 {
		return t.Flush()
	}
	fmt.Fprint(t, "\nbandwidth\tworkers\tKiB a worker\tread GB/s\twrite\tcopy (read + write)\tmedian of read\t\n")
	for b := r.Bandwidth; len(b) > 0; b = b[len(operations):] {
		fmt.Fprintf(t, "%s %s\t%d\t%d\t%.1f\t%.1f\t%.1f\t%.1f\t\n", b[0].Level, b[0].Kernels, b[0].Workers, b[0].Bytes>>10, b[0].Best, b[1].Best, b[2].Best, b[0].Median)
	}
	fmt.Fprint(t, "\nbetween workers\tworkers\tbest µs\tmedian\t\n")
	for _, c := range r.Pool {
		fmt.Fprintf(t, "%s\t%d\t%.3f\t%.3f\t\n", c.Event, c.Workers, c.Best*1e6, c.Median*1e6)
	}
	return t.Flush()
}

// scale tells how many times the rate of one worker a rate is.
func scale(workers int, rate, one float64) string {
	if workers == 1 || one == 0 {
		return ""
	}
	return fmt.Sprintf("%.2f", rate/one)
}

// cpuName returns the model that Linux tells in a file such as /proc/cpuinfo.
func cpuName(file string) string {
	b, _ := os.ReadFile(file)
	for line := range strings.Lines(string(b)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return "unknown CPU"
}
