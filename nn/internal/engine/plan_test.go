package engine

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// using is an op that does nothing.
type using []Use

func (o using) Uses() []Use       { return o }
func (using) Run(*Step, int, int) {}

// Two uses conflict where one of them writes what another worker may touch.
func TestConflicts(t *testing.T) {
	m, n, p, q := &Memory{}, &Memory{}, &Param{}, &Param{}
	for _, c := range []struct {
		name string
		a, b Use
		want bool
	}{
		{"two readers", Use{Memory: m, Split: ByUnits}, Use{Memory: m, Split: All}, false},
		{"the same part", Use{Memory: m, Split: ByUnits, Write: true}, Use{Memory: m, Split: ByUnits}, false},
		{"another part", Use{Memory: m, Split: ByUnits, Write: true}, Use{Memory: m, Split: BySamples}, true},
		{"a reader before the writer", Use{Memory: m, Split: BySamples}, Use{Memory: m, Split: ByUnits, Write: true}, true},
		{"all of it", Use{Memory: m, Split: All, Write: true}, Use{Memory: m, Split: All}, true},
		{"other memory", Use{Memory: m, Split: All, Write: true}, Use{Memory: n, Split: All, Write: true}, false},
		{"a parameter's parts", Use{Param: p, Split: ByInputs, Write: true}, Use{Param: p, Split: ByUnits}, true},
		{"another parameter", Use{Param: p, Split: ByInputs, Write: true}, Use{Param: q, Split: ByUnits}, false},
		{"a parameter and memory", Use{Param: p, Split: All, Write: true}, Use{Memory: m, Split: All}, false},
	} {
		require.Equal(t, c.want, c.a.conflicts(c.b), c.name)
		require.Equal(t, c.want, c.b.conflicts(c.a), "%s, the other way", c.name)
	}
}

// A plan has a barrier between any two ops that conflict, and none that is not needed:
// each one is before an op that conflicts with one since the barrier before.
func TestPlanPutsBarriers(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	memories := []*Memory{{}, {}, {}, {}, {}}
	losses := &Memory{}
	conflict := func(a, b Op) bool {
		for _, x := range a.Uses() {
			for _, y := range b.Uses() {
				if x.conflicts(y) {
					return true
				}
			}
		}
		return false
	}
	for range 500 {
		var ops []planned
		for i := range 1 + rng.IntN(12) {
			var o using
			for range 1 + rng.IntN(3) {
				o = append(o, Use{Memory: memories[rng.IntN(len(memories))], Split: Split(rng.IntN(4)), Write: rng.IntN(3) == 0})
			}
			ops = append(ops, planned{op: o, update: i > 8})
		}
		ops[0].op = append(ops[0].op.(using), Use{Memory: losses, Split: BySamples, Write: true})
		ops = plan(ops, losses)
		require.False(t, ops[0].barrier)
		begin := 0 // of the ops since the last barrier
		for i := 1; i < len(ops); i++ {
			needed := false
			for _, before := range ops[begin:i] {
				needed = needed || conflict(before.op, ops[i].op)
			}
			first := ops[i].update && !ops[i-1].update && begin == 0 // nothing but a barrier shows an update the losses
			require.Equal(t, needed || first, ops[i].barrier, "op %d of %d", i, len(ops))
			if ops[i].barrier {
				begin = i
			}
		}
	}
}

// The leading ops are those before the first barrier, if each writes by samples alone.
func TestLeadingOps(t *testing.T) {
	write := func(s Split) planned { return planned{op: using{{Memory: &Memory{}, Split: s, Write: true}}} }
	barrier := write(ByUnits)
	barrier.barrier = true
	require.Equal(t, 2, leadingOps([]planned{write(BySamples), write(BySamples), barrier}))
	require.Equal(t, 0, leadingOps([]planned{write(BySamples), write(ByUnits), barrier}))
	require.Equal(t, 0, leadingOps([]planned{write(BySamples)}), "no barrier, nothing that others wait for")
}

