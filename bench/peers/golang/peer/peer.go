// Package peer is what every peer in Go shares: the protocol (see
// python/peer.py), the data, the operands of the products and the clock.
package peer

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Features and Classes are the ends of every network.
const Features, Classes = 784, 10

// Work measures once: seconds, and a number that is the same for every peer that
// computes the same thing.
type Work func() (seconds, check float64, err error)

// Maker makes a work from the arguments of its line.
type Maker func(arguments []string) (Work, error)

// Arguments returns the number of threads and the data folder that the driver
// gives.
func Arguments() (threads int, folder string) {
	if len(os.Args) == 3 {
		if n, err := strconv.Atoi(os.Args[1]); err == nil && n > 0 {
			return n, os.Args[2]
		}
	}
	fmt.Fprintf(os.Stderr, "usage: %s THREADS DATA\n", os.Args[0])
	os.Exit(2)
	return 0, ""
}

// Serve answers the driver. The key of a maker is "variant kind".
func Serve(version string, makers map[string]Maker) {
	fmt.Println("ready", version)
	works := map[string]Work{}
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		line := in.Text()
		fields := strings.Fields(line)
		if len(fields) < 2 || makers[fields[0]+" "+fields[1]] == nil {
			fmt.Println("none not a work of this peer")
			continue
		}
		if works[line] == nil {
			work, err := makers[fields[0]+" "+fields[1]](fields[2:])
			if err != nil {
				fmt.Println("error", err)
				continue
			}
			works[line] = work
		}
		if seconds, check, err := works[line](); err != nil {
			fmt.Println("error", err)
		} else {
			fmt.Println("ok", seconds, check)
		}
	}
}

// Train is the arguments of a training: hidden widths, batch, samples.
type Train struct {
	Hidden         []int
	Batch, Samples int
}

// ParseTrain reads HIDDEN BATCH SAMPLES.
func ParseTrain(arguments []string) (Train, error) {
	if len(arguments) != 3 {
		return Train{}, fmt.Errorf("train %v: want hidden widths, batch, samples", arguments)
	}
	hidden, err := numbers(strings.Split(arguments[0], "-"))
	if err != nil {
		return Train{}, err
	}
	n, err := numbers(arguments[1:])
	if err != nil {
		return Train{}, err
	}
	return Train{hidden, n[0], n[1]}, nil
}

// ParseRows reads HIDDEN COUNT.
func ParseRows(arguments []string) (hidden []int, count int, err error) {
	if len(arguments) != 2 {
		return nil, 0, fmt.Errorf("rows %v: want hidden widths and a count", arguments)
	}
	if hidden, err = numbers(strings.Split(arguments[0], "-")); err == nil {
		count, err = strconv.Atoi(arguments[1])
	}
	return hidden, count, err
}

func numbers(words []string) ([]int, error) {
	n := make([]int, len(words))
	for i, w := range words {
		var err error
		if n[i], err = strconv.Atoi(w); err != nil {
			return nil, err
		}
	}
	return n, nil
}

// Data reads the first samples: pixels, row by row, and classes.
func Data(folder string, samples int) (x, y []uint8, err error) {
	if x, err = os.ReadFile(filepath.Join(folder, "train-x.bin")); err != nil {
		return nil, nil, err
	}
	if y, err = os.ReadFile(filepath.Join(folder, "train-y.bin")); err != nil {
		return nil, nil, err
	}
	if len(y) < samples {
		return nil, nil, fmt.Errorf("%d samples wanted, the data has %d", samples, len(y))
	}
	return x[:samples*Features], y[:samples], nil
}

// Inputs returns the first rows of the data as float32 in [0, 1].
func Inputs(folder string, count int) ([]float32, error) {
	x, _, err := Data(folder, count)
	rows := make([]float32, len(x))
	for i, u := range x {
		rows[i] = float32(u) / 255
	}
	return rows, err
}

// Widths returns all widths of a network.
func Widths(hidden []int) []int {
	return append(append([]int{Features}, hidden...), Classes)
}

