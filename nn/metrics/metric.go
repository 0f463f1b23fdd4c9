// Package metrics holds measures of a model's outputs over a whole set, with Keras's
// names. None is an average over batches: each sees every sample of the epoch, or of
// the evaluated set, in order.
//
//	metric                targets            value
//	Accuracy()            classes or floats  share of samples whose arg-max is the class
//	TopK(k)               classes or floats  share of samples whose class is among the k largest outputs
//	MeanAbsoluteError()   floats             mean of |y−t|
//	MeanSquaredError()    floats             mean of (y−t)²
//
// A type of one's own with the two methods of [Metric] works in any model.
package metrics

// Metric is a measure of a model's outputs.
type Metric interface {
	// Name is the name in logs and in the history, such as "accuracy".
	Name() string
	// Of returns the value for all samples of r, at least one. It must not keep r.
	Of(r *Results) float64
}

// Checked is implemented by a metric that not every model or target suits.
type Checked interface {
	Check(outputs int, classes bool) error
}

// Results is what a metric is computed from: the outputs of a model, after its last
// activation, and the targets, in the order of the samples.
type Results struct {
	Columns int       // outputs of a sample
	Outputs []float32 // of each sample, row by row
	Classes []int32   // of each sample; nil: Targets
	Targets []float32 // of each sample, as Outputs
}

// Len returns the number of samples.
func (r *Results) Len() int { return len(r.Outputs) / r.Columns }

// Row returns the outputs of sample i.
func (r *Results) Row(i int) []float32 { return r.Outputs[i*r.Columns : (i+1)*r.Columns] }

// Class returns the class of sample i: that of its target, or the arg-max of its float
// targets.
func (r *Results) Class(i int) int {
	if r.Classes != nil {
		return int(r.Classes[i])
	}
	return argMax(r.Targets[i*r.Columns : (i+1)*r.Columns])
}

// argMax returns the first index of the largest number, −1 where one is NaN.
func argMax(x []float32) int {
	best := -1
	for i, v := range x {
		if v != v {
			return -1
		}
		if best < 0 || v > x[best] {
			best = i
		}
	}
	return best
}

// share returns n of total.
func share(n, total int) float64 { return float64(n) / float64(total) }
