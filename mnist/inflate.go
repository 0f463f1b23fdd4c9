package mnist

import (
	"encoding/binary"
	"errors"
	"io"
	"math/bits"
)

// The deflate format is RFC 1951. This decoder has all of its input in memory
// and takes 64 bits of it at a time, which package compress/flate cannot: the
// 47 MB of Fashion-MNIST's training images take half as long.
const (
	litBits  = 11 // of a code are looked up at once, the others in a second table
	distBits = 8
	// Sizes of the tables: powers of two above the largest that a complete code
	// needs, 2342 and 402 (program enough of zlib), so that a mask is a bounds check.
	litSize  = 4096
	distSize = 512
	// litRun literals of at most litBits bits need one refill.
	litRun = 4
)

// An entry of a table says what the next bits mean:
//
//	bits 0–3    how many of them the code has, in this table
//	bits 4–7    how many extra bits follow, or index bits of the second table
//	bits 8–9    kind
//	bits 16–31  the literal, the least length or distance, or where the second table starts
type entry = uint32

const (
	literal entry = iota << 8
	base
	second
	special // end of block where the value is 0, else no code

	kind    entry = 3 << 8
	invalid       = special | 1<<16
)

var (
	errCorrupt = errors.New("the deflate stream is damaged")
	errTooLong = errors.New("the deflate stream is longer than it should be")
)