// The memories of a plan do not overlap, begin on cache lines, and are as long as asked.
func TestPlace(t *testing.T) {
	b := &Builder{}
	var all []*Memory
	for _, n := range []int{1, 16, 0, 17, 100, 31} {
		all = append(all, b.Memory(n))
	}
	s := &Step{arena: make([]float32, b.place())}
	for i, m := range all {
		x := s.Floats(m)
		require.Equal(t, m.floats, len(x))
		require.Equal(t, len(x), cap(x))
		require.Zero(t, m.at%16)
		for j := range x {
			require.Zero(t, x[j])
			x[j] = float32(i + 1)
		}
	}

	total := 0
	arena(func(alloc func(int) []float32) {
		total++
		a, c := alloc(3), alloc(20)
		if total == 2 {
			require.Len(t, a, 3)
			require.Len(t, c, 20)
			a[2], c[0] = 1, 2
			require.Equal(t, float32(1), a[2])
		}
	})
	require.Equal(t, 2, total, "once to count, once to lay out")
}

// Each number of a tensor belongs to the region of exactly one worker, and each region
// says which units and samples it holds.
func TestRegions(t *testing.T) {
	const features = 23
	everySplit(func(workers int, split Split) {
		for _, batch := range []int{1, 16, 17, 33, 70, 96} {
			tr := newTestTrainer(t, Options{
				Workers: workers, Batch: batch, Data: testData(batch, features),
				Objective: testObjective(func(o, sample int) float32 { return 0 }),
				Network:   func(b *Builder, x *Tensor) *Tensor { return newScale(b, x, "w", ByUnits).y },
			}, 0)
			tr.begin(make([]int32, batch), nil)
			seen := make([]int, PanelsOf(batch)*features*panelWidth)
			for w := range workers {
				for r := tr.Regions(features, split, w, workers); r.Next(); {
					require.Equal(t, r.First, r.Columns().First())
					require.Equal(t, r.Width, r.Columns().Width)
					for u := range r.Units {
						for i := range r.Width {
							at := ((r.First+i)/panelWidth*features+r.Unit+u)*panelWidth + (r.First+i)%panelWidth
							require.Equal(t, at, r.At+u*panelWidth+i)
							seen[at]++
						}
					}
				}
			}
			for at, n := range seen {
				require.Equal(t, 1, n, "%d workers, split %d, batch %d: number %d", workers, split, batch, at)
			}
			dirty := make([]float32, len(seen))
			for i := range dirty {
				dirty[i] = 1
			}
			for w := range workers { // what ClearPads clears is what lies behind the batch
				s0, s1 := tr.Share(tr.Groups(), w, workers)
				tr.ClearPads(dirty, features, 0, features, s0, s1)
			}
			for at, v := range dirty {
				sample := at/(features*panelWidth)*panelWidth + at%panelWidth
				require.Equal(t, sample < batch, v == 1, "sample %d of %d", sample, batch)
			}
		}
	})
}

// A network that asks for more than an int can count, or for other parameters than
// before, is an error or a panic that says so.
func TestBuilderMistakes(t *testing.T) {
	network := func(b *Builder, x *Tensor) *Tensor {
		b.Layer(3)
		b.Param(Param{Name: "huge", Shape: []int{1 << 20, 1 << 20}, Layout: Flat(0)})
		b.Layer(4)
		b.Fail(nil)
		return x
	}
	layer, err := NewOutline(network, []int{2}).Err()
	require.ErrorContains(t, err, "huge [1048576 1048576] brings the model above 2147483647 parameters")
	require.Equal(t, 3, layer)

	b := (&Options{Kernels: nil, Params: []*Param{{Layer: 1, Name: "a"}}}).builder(Train, 1)
	b.Layer(1)
	require.Equal(t, "a", b.Param(Param{Name: "a"}).Name)
	require.PanicsWithValue(t, "engine: layer 1 has no parameter 1 (b): its Build asks for others than before", func() { b.Param(Param{Name: "b"}) })

	b.Layer(2)
	require.Equal(t, "dropout/2", b.Purpose("dropout"))
	end := b.Scope("inner")
	require.Equal(t, "dropout/2/inner", b.Purpose("dropout"))
	end()
	require.Equal(t, "dropout/2", b.Purpose("dropout"))
}

// A shape's size is 0 where it holds nothing and saturates where an int cannot hold it.
func TestProduct(t *testing.T) {
	require.Equal(t, 24, Product([]int{2, 3, 4}))
	require.Equal(t, 1, Product(nil))
	require.Equal(t, 0, Product([]int{3, 0}))
	require.Equal(t, 0, Product([]int{-3}))
	require.Equal(t, int(^uint(0)>>1), Product([]int{1 << 30, 1 << 30, 1 << 30}))
}
