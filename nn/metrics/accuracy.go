package metrics

import "fmt"

type accuracy struct{}

// Accuracy is the share of samples whose largest output, the first of equals, is that
// of the class. A sample with a NaN output is a miss.
func Accuracy() Metric { return accuracy{} }

func (accuracy) Name() string { return "accuracy" }

func (accuracy) Of(r *Results) float64 {
	hits := 0
	for i := range r.Len() {
		if best := argMax(r.Row(i)); best >= 0 && best == r.Class(i) {
			hits++
		}
	}
	return share(hits, r.Len())
}

type topK struct{ k int }

// TopK is the share of samples whose class is among the k largest outputs: fewer than
// k outputs are larger. A sample with a NaN output is a miss.
func TopK(k int) Metric { return topK{k} }

func (m topK) Name() string { return "top_k_categorical_accuracy" }

func (m topK) Check(outputs int, _ bool) error {
	if m.k < 1 || m.k > outputs {
		return fmt.Errorf("the top %d of %d outputs: give 1 ≤ k ≤ %d", m.k, outputs, outputs)
	}
	return nil
}

func (m topK) Of(r *Results) float64 {
	hits := 0
	for i := range r.Len() {
		row, class := r.Row(i), r.Class(i)
		if class < 0 || argMax(row) < 0 {
			continue
		}
		larger := 0
		for _, v := range row {
			if v > row[class] {
				larger++
			}
		}
		if larger < m.k {
			hits++
		}
	}
	return share(hits, r.Len())
}
