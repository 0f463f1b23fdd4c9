package engine

import "slices"

// Weight is one tensor of a model in Keras's shape, row-major.
type Weight struct {
	Name    string // layer/kernel, layer/bias, …
	Shape   []int
	Data    []float32
	Trained bool // an optimizer changes it; else it is state, such as a moving mean
}

// Weight returns a copy of the parameter under a layer's name.
func (p *Param) Weight(layer string) Weight {
	return Weight{Name: layer + "/" + p.Name, Shape: slices.Clone(p.Shape), Data: p.Keras(p.Data), Trained: p.Trained}
}
