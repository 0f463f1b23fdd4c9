package engine

// Op is one piece of a step. Run does the part of one worker; the parts touch
// disjoint memory, and the bits do not depend on how many there are. An op holds
// no memory of a step, so that several steps may share a plan.
type Op interface {
	Uses() []Use // what it shares with other ops
	Run(s *Step, worker, workers int)
}

// Use is one use of memory or of a parameter by an op. Either Memory or Param is
// not nil.
type Use struct {
	Memory *Memory
	Param  *Param
	Split  Split
	Write  bool
}

// conflicts reports whether b must wait until every worker has done a.
func (a Use) conflicts(b Use) bool {
	if a.Memory != b.Memory || a.Param != b.Param || !a.Write && !b.Write {
		return false
	}
	return a.Split != b.Split || a.Split == All
}

// Planner is implemented by ops of the backward pass and updates that decide
// something once the whole network is known. Plan is called in the order of the
// step: all that writes an op's gradients has been planned before it.
type Planner interface{ Plan(b *Builder) }

// Regrouper is implemented by ops with memory of their own that depends on which
// worker owns which units.
type Regrouper interface{ Regroup(s *Step) }

// planned is an op of a step.
type planned struct {
	op      Op
	barrier bool // before it, because it touches what another worker wrote since the last one
	update  bool // it changes parameters: left out in a step whose loss is NaN
}

// plan puts a barrier before each op that touches what another worker may have
// touched since the last one. Updates also wait for the losses, which say whether
// the step counts.
func plan(ops []planned, losses *Memory) []planned {
	var since []Use
	for i := range ops {
		p := &ops[i]
		uses := p.op.Uses()
		if p.update {
			uses = append(uses, Use{Memory: losses, Split: All})
		}
		for _, b := range uses {
			for _, a := range since {
				p.barrier = p.barrier || a.conflicts(b)
			}
		}
		if p.barrier {
			since = since[:0]
		}
		since = append(since, uses...)
	}
	return ops
}

// leadingOps returns how many ops precede the first barrier where all that they
// write is split by samples, else 0.
func leadingOps(ops []planned) int {
	for i, p := range ops {
		if p.barrier {
			return i
		}
		for _, u := range p.op.Uses() {
			if u.Write && u.Split != BySamples {
				return 0
			}
		}
	}
	return 0
}

// gradientSum adds the gradients that several readers of a tensor made, in the
// order of the readers.
type gradientSum struct {
	x        *Tensor
	partials []*Memory
}

func (o *gradientSum) Plan(*Builder) {
	for _, m := range o.partials {
		o.x.Grad.Density = min(1, o.x.Grad.Density+m.Density)
	}
}

func (o *gradientSum) Uses() []Use {
	uses := []Use{{Memory: o.x.Grad, Split: o.x.Grad.Split, Write: true}}
	for _, m := range o.partials {
		uses = append(uses, Use{Memory: m, Split: o.x.Grad.Split})
	}
	return uses
}

func (o *gradientSum) Run(s *Step, worker, workers int) {
	sum := s.Floats(o.x.Grad)
	for p := s.Spans(o.x, o.x.Grad.Split, worker, workers); p.Next(); {
		for _, m := range o.partials {
			part := s.Floats(m)
			for i := p.Lo; i < p.Hi; i++ {
				sum[i] += part[i]
			}
		}
	}
}
