package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"

	"weft/mnist"
	"weft/nn"
	"weft/nn/callbacks"
)

// result is what a run reached.
type result struct {
	*sets
	machine
	model  *nn.Sequential
	epochs []callbacks.Epoch

	trainLoss, trainAccuracy float64
	valLoss, valAccuracy     float64
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

// print prints the final table.
func (r *result) print(out io.Writer) error {
	figures := append(table{{"set", "images", "loss", "accuracy"}}, r.figures()...)
	var facts table
	for _, row := range r.facts() {
		facts.add(row[0], row[1])
	}
	_, err := fmt.Fprintf(out, "\n%s\n%sweights SHA-256\n%x\n", figures, facts, r.model.SHA256())
	return err
}

// figures lists each set with its size, loss and accuracy.
func (r *result) figures() (rows [][]string) {
	for _, row := range []struct {
		name           string
		set            *mnist.Set
		loss, accuracy float64
	}{{"training", r.train, r.trainLoss, r.trainAccuracy}, {"validation", r.validation, r.valLoss, r.valAccuracy}, {"test", r.test, r.testLoss, r.testAccuracy}} {
		rows = append(rows, []string{row.name, fmt.Sprint(row.set.Len()), fmt.Sprintf("%.4f", row.loss), fmt.Sprintf("%.4f", row.accuracy)})
	}
	return rows
}

// facts lists what the final table and the report say of a run.
func (r *result) facts() [][2]string {
	all := [][2]string{{"data", describeSet(r.train)}}
	if len(r.epochs) > 0 {
		seconds := r.epochSeconds()
		rate := float64(r.train.Len()) / seconds
		all = append(all,
			[2]string{"s/epoch", fmt.Sprintf("%.4f", seconds)},
			[2]string{"samples/s", fmt.Sprintf("%.0f", rate)},
			[2]string{"GFLOP/s", fmt.Sprintf("%.1f", rate*float64(r.model.FLOPs())/1e9)})
	}
	return append(all,
		[2]string{"seconds in all", fmt.Sprintf("%.2f", r.seconds)},
		[2]string{"kernels", r.kernels.Name},
		[2]string{"workers", fmt.Sprint(r.workers)})
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
func epochLine(w io.Writer, e callbacks.Epoch) error {
	return line(w, struct {
		Event string `json:"event"`
		epochRecord
	}{"epoch", newEpochRecord(e)})
}

// jsonLines is the callback that writes an object for each epoch.
type jsonLines struct{ w io.Writer }

func (jsonLines) Step(*callbacks.Progress) error      { return nil }
func (j jsonLines) Epoch(p *callbacks.Progress) error { return epochLine(j.w, p.Last) }

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
func stoppedLine(w io.Writer, p *callbacks.Progress, m *nn.Sequential) error {
	return line(w, struct {
		Event    string `json:"event"`
		Epoch    int    `json:"epoch"`
		Step     int    `json:"step"`
		Loss     number `json:"loss"`
		Accuracy number `json:"accuracy"`
		Weights  string `json:"weights_sha256"`
	}{"stopped", p.Epoch, p.Step, number(p.Logs.Get("loss")), number(p.Logs.Get("accuracy")), fmt.Sprintf("%x", m.SHA256())})
}
