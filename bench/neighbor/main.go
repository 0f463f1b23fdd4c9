// Command neighbor measures how the pool's workers fare next to another process
// that takes a share of one core in bursts.
//
//	go run ./bench/neighbor [-workers 2] [-rounds 5] [-what "short steps"]
//
// It prints, for each load, the mean time of an epoch of short steps and its ratio
// to the fair time: with w cores of which the load takes the share s, w/(w−s) times
// the time without a load. Then the same for products of a matmul.Engine.
package main

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"time"

	"weft/asm"
	"weft/matmul"
	"weft/matmul/pool"
)

// burst is a load that keeps a core busy for some time of every period.
type burst struct{ busy, period time.Duration }

func (b burst) share() float64 { return b.busy.Seconds() / b.period.Seconds() }

func (b burst) String() string {
	if b.busy == b.period {
		return "always"
	}
	return fmt.Sprintf("%v of %v", b.busy, b.period)
}

// loads are those that trainings met: a build, a browser, a scheduled job, a second
// training.
var loads = []burst{
	{5 * time.Millisecond, 50 * time.Millisecond},
	{20 * time.Millisecond, 100 * time.Millisecond},
	{50 * time.Millisecond, 100 * time.Millisecond},
	{20 * time.Millisecond, 500 * time.Millisecond},
	{time.Second, time.Second},
}

func main() {
	workers := flag.Int("workers", 2, "workers of the pool")
	rounds := flag.Int("rounds", 5, "measurements of each load, 1.7 s each; the table shows their medians")
	what := flag.String("what", "", "regular expression of the lines to measure")
	busy := flag.Duration("busy", 0, "be a load: this busy time of every period")
	period := flag.Duration("period", 0, "be a load: the period")
	flag.Parse()
	if *busy > 0 {
		burst{*busy, *period}.run()
		return
	}
	chosen, err := regexp.Compile(*what)
	if err != nil || *workers < 2 || *rounds < 1 {
		fmt.Fprintln(os.Stderr, "neighbor: want -workers of at least 2, -rounds of at least 1 and a regular expression for -what", cmp.Or(err, errors.New("")))
		os.Exit(2)
	}
	p := pool.New(*workers)
	defer p.Close()
	engine := matmul.New(asm.Best(), p)
	subjects := []subject{newSteps(p)}
	for _, n := range []int{64, 128, 512} {
		subjects = append(subjects, newProduct(engine, n))
	}
	fmt.Printf("| what | alone |%s\n", header())
	for _, s := range subjects {
		if !chosen.MatchString(s.String()) {
			continue
		}
		row, err := measure(s, *workers, *rounds)
		if err != nil {
			fmt.Fprintln(os.Stderr, "neighbor:", err)
			os.Exit(1)
		}
		fmt.Println(row)
	}
}

func header() (cells string) {
	for _, l := range loads {
		cells += fmt.Sprintf(" %v |", l)
	}
	return cells
}

// subject is what the loads disturb.
type subject interface {
	fmt.Stringer
	once() // some tens of milliseconds of work
}

// measure returns a row of the table: the time alone, and the ratio to the fair time
// next to each load. With and without it take turns, so that what else happens on the
// machine disturbs both.
func measure(s subject, workers, rounds int) (string, error) {
	var all []float64
	row := ""
	for _, l := range loads {
		p, err := l.start()
		if err != nil {
			return "", err
		}
		var ratios []float64
		alone := mean(s, window/2)
		for range rounds {
			p.resume()
			mean(s, settle)
			disturbed := mean(s, window)
			p.pause()
			mean(s, 3*settle) // what the load left behind passes
			before := alone
			alone = mean(s, window/2)
			all = append(all, alone)
			w := float64(workers)
			ratios = append(ratios, disturbed/((before+alone)/2*w/(w-l.share())))
		}
		p.end()
		slices.Sort(ratios)
		row += fmt.Sprintf(" %.2f (%.2f–%.2f) |", median(ratios), ratios[0], ratios[rounds-1])
	}
	return fmt.Sprintf("| %v | %.1f ms |", s, 1e3*median(all)) + row, nil
}

const (
	window = time.Second // next to a load: whole periods of each
	settle = 100 * time.Millisecond
)

// mean returns the mean time of a call, in seconds.
func mean(s subject, d time.Duration) float64 {
	begin, n := time.Now(), 0
	for ; time.Since(begin) < d; n++ {
		s.once()
	}
	return time.Since(begin).Seconds() / float64(n)
}

func median(x []float64) float64 {
	x = slices.Sorted(slices.Values(x))
	return x[len(x)/2]
}