// clOrder is the order in which a block's header gives the code lengths' codes.
var clOrder = [19]uint8{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

// litEntry and distEntry return what a symbol means, without its code.
func litEntry(symbol int) entry {
	switch {
	case symbol < 256:
		return literal | entry(symbol)<<16
	case symbol == 256:
		return special
	case symbol < 265:
		return base | entry(symbol-257+3)<<16
	case symbol < 285:
		extra := entry(symbol-261) >> 2
		return base | extra<<4 | (entry(4+(symbol-261)&3)<<extra+3)<<16
	case symbol == 285:
		return base | 258<<16
	}
	return invalid
}

func distEntry(symbol int) entry {
	switch {
	case symbol < 4:
		return base | entry(symbol+1)<<16
	case symbol < 30:
		extra := entry(symbol-2) >> 1
		return base | extra<<4 | (entry(2+symbol&1)<<extra+1)<<16
	}
	return invalid
}

// inflater decodes one deflate stream.
type inflater struct {
	in    []byte
	pos   int    // of the next byte for buf; beyond len(in), zeros were taken
	buf   uint64 // the next bits, the first one lowest
	n     uint   // how many; bits above them are those of in[pos:] or 0
	out   []byte
	o     int // bytes of out that are written
	limit int // of out
	lit   [litSize]entry
	dist  [distSize]entry
}

// inflate decodes the deflate stream at the start of in to at most limit bytes
// and returns them and the length of the stream. It allocates 4 times the input
// at most, and more only as the output fills it.
func inflate(in []byte, limit int) (out []byte, used int, err error) {
	d := &inflater{in: in, limit: limit, out: make([]byte, min(limit, 4*len(in)))}
	for last := false; !last && err == nil; {
		d.refill()
		last = d.take(1) == 1
		switch d.take(2) {
		case 0:
			err = d.stored()
		case 1:
			d.fixedTables()
			err = d.block()
		case 2:
			if err = d.dynamicTables(); err == nil {
				err = d.block()
			}
		default:
			err = errCorrupt
		}
	}
	used = d.pos - int(d.n>>3)
	if used > len(in) { // whatever the zeros behind the end seemed to mean
		return d.out[:d.o], len(in), io.ErrUnexpectedEOF
	}
	return d.out[:d.o], used, err
}

// refill takes bytes until there are 56 bits or more: behind the end, zeros.
func (d *inflater) refill() {
	for ; d.n < 56; d.n += 8 {
		if d.pos < len(d.in) {
			d.buf |= uint64(d.in[d.pos]) << d.n
		}
		d.pos++
	}
}

func (d *inflater) take(n uint) uint32 {
	v := uint32(d.buf & (1<<n - 1))
	d.buf >>= n
	d.n -= n
	return v
}

// room makes place for n more bytes of output.
func (d *inflater) room(n int) error {
	if d.o+n <= len(d.out) {
		return nil
	}
	if d.o+n > d.limit {
		return errTooLong
	}
	bigger := make([]byte, min(d.limit, 2*len(d.out)+n))
	copy(bigger, d.out[:d.o])
	d.out = bigger
	return nil
}

// stored copies a block that is not compressed.
func (d *inflater) stored() error {
	d.pos -= int(d.n >> 3)
	d.buf, d.n = 0, 0
	if d.pos+4 > len(d.in) {
		d.pos = len(d.in) + 1
		return io.ErrUnexpectedEOF
	}
	n := int(binary.LittleEndian.Uint16(d.in[d.pos:]))
	if n^0xffff != int(binary.LittleEndian.Uint16(d.in[d.pos+2:])) {
		return errCorrupt
	}
	d.pos += 4
	if d.pos+n > len(d.in) {
		d.pos = len(d.in) + 1
		return io.ErrUnexpectedEOF
	}
	if err := d.room(n); err != nil {
		return err
	}
	copy(d.out[d.o:], d.in[d.pos:d.pos+n])
	d.pos, d.o = d.pos+n, d.o+n
	return nil
}

func (d *inflater) fixedTables() {
	var lengths [288]uint8
	for i := range lengths {
		switch {
		case i < 144:
			lengths[i] = 8
		case i < 256:
			lengths[i] = 9
		case i < 280:
			lengths[i] = 7
		default:
			lengths[i] = 8
		}
	}
	build(d.lit[:], litBits, lengths[:], litEntry)
	for i := range 32 {
		lengths[i] = 5
	}
	build(d.dist[:], distBits, lengths[:32], distEntry)
}

// dynamicTables reads the codes of a block.
func (d *inflater) dynamicTables() error {
	d.refill()
	lits, dists, cls := 257+int(d.take(5)), 1+int(d.take(5)), 4+int(d.take(4))
	if lits > 286 || dists > 30 {
		return errCorrupt
	}
	var lengths [286 + 30]uint8
	for i := range cls {
		d.refill()
		lengths[clOrder[i]] = uint8(d.take(3))
	}
	var table [1 << 7]entry // a code length's code has at most 7 bits
	if !build(table[:], 7, lengths[:19], func(s int) entry { return entry(s) << 16 }) {
		return errCorrupt
	}
	clear(lengths[:19])
	for i := 0; i < lits+dists; {
		if d.pos-int(d.n>>3) > len(d.in) {
			return io.ErrUnexpectedEOF
		}
		d.refill()
		e := table[d.buf&(1<<7-1)]
		if e == invalid {
			return errCorrupt
		}
		d.take(uint(e & 15))
		value, times := uint8(e>>16), 1
		switch value {
		case 16:
			if i == 0 {
				return errCorrupt
			}
			value, times = lengths[i-1], 3+int(d.take(2))
		case 17:
			value, times = 0, 3+int(d.take(3))
		case 18:
			value, times = 0, 11+int(d.take(7))
		}
		if i+times > lits+dists {
			return errCorrupt
		}
		for range times {
			lengths[i] = value
			i++
		}
	}
	if !build(d.lit[:], litBits, lengths[:lits], litEntry) || !build(d.dist[:], distBits, lengths[lits:lits+dists], distEntry) {
		return errCorrupt
	}
	return nil
}

// build fills a table of 1<<width entries and those behind it from the lengths
// of the symbols' canonical codes. It says whether they are a code: complete, or
// one code of one bit, or none at all, which is an error only where it is used.
func build(table []entry, width int, lengths []uint8, meaning func(symbol int) entry) bool {
	var count, start [17]int
	for _, l := range lengths {
		count[l]++
	}
	used, longest, left := 0, 0, 1
	for l := 1; l < 16; l++ {
		start[l+1] = start[l] + count[l]
		left = left<<1 - count[l]
		if left < 0 {
			return false
		}
		if count[l] > 0 {
			longest = l
		}
		used += count[l]
	}
	if left > 0 && longest > 1 {
		return false
	}
	if left > 0 {
		for i := range 1 << width {
			table[i] = invalid
		}
	}
	var sorted [288]uint16 // symbols by length of their code, then by number
	for s, l := range lengths {
		if l > 0 {
			sorted[start[l]] = uint16(s)
			start[l]++
		}
	}
	code, length := uint(0), 1
	next, prefix, sub, subBits := 1<<width, -1, 0, 0
	for _, s := range sorted[:used] {
		for l := int(lengths[s]); length < l; length++ {
			code <<= 1
		}
		at := int(bits.Reverse16(uint16(code)) >> (16 - length))
		e := meaning(int(s))
		if length <= width {
			for i := at; i < 1<<width; i += 1 << length {
				table[i] = e | entry(length)
			}
		} else {
			if p := at & (1<<width - 1); p != prefix {
				prefix, sub = p, next
				subBits = length - width
				for room := 1 << subBits; subBits+width < longest; subBits++ {
					if room -= count[subBits+width]; room <= 0 {
						break
					}
					room <<= 1
				}
				next += 1 << subBits
				table[p] = second | entry(sub)<<16 | entry(subBits)<<4 | entry(width)
			}
			for i := at >> width; i < 1<<subBits; i += 1 << (length - width) {
				table[sub+i] = e | entry(length-width)
			}
		}
		count[length]--
		code++
	}
	return true
}

// block decodes symbols until the end of the block.
func (d *inflater) block() error {
	for {
		d.fast()
		// One symbol with care, where the fast loop stops: at the end of the block
		// and near the ends of input and output.
		if d.pos-int(d.n>>3) > len(d.in) {
			return io.ErrUnexpectedEOF
		}
		d.refill()
		e := d.lit[d.buf&(1<<litBits-1)]
		if e&kind == second {
			d.take(litBits)
			e = d.lit[(uint64(e>>16)+d.buf&(1<<(e>>4&15)-1))%litSize]
		}
		d.take(uint(e & 15))
		switch e & kind {
		case literal:
			if err := d.room(1); err != nil {
				return err
			}
			d.out[d.o] = byte(e >> 16)
			d.o++
		case base:
			length := int(e>>16) + int(d.take(uint(e>>4&15)))
			e = d.dist[d.buf&(1<<distBits-1)]
			if e&kind == second {
				d.take(distBits)
				e = d.dist[(uint64(e>>16)+d.buf&(1<<(e>>4&15)-1))%distSize]
			}
			if e&kind != base {
				return errCorrupt
			}
			d.take(uint(e & 15))
			distance := int(e>>16) + int(d.take(uint(e>>4&15)))
			if distance > d.o {
				return errCorrupt
			}
			if err := d.room(length); err != nil {
				return err
			}
			for range length {
				d.out[d.o] = d.out[d.o-distance]
				d.o++
			}
		default:
			if e&^15 == special {
				return nil
			}
			return errCorrupt
		}
	}
}

// fast decodes symbols while input and output have room for any: 16 bytes of
// input for two refills, and litRun literals, or 258 bytes in whole words. It
// stops before the symbol that ends the block or is none.
func (d *inflater) fast() {
	in, out, pos, o, buf, n := d.in, d.out, d.pos, d.o, d.buf, d.n
	for pos <= len(in)-16 && o <= len(out)-(litRun+258+8) {
		buf |= binary.LittleEndian.Uint64(in[pos:]) << (n & 63)
		pos += int((63 - n) >> 3)
		n |= 56
		e := d.lit[buf&(1<<litBits-1)]
		run := out[o : o+litRun : o+litRun]
		i := 0
		for i < litRun && e&kind == literal {
			run[i] = byte(e >> 16)
			i++
			buf >>= e & 15
			n -= uint(e & 15)
			e = d.lit[buf&(1<<litBits-1)]
		}
		o += i
		if e&kind == literal {
			continue
		}
		buf |= binary.LittleEndian.Uint64(in[pos:]) << (n & 63)
		pos += int((63 - n) >> 3)
		n |= 56
		// From here at most 15+5+15+13 bits are taken; on the way out nothing is.
		b, left := buf, n
		if e&kind == second {
			b, left = b>>litBits, left-litBits
			e = d.lit[(uint64(e>>16)+b&(1<<(e>>4&15)-1))%litSize]
		}
		b, left = b>>(e&15), left-uint(e&15)
		if e&kind == literal {
			out[o] = byte(e >> 16)
			o++
			buf, n = b, left
			continue
		}
		if e&kind != base {
			break
		}
		extra := e >> 4 & 15
		length := int(e>>16) + int(b&(1<<extra-1))
		b, left = b>>extra, left-uint(extra)
		e = d.dist[b&(1<<distBits-1)]
		if e&kind == second {
			b, left = b>>distBits, left-distBits
			e = d.dist[(uint64(e>>16)+b&(1<<(e>>4&15)-1))%distSize]
		}
		if e&kind != base {
			break
		}
		b, left = b>>(e&15), left-uint(e&15)
		extra = e >> 4 & 15
		distance := int(e>>16) + int(b&(1<<extra-1))
		if distance > o {
			break
		}
		buf, n = b>>extra, left-uint(extra)
		from, to := o-distance, o
		o += length
		switch {
		case distance >= 8: // whole words: what is written too much is written again
			for ; to < o; from, to = from+8, to+8 {
				binary.LittleEndian.PutUint64(out[to:], binary.LittleEndian.Uint64(out[from:]))
			}
		case distance == 1:
			word := uint64(out[from]) * 0x0101010101010101
			for ; to < o; to += 8 {
				binary.LittleEndian.PutUint64(out[to:], word)
			}
		default:
			for ; to < o; from, to = from+1, to+1 {
				out[to] = out[from]
			}
		}
	}
	d.pos, d.o, d.buf, d.n = pos, o, buf, n
}
