package activations

import (
	"math"

	"weft/asm"
)

// LogSoftmax is log(eˣ/Σeˣ) over a row, that is (x−m) − log Σe^(x−m) with the row's
// maximum m. A NaN, a +Inf, or a row of nothing but −Inf makes the whole row NaN. The
// gradient is dy − e^y·Σdy.
//
// The sums are in sixteen lanes, as [asm.Kernels.Sum]. A row passes through Exp of
// the kernels a piece at a time, in the place where its result goes.
var LogSoftmax Activation = logSoftmax{}

type logSoftmax struct{}

func (logSoftmax) Name() string               { return "log_softmax" }
func (logSoftmax) Config() map[string]float64 { return nil }
func (logSoftmax) Traits() Traits             { return Traits{RowWise: true, Density: 1} }

// piece is the number of elements of a row that pass through Exp together, a
// multiple of the lanes.
const piece = 256

func (a logSoftmax) Forward(k *asm.Kernels, y, x []float32) {
	checkForward(a.Name(), y, x)
	if len(x) == 0 {
		return
	}
	m := k.Max(x)
	var lane [16]float32
	var rest [piece]float32
	for lo := 0; lo < len(x); lo += piece {
		part := y[lo:min(lo+piece, len(x))]
		for i, v := range x[lo : lo+len(part)] {
			part[i] = v - m
		}
		n := copy(rest[:], part)
		k.Exp(part, part)
		for i, e := range part {
			lane[i%16] += e
		}
		copy(part, rest[:n])
	}
	first := y[0] // whose place serves for the logarithm
	y[0] = fold(&lane)
	k.Log(y[:1], y[:1])
	log := y[0]
	y[0] = first
	for i := range y {
		y[i] -= log
	}
}

func (a logSoftmax) Backward(k *asm.Kernels, dx, dy, x, y []float32) {
	checkBackward(a.Name(), dx, dy, y)
	total := k.Sum(dy)
	var rest [piece]float32
	for lo := 0; lo < len(dx); lo += piece {
		part := dx[lo:min(lo+piece, len(dx))]
		n := copy(rest[:], dy[lo:lo+len(part)])
		k.Exp(part, y[lo:lo+len(part)])
		for i, d := range rest[:n] {
			part[i] = d - float32(part[i]*total)
		}
	}
}

// ForwardPanel implements [Paneled]: the operations of Forward for all columns at
// once, a feature at a time.
func (logSoftmax) ForwardPanel(k *asm.Kernels, y, x []float32, features, width int) {
	var most, rest [asm.PanelWidth]float32
	for c := range width {
		most[c] = float32(math.Inf(-1))
	}
	for f := range features {
		for c, v := range x[f*asm.PanelWidth:][:width] {
			if v > most[c] {
				most[c] = v
			}
		}
	}
	for c := range width {
		most[c] += 0 // −0 becomes +0, as in Max
	}
	var lanes [16][asm.PanelWidth]float32
	for f := range features {
		row := y[f*asm.PanelWidth:][:width]
		for c, v := range x[f*asm.PanelWidth:][:width] {
			row[c] = v - most[c]
		}
		copy(rest[:], row)
		k.Exp(row, row)
		lane := &lanes[f%16]
		for c, e := range row {
			lane[c] += e
		}
		copy(row, rest[:width])
	}
	foldPanel(&lanes)
	first := y[:width]
	copy(rest[:], first)
	copy(first, lanes[0][:])
	k.Log(first, first)
	log := lanes[0][:width]
	copy(log, first)
	copy(first, rest[:])
	for f := range features {
		row := y[f*asm.PanelWidth:][:width]
		for c := range row {
			row[c] -= log[c]
		}
	}
}

// BackwardPanel implements [Paneled].
func (logSoftmax) BackwardPanel(k *asm.Kernels, dx, dy, x, y []float32, features, width int) {
	var lanes [16][asm.PanelWidth]float32
	for f := range features {
		lane := &lanes[f%16]
		for c, d := range dy[f*asm.PanelWidth:][:width] {
			lane[c] += d
		}
	}
	foldPanel(&lanes)
	total := &lanes[0]
	var rest [asm.PanelWidth]float32
	for f := range features {
		at := f * asm.PanelWidth
		row := dx[at:][:width]
		copy(rest[:], dy[at:][:width])
		k.Exp(row, y[at:][:width])
		for c, d := range rest[:width] {
			row[c] = d - float32(row[c]*total[c])
		}
	}
}

// fold adds sixteen lanes as [asm.Kernels.Sum] does.
func fold(lane *[16]float32) float32 {
	for h := 8; h > 0; h /= 2 {
		for l := range h {
			lane[l] += lane[l+h]
		}
	}
	return lane[0]
}

// foldPanel is fold for the columns of a panel; the sums are the first lane's.
func foldPanel(lanes *[16][asm.PanelWidth]float32) {
	for h := 8; h > 0; h /= 2 {
		for l := range h {
			for c := range lanes[l] {
				lanes[l][c] += lanes[l+h][c]
			}
		}
	}
}
