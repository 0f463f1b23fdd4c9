package hdf5

import (
	"bytes"
	"encoding/binary"
	"flag"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var mutations = flag.Int("mutations", 400, "mutated inputs a reader is tried with")

// Whatever bytes are changed, the reader returns: no panic, and no more memory
// than four times the file and 1 MiB.
func TestMutations(t *testing.T) {
	var own bytes.Buffer
	require.NoError(t, Write(&own, &Node{Children: []*Node{{Name: "a", Shape: []int{3}, Values: []float32{1, 2, 3}}, {Name: "g"}}}))
	seeds := [][]byte{own.Bytes(), load(t, "forms_earliest.h5"), load(t, "forms_v108.h5"), load(t, "forms_v110.h5")}
	n := *mutations
	if testing.Short() {
		n /= 10
	}
	r := rand.New(rand.NewPCG(7, 7))
	var slowest time.Duration
	for i := range n {
		data := mutate(r, seeds[i%len(seeds)])
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		start := time.Now()
		readAll(data)
		slowest = max(slowest, time.Since(start))
		runtime.ReadMemStats(&after)
		// All that was allocated, freed or not: more than what is in use at any
		// time. Errors and cursors are the constant's; half of it is spare.
		require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(2*budget(data)), "mutation %d", i)
	}
	t.Logf("%d mutated files, the slowest took %v", n, slowest)
}

// mutate changes some bytes: single ones, numbers that are interesting as sizes and
// addresses, copies of other parts, and the length.
func mutate(r *rand.Rand, seed []byte) []byte {
	data := bytes.Clone(seed)
	// Structures lie at the start and between the values: half of the changes hit
	// bytes that are not zero.
	at := func(n int) int {
		p := r.IntN(len(data) - n)
		for try := 0; try < 20 && data[p] == 0; try++ {
			p = r.IntN(len(data) - n)
		}
		return p
	}
	for range 1 + r.IntN(6) {
		switch r.IntN(7) {
		case 0:
			data[at(1)] ^= 1 << r.IntN(8)
		case 1:
			data[at(1)] = byte(r.Uint32())
		case 2:
			values := []uint64{0, 1, 2, 8, 0xff, 0xffff, 1 << 31, 1<<32 - 1, 1 << 40, 1<<63 - 1, 1<<64 - 1, uint64(len(data)), uint64(r.IntN(len(data)))}
			binary.LittleEndian.PutUint64(data[at(8)&^7:], values[r.IntN(len(values))])
		case 3:
			binary.LittleEndian.PutUint16(data[at(2)&^1:], uint16(r.Uint32()))
		case 4:
			n := 1 + r.IntN(64)
			copy(data[at(n):], data[at(n):][:n])
		case 5:
			if r.IntN(4) == 0 {
				data = data[:1+r.IntN(len(data)-1)]
				if len(data) < 200 {
					data = append(data, make([]byte, 200)...)
				}
			}
		case 6:
			p := at(8) &^ 7
			v := binary.LittleEndian.Uint64(data[p:])
			binary.LittleEndian.PutUint64(data[p:], v+uint64(r.IntN(65))-32)
		}
	}
	return data
}
