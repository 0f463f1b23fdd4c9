package mnist

import (
	"bytes"
	"compress/flate"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// checkInflate compares with package compress/flate: the same streams are
// right, and they mean the same.
func checkInflate(t *testing.T, stream []byte) {
	// A stream of more is not compared.
	const most = 4 << 20
	in := bytes.NewReader(stream)
	want, wantErr := io.ReadAll(io.LimitReader(flate.NewReader(in), most+1))
	if len(want) > most {
		_, _, err := inflate(stream, most)
		require.ErrorIs(t, err, errTooLong)
		return
	}
	got, used, err := inflate(stream, most)
	if wantErr != nil {
		require.Error(t, err)
		return
	}
	require.NoError(t, err)
	require.True(t, bytes.Equal(want, got))
	require.Equal(t, len(stream)-in.Len(), used)
	// Without a byte of slack, and with a byte too few.
	got, _, err = inflate(stream, len(want))
	require.NoError(t, err)
	require.True(t, bytes.Equal(want, got))
	if len(want) > 0 {
		_, _, err = inflate(stream, len(want)-1)
		require.ErrorIs(t, err, errTooLong)
	}
}

// deflated returns b compressed.
func deflated(b []byte, level int) []byte {
	var z bytes.Buffer
	w, err := flate.NewWriter(&z, level)
	if err != nil {
		panic(err) // the level is a constant of a test
	}
	w.Write(b) // never fails
	w.Close()
	return z.Bytes()
}

// inflateTexts are contents that lead to every kind of block, code and copy.
func inflateTexts() map[string][]byte {
	g := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, 200_000)
	skewed := make([]byte, 200_000) // rare symbols get codes of more than litBits bits
	far := make([]byte, 200_000)    // copies from all distances, also beyond those of distBits bits
	steep := make([]byte, 0, 1<<17) // symbol i is half as frequent as i−1: codes up to 15 bits
	for i := range noise {
		noise[i] = byte(g.Uint32())
		skewed[i] = byte(g.Uint32() & g.Uint32() & g.Uint32())
		far[i] = byte(g.Uint32() % 4)
		if i > 1000 {
			n := min(i-3, 32768)
			if i%100 < 60 {
				far[i] = far[i-1-(i/100*7919)%n]
			}
		}
	}
	for i := range 17 {
		steep = append(steep, bytes.Repeat([]byte{byte(i * 13)}, 1<<(16-i))...)
	}
	g.Shuffle(len(steep), func(i, j int) { steep[i], steep[j] = steep[j], steep[i] })
	texts := map[string][]byte{"empty": nil, "one": {7}, "noise": noise, "skewed": skewed, "far": far, "steep": steep,
		"zeros": make([]byte, 100_000)}
	for _, period := range []int{2, 3, 7, 8, 9, 15, 16, 258, 259, 32768} {
		texts[fmt.Sprint("period ", period)] = bytes.Repeat(noise[:period], 1+100_000/period)
	}
	return texts
}

func TestInflate(t *testing.T) {
	for name, text := range inflateTexts() {
		t.Run(name, func(t *testing.T) {
			for _, level := range []int{flate.HuffmanOnly, flate.NoCompression, flate.BestSpeed, flate.BestCompression} {
				stream := deflated(text, level)
				checkInflate(t, stream)
				checkInflate(t, append(stream, "what follows is not read"...))
			}
		})
	}
}

// However a stream is damaged, both decoders see it or read the same.
func TestInflateDamaged(t *testing.T) {
	rounds := 2000
	if testing.Short() {
		rounds = 200
	}
	checkInflate(t, []byte{5, 0, 0x82, 0, 0, 0}) // repeats the code length before the first
	g := rand.New(rand.NewPCG(3, 4))
	for _, text := range inflateTexts() {
		stream := deflated(text[:min(len(text), 3000)], flate.BestCompression)
		for cut := range min(len(stream), 300) {
			checkInflate(t, stream[:cut])
		}
		for range rounds / 10 {
			bad := bytes.Clone(stream)
			for range 1 + g.IntN(3) {
				bad[g.IntN(min(len(bad), 1+g.IntN(len(bad))))] ^= 1 << g.IntN(8)
			}
			checkInflate(t, bad)
		}
	}
	for range rounds {
		bad := make([]byte, 1+g.IntN(200))
		for i := range bad {
			bad[i] = byte(g.Uint32())
		}
		bad[0] = bad[0]&^7 | byte(g.IntN(2)*2+2)&6 | 1 // a last block with codes
		checkInflate(t, bad)
	}
}

func FuzzInflate(f *testing.F) {
	for _, text := range inflateTexts() {
		f.Add(deflated(text[:min(len(text), 3000)], flate.BestCompression))
	}
	f.Add([]byte{5, 192, 129, 8, 0, 0, 0, 0, 32, 127, 235})
	f.Fuzz(checkInflate)
}
