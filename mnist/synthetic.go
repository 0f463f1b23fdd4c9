package mnist

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
)

// SyntheticSeed is the seed of the set that Fashion falls back on.
const SyntheticSeed = 42

// The sizes of the synthetic set are those of Fashion-MNIST.
const (
	syntheticTrain = 60000
	syntheticTest  = 10000
	side           = 28          // of an image, in pixels
	area           = side * side // of an image
)

// Synthetic generates a training and a test set in the shape of Fashion-MNIST from a
// seed: 60,000 and 10,000 images of 28×28 in its ten classes, equally many of each.
// They show silhouettes of garments whose cut, cloth, light, position and flaws come
// from the seed, and replace the real set where that is out of reach. What a network
// reaches on them says nothing about what it reaches on the real one.
//
// The bytes are the same on every platform and for any number of processors: all
// arithmetic is on integers, and image i has a generator of its own.
func Synthetic(seed uint64) (train, test *Set) {
	return syntheticSet(seed, 0, syntheticTrain), syntheticSet(seed, syntheticTrain, syntheticTest)
}

// syntheticSet generates the images first, …, first+n−1 of a seed. The test set
// continues the counting of the training set.
func syntheticSet(seed uint64, first, n int) *Set {
	s := &Set{
		pixels: make([]uint8, n*area), labels: make([]int32, n),
		height: side, width: side, classes: Classes, source: SyntheticSet,
	}
	const chunk = 250 // images taken at once
	var next atomic.Int64
	var group sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() {
			var a artist
			for {
				from := int(next.Add(chunk)) - chunk
				if from >= n {
					return
				}
				for i := from; i < min(from+chunk, n); i++ {
					class := syntheticClass(seed, first+i)
					a.draw(s.pixels[i*area:(i+1)*area], seed, first+i, class)
					s.labels[i] = int32(class)
				}
			}
		})
	}
	group.Wait()
	return s
}

// syntheticClass returns the class of an image: ten images that begin at a multiple
// of ten show the ten classes, in an order of their own.
func syntheticClass(seed uint64, index int) int {
	d := dice{*derive(seed, "drawn/classes", index/Classes)}
	order := [Classes]int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}
	for i := Classes - 1; i > 0; i-- {
		j := d.between(0, i)
		order[i], order[j] = order[j], order[i]
	}
	return order[index%Classes]
}

// derive returns the generator of a purpose and a counter. The purposes are part of the
// set's definition: another text would give other images.
func derive(seed uint64, purpose string, counter int) *rand.PCG {
	h := fnv.New64a()
	h.Write([]byte(purpose))
	return rand.NewPCG(seed, h.Sum64()+uint64(counter))
}

// dice draws numbers from the generator of one image.
type dice struct{ rand.PCG }

// between returns a number from lo to hi, both included, each as likely but for
// less than 1 part in 2²⁰.
func (d *dice) between(lo, hi int) int {
	if hi < lo {
		panic(fmt.Sprintf("mnist: a number between %d and %d", lo, hi))
	}
	n := uint64(hi-lo) + 1
	return lo + int((d.Uint64()>>32)*n>>32)
}

// bell returns a number from lo to hi, the middle more often than the ends.
func (d *dice) bell(lo, hi int) int {
	return (d.between(lo, hi) + d.between(lo, hi) + 1) >> 1
}

// chance reports true in percent of the cases.
func (d *dice) chance(percent int) bool { return d.between(0, 99) < percent }

// artist draws one image after another.
type artist struct {
	dice
	canvas
	cloth [area]int32 // what the cloth adds to the level of a part, pixel by pixel
	level int         // brightness of the garment
}

// garments are the ways to draw the classes.
var garments = [Classes]func(*artist){
	(*artist).tShirt, (*artist).trouser, (*artist).pullover, (*artist).dress, (*artist).coat,
	(*artist).sandal, (*artist).shirt, (*artist).sneaker, (*artist).bag, (*artist).ankleBoot,
}

// draw draws one image.
func (a *artist) draw(dst []uint8, seed uint64, index, class int) {
	a.PCG = *derive(seed, "drawn/image", index)
	a.pixels = [area]int32{}
	a.level = a.between(70, 235)
	a.frame = frame{
		xx: int32(a.bell(222, 272)), yy: int32(a.bell(230, 266)), // size
		xy: int32(a.bell(-26, 26)), yx: int32(a.bell(-20, 20)), // tilt
		x: int32(a.bell(-36, 36)), y: int32(a.bell(-26, 26)), // position
	}
	if a.chance(40) { // the toe points to the right, the stripe is on the other side
		a.frame.xx = -a.frame.xx
	}
	a.weave()
	garments[class](a)
	a.flaws()
	a.develop(dst)
}

// lower moves what is no taller than wide up or down in the image.
func (a *artist) lower() { a.frame.y += int32(a.bell(-44, 44)) }
