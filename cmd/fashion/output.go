package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"text/tabwriter"

	"weft/mnist"
	"weft/nn"
)

// result is what a run reached.
type result struct {
	*sets
	machine
	model  *nn.Sequential
	epochs []nn.Epoch

	trainLoss, trainAccuracy float64
	testLoss, testAccuracy   float64
	seconds                  float64 // of the whole run
}

// epochSeconds returns the median time of an epoch.
func (r *result) epochSeconds() float64 {
	var s []float64
	for _, e := range r.epochs {
		s = append(s, e.Seconds)
	}
	return median(s)
}

// median sorts s and returns its middle.
func median(s []float64) float64 {
	slices.Sort(s)
	return (s[len(s)/2] + s[(len(s)-1)/2]) / 2
}

// table prints the final table.
func (r *result) table(out io.Writer) error {
	last := r.epochs[len(r.epochs)-1]
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "\nset\timages\tloss\taccuracy\n")
	fmt.Fprintf(w, "training\t%d\t%.4f\t%.4f\n", r.train.Len(), r.trainLoss, r.trainAccuracy)
	fmt.Fprintf(w, "validation\t%d\t%.4f\t%.4f\n", r.validation.Len(), last.ValLoss, last.ValAccuracy)
	fmt.Fprintf(w, "test\t%d\t%.4f\t%.4f\n\n", r.test.Len(), r.testLoss, r.testAccuracy)
	for _, row := range r.facts() {
		fmt.Fprintf(w, "%s\t%s\n", row[0], row[1])
	}
	fmt.Fprintf(w, "weights SHA-256\n%x\n", r.model.SHA256())
	return w.Flush()
}

// facts lists what the final table and the report say of a run.
func (r *result) facts() [][2]string {
	seconds := r.epochSeconds()
	rate := float64(r.train.Len()) / seconds
	return [][2]string{
		{"data", describeSet(r.train)},
		{"seconds an epoch", fmt.Sprintf("%.4f", seconds)},
		{"samples/s", fmt.Sprintf("%.0f", rate)},
		{"GFLOP/s", fmt.Sprintf("%.1f", rate*float64(r.model.FLOPs())/1e9)},
		{"seconds in all", fmt.Sprintf("%.2f", r.seconds)},
		{"kernels", r.kernels.Name},
		{"workers", fmt.Sprint(r.workers)},
	}
}

// number is a float64 that JSON shows as null where it is NaN or infinite.
type number float64

func (n number) MarshalJSON() ([]byte, error) {
	if math.IsNaN(float64(n)) || math.IsInf(float64(n), 0) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(n))
}

func (n *number) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		*n = number(math.NaN())
		return nil
	}
	return json.Unmarshal(b, (*float64)(n))
}

// line writes one object.
func line(w io.Writer, v any) error { return json.NewEncoder(w).Encode(v) }

// startLine writes the first object of a run.
func startLine(w io.Writer, m machine, seed uint64, s *sets) error {
	return line(w, struct {
		Event      string       `json:"event"`
		Kernels    string       `json:"kernels"`
		Workers    int          `json:"workers"`
		Seed       uint64       `json:"seed"`
		Data       mnist.Source `json:"data"`
		Train      int          `json:"train"`
		Validation int          `json:"validation"`
		Test       int          `json:"test"`
		Split      string       `json:"split_sha256"`
	}{"start", m.kernels.Name, m.workers, seed, s.train.Source(), s.train.Len(), s.validation.Len(), s.test.Len(), s.train.IndexSHA256()})
}

// epochLine writes the object of an epoch.
func epochLine(w io.Writer, e nn.Epoch) error {
	return line(w, struct {
		Event string `json:"event"`
		epochRecord
	}{"epoch", newEpochRecord(e)})
}

// jsonLines is the callback that writes an object for each epoch.
type jsonLines struct{ w io.Writer }

func (jsonLines) Step(*nn.Progress) error      { return nil }
func (j jsonLines) Epoch(p *nn.Progress) error { return epochLine(j.w, p.Last) }

// end writes the last object.
func (r *result) end(w io.Writer) error {
	return line(w, struct {
		Event        string `json:"event"`
		Seconds      number `json:"seconds"`
		TestLoss     number `json:"test_loss"`
		TestAccuracy number `json:"test_accuracy"`
		Weights      string `json:"weights_sha256"`
	}{"end", number(r.seconds), number(r.testLoss), number(r.testAccuracy), fmt.Sprintf("%x", r.model.SHA256())})
}

// stoppedLine writes the object of a run that a signal stopped.
func stoppedLine(w io.Writer, p *nn.Progress, m *nn.Sequential) error {
	return line(w, struct {
		Event    string `json:"event"`
		Epoch    int    `json:"epoch"`
		Step     int    `json:"step"`
		Loss     number `json:"loss"`
		Accuracy number `json:"accuracy"`
		Weights  string `json:"weights_sha256"`
	}{"stopped", p.Epoch, p.Step, number(p.Loss), number(p.Accuracy), fmt.Sprintf("%x", m.SHA256())})
}
