package engine

import "weft/matmul/pool"

// What the tests in package engine_test need of a trainer, which train networks of
// package layers.

// Balance returns the parts of the workers.
func (t *Trainer) Balance() *pool.Balance { return &t.balance }

// Divides makes parts anew, for a largest product that divides n things; they stay
// equal where n is 0.
func (t *Trainer) Divides(n int) { t.balance = pool.NewBalance(n, len(t.readers)) }

// Regroup gives the weights to the workers that own them now, as after a change of
// the parts.
func (t *Trainer) Regroup() { t.regroup() }

// GroupsOfUnits returns into how many groups of units the weights of each layer are
// divided, and how many there are to be.
func (t *Trainer) GroupsOfUnits() (have, want []int) {
	for _, o := range t.owned {
		have, want = append(have, len(o.weights.Ends)), append(want, len(o.ends))
	}
	return have, want
}

// WrapOps replaces each op of the plan.
func (t *Trainer) WrapOps(wrap func(Op) Op) {
	for i := range t.plan {
		t.plan[i].op = wrap(t.plan[i].op)
	}
}

// Barriers returns how many barriers a step has.
func (t *Trainer) Barriers() int {
	n := 0
	for _, p := range t.plan {
		if p.barrier {
			n++
		}
	}
	return n
}

// RunAlone does the part of the last of that many workers of a step as if the others
// took what is theirs, with the constants of the step before.
func (t *Trainer) RunAlone(rows, following []int32, workers int) {
	t.begin(rows, following)
	t.Number++
	if t.deques != nil {
		t.deal(PanelsOf(t.data.Features), workers)
		for w := range workers - 1 {
			t.deques[w].left.Store(0)
		}
	}
	for _, p := range t.plan {
		p.op.Run(&t.Step, workers-1, workers)
	}
}
