package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"text/tabwriter"
	"time"

	"weft/mnist"
	"weft/nn"
)

// The tutorial's split: scikit-learn's train_test_split(test_size=0.2,
// random_state=42).
const (
	validationShare = 0.2
	splitSeed       = 42
)

// train reads the data, trains, evaluates and reports.
func (c *command) train(ctx context.Context) error {
	begin := time.Now()
	all, test, err := mnist.Fashion(ctx, mnist.Options{Dir: c.data, Offline: c.offline, Progress: c.stderr, Log: c.stderr})
	if err != nil {
		return err
	}
	train, validation, err := all.Split(validationShare, splitSeed)
	if err != nil {
		return err
	}
	m := c.model()
	defer m.Close()
	if err := m.Compile(nn.Config{Optimizer: c.optimizer, Seed: c.seed, Workers: c.workers, Kernels: c.kernels}); err != nil {
		return err
	}
	var callback nn.Callback
	switch {
	case c.json:
		callback = jsonLines{c.stdout}
		if err := c.start(train, validation, test); err != nil {
			return err
		}
	case c.terminal:
		callback = nn.ProgressBar(c.stderr)
	default:
		callback = nn.EpochLines(c.stderr)
	}
	if !c.json {
		if err := m.Summary(c.stdout); err != nil {
			return err
		}
	}
	history, err := m.Fit(ctx, train, nn.FitOptions{Epochs: c.epochs, BatchSize: c.batch, Validation: validation, Callbacks: []nn.Callback{callback}})
	if err != nil {
		return fmt.Errorf("%w (after %d whole epochs)", err, len(history.Epochs))
	}
	r := result{command: c, model: m, history: history, train: train, validation: validation, test: test}
	if r.trainLoss, r.trainAccuracy, err = m.Evaluate(ctx, train); err != nil {
		return err
	}
	if r.testLoss, r.testAccuracy, err = m.Evaluate(ctx, test); err != nil {
		return err
	}
	r.seconds = time.Since(begin).Seconds()
	if c.json {
		return r.end()
	}
	return r.table()
}

// result is what a run reached.
type result struct {
	*command
	model                   *nn.Sequential
	history                 *nn.History
	train, validation, test *mnist.Set

	trainLoss, trainAccuracy float64
	testLoss, testAccuracy   float64
	seconds                  float64 // of the whole run
}

// epochSeconds returns the median time of an epoch.
func (r *result) epochSeconds() float64 {
	var s []float64
	for _, e := range r.history.Epochs {
		s = append(s, e.Seconds)
	}
	slices.Sort(s)
	return (s[len(s)/2] + s[(len(s)-1)/2]) / 2
}

// table prints the final table.
func (r *result) table() error {
	last := r.history.Epochs[len(r.history.Epochs)-1]
	seconds := r.epochSeconds()
	rate := float64(r.train.Len()) / seconds
	w := tabwriter.NewWriter(r.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "\nset\timages\tloss\taccuracy\n")
	fmt.Fprintf(w, "training\t%d\t%.4f\t%.4f\n", r.train.Len(), r.trainLoss, r.trainAccuracy)
	fmt.Fprintf(w, "validation\t%d\t%.4f\t%.4f\n", r.validation.Len(), last.ValLoss, last.ValAccuracy)
	fmt.Fprintf(w, "test\t%d\t%.4f\t%.4f\n", r.test.Len(), r.testLoss, r.testAccuracy)
	if err := w.Flush(); err != nil {
		return err
	}
	data := string(r.train.Source())
	if dir := r.train.Dir(); dir != "" {
		data += " in " + dir
	}
	for _, row := range [][2]string{
		{"data", data},
		{"seconds an epoch", fmt.Sprintf("%.4f", seconds)},
		{"samples/s", fmt.Sprintf("%.0f", rate)},
		{"GFLOP/s", fmt.Sprintf("%.1f", rate*float64(r.model.FLOPs())/1e9)},
		{"seconds in all", fmt.Sprintf("%.2f", r.seconds)},
		{"kernels", r.kernels.Name},
		{"workers", fmt.Sprint(r.workers)},
		{"weights SHA-256", fmt.Sprintf("%x", r.model.SHA256())},
	} {
		fmt.Fprintf(w, "%s\t%s\n", row[0], row[1])
	}
	return w.Flush()
}

// number is a float64 that JSON shows as null where it is NaN or infinite.
type number float64

func (n number) MarshalJSON() ([]byte, error) {
	if math.IsNaN(float64(n)) || math.IsInf(float64(n), 0) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(n))
}

// line writes one object.
func line(w io.Writer, v any) error { return json.NewEncoder(w).Encode(v) }

// start writes the first object.
func (c *command) start(train, validation, test *mnist.Set) error {
	return line(c.stdout, struct {
		Event      string       `json:"event"`
		Kernels    string       `json:"kernels"`
		Workers    int          `json:"workers"`
		Seed       uint64       `json:"seed"`
		Data       mnist.Source `json:"data"`
		Train      int          `json:"train"`
		Validation int          `json:"validation"`
		Test       int          `json:"test"`
		Split      string       `json:"split_sha256"`
	}{"start", c.kernels.Name, c.workers, c.seed, train.Source(), train.Len(), validation.Len(), test.Len(), train.IndexSHA256()})
}

// jsonLines writes an object for each epoch.
type jsonLines struct{ w io.Writer }

func (jsonLines) Step(*nn.Progress) error { return nil }

func (j jsonLines) Epoch(p *nn.Progress) error {
	e := p.Last
	return line(j.w, struct {
		Event       string `json:"event"`
		Epoch       int    `json:"epoch"`
		Seconds     number `json:"seconds"`
		Loss        number `json:"loss"`
		Accuracy    number `json:"accuracy"`
		ValLoss     number `json:"val_loss"`
		ValAccuracy number `json:"val_accuracy"`
	}{"epoch", e.Epoch, number(e.Seconds), number(e.Loss), number(e.Accuracy), number(e.ValLoss), number(e.ValAccuracy)})
}

// end writes the last object.
func (r *result) end() error {
	return line(r.stdout, struct {
		Event        string `json:"event"`
		Seconds      number `json:"seconds"`
		TestLoss     number `json:"test_loss"`
		TestAccuracy number `json:"test_accuracy"`
		Weights      string `json:"weights_sha256"`
	}{"end", number(r.seconds), number(r.testLoss), number(r.testAccuracy), fmt.Sprintf("%x", r.model.SHA256())})
}