// FixedKernel is the kernel [in, out] of every inference: small whole numbers over a
// power of two.
func FixedKernel(in, out int) []float32 {
	w := make([]float32, in*out)
	for i := range w {
		w[i] = float32((i*7+3)%13-6) / 128
	}
	return w
}

// ProbabilityCheck tells whether the probabilities, 10 a row, are right.
func ProbabilityCheck(p []float32) float64 {
	s := 0.0
	for i, v := range p {
		s += float64(v) * float64(i%Classes+1)
	}
	return s / float64(len(p)/Classes)
}

// Product is row-major operands of whole numbers: A and B as stored, C.
type Product struct {
	TransA, TransB bool
	M, N, K        int
	A, B, C        []float32
	LDA, LDB       int
}

// ParseProduct reads TRANS M N K.
func ParseProduct(arguments []string) (*Product, error) {
	if len(arguments) != 4 || len(arguments[0]) != 2 {
		return nil, fmt.Errorf("sgemm %v: want NN, NT or TN and three sizes", arguments)
	}
	n, err := numbers(arguments[1:])
	if err != nil {
		return nil, err
	}
	p := &Product{TransA: arguments[0][0] == 'T', TransB: arguments[0][1] == 'T', M: n[0], N: n[1], K: n[2]}
	p.A, p.B, p.C = whole(p.M*p.K, 3), whole(p.K*p.N, 5), make([]float32, p.M*p.N)
	p.LDA, p.LDB = p.K, p.N
	if p.TransA {
		p.LDA = p.M
	}
	if p.TransB {
		p.LDB = p.K
	}
	return p, nil
}

func whole(n, seed int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32((i*7+seed)%13 - 6)
	}
	return x
}

// Sgemm is the maker of a product that multiply computes.
func Sgemm(multiply func(p *Product)) Maker {
	return func(arguments []string) (Work, error) {
		p, err := ParseProduct(arguments)
		if err != nil {
			return nil, err
		}
		multiply(p)
		check := weighted(p.C)
		return func() (float64, float64, error) { return Clock(func() { multiply(p) }), check, nil }, nil
	}
}

// weighted tells whether many numbers are right.
func weighted(x []float32) float64 {
	sum := 0.0
	for i, v := range x {
		sum += float64(v) * float64(i%17-8)
	}
	return sum
}

// Map is the maker of element-wise functions, by name.
func Map(functions map[string]func(y, x []float32)) Maker {
	return func(arguments []string) (Work, error) {
		if len(arguments) != 2 || functions[arguments[0]] == nil {
			return nil, fmt.Errorf("map %v: no such function", arguments)
		}
		n, err := strconv.Atoi(arguments[1])
		if err != nil {
			return nil, err
		}
		f, x, y := functions[arguments[0]], make([]float32, n), make([]float32, n)
		for i := range x {
			x[i] = float32(i*7%2001-1000) / 200
			if arguments[0] == "log" {
				x[i] = float32(i*7%2001+1) / 200
			}
		}
		f(y, x)
		check := weighted(y)
		return func() (float64, float64, error) { return Clock(func() { f(y, x) }), check, nil }, nil
	}
}

// Clock returns the median time of a call over at least 30 ms of calls, in
// seconds.
func Clock(call func()) float64 {
	const long = 30 * time.Millisecond
	calls := 0
	for start := time.Now(); time.Since(start) < long/10; calls++ {
		call()
	}
	turns := max(1, calls/3)
	var times []float64
	for begun := time.Now(); len(times) == 0 || time.Since(begun) < long; {
		start := time.Now()
		for range turns {
			call()
		}
		times = append(times, time.Since(start).Seconds()/float64(turns))
	}
	slices.Sort(times)
	return times[len(times)/2]
}

// Epoch is a work that times train, which goes once over the data and returns
// the mean loss.
func Epoch(train func() (loss float64, err error)) Work {
	return func() (float64, float64, error) {
		start := time.Now()
		loss, err := train()
		return time.Since(start).Seconds(), loss, err
	}
}
