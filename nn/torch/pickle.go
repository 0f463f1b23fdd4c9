package torch

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strings"

	"weft/nn/internal/tensor"
)

// maxStack bounds the machine's stack. A pickler puts 1000 elements of a
// dictionary there at a time.
const maxStack = 1 << 13

// The names that the machine knows.
const (
	orderedDict      = "collections OrderedDict"
	rebuildTensor    = "torch._utils _rebuild_tensor_v2"
	rebuildParameter = "torch._utils _rebuild_parameter"
)

var storages = map[string]tensor.DType{
	"torch DoubleStorage": tensor.F64, "torch FloatStorage": tensor.F32, "torch HalfStorage": tensor.F16, "torch BFloat16Storage": tensor.BF16,
	"torch LongStorage": tensor.I64, "torch IntStorage": tensor.I32, "torch ShortStorage": tensor.I16, "torch CharStorage": tensor.I8,
	"torch ByteStorage": tensor.U8, "torch BoolStorage": tensor.Bool,
}

// machine runs a pickle: https://docs.python.org/3/library/pickletools.html
type machine struct {
	in     []byte
	at     int
	stack  []object
	marks  []int // the stack below each open MARK
	memo   []object
	budget *int64
}

// The instructions, of protocol 2.
const (
	opMark       = '('
	opStop       = '.'
	opBinInt     = 'J'
	opBinInt1    = 'K'
	opBinInt2    = 'M'
	opNone       = 'N'
	opBinPersID  = 'Q'
	opReduce     = 'R'
	opBinUnicode = 'X'
	opAppend     = 'a'
	opBuild      = 'b'
	opGlobal     = 'c'
	opEmptyDict  = '}'
	opAppends    = 'e'
	opBinGet     = 'h'
	opLongBinGet = 'j'
	opEmptyList  = ']'
	opBinPut     = 'q'
	opLongBinPut = 'r'
	opSetItem    = 's'
	opTuple      = 't'
	opEmptyTuple = ')'
	opSetItems   = 'u'
	opBinFloat   = 'G'
	opProto      = 0x80
	opTuple1     = 0x85 // and TUPLE2, TUPLE3
	opTuple3     = 0x87
	opNewTrue    = 0x88
	opNewFalse   = 0x89
	opLong1      = 0x8a
)

// widths are the bytes of the arguments that are numbers or lengths.
var widths = map[byte]int{opProto: 1, opBinInt: 4, opBinInt1: 1, opBinInt2: 2, opBinFloat: 8, opLong1: 1, opBinUnicode: 4}

var (
	errStack = errors.New("the pickle is damaged: its stack is empty")
	errEnd   = errors.New("the pickle is cut off")
)

// run executes the pickle and returns the object that it leaves.
func (m *machine) run() (object, error) {
	puts := bytes.Count(m.in, []byte{opBinPut}) + bytes.Count(m.in, []byte{opLongBinPut}) // at most, and nearly
	if err := m.spend(16 * puts); err != nil {
		return nil, err
	}
	m.memo = make([]object, 0, puts)
	for {
		b, err := m.take(1)
		if err != nil {
			return nil, err
		}
		if b[0] == opStop {
			top, err := m.pop()
			if err == nil && (len(m.stack) > 0 || len(m.marks) > 0 || m.at < len(m.in)) {
				err = errors.New("the pickle is damaged: it leaves more than one object")
			}
			return top, err
		}
		if err := m.step(b[0]); err != nil {
			return nil, err
		}
	}
}

// step runs one instruction.
func (m *machine) step(op byte) error {
	for _, family := range []func(byte) (bool, error){m.constant, m.number, m.collect, m.refer} {
		if known, err := family(op); known || err != nil {
			return err
		}
	}
	return fmt.Errorf("the pickle has the instruction 0x%02x, which no state_dict needs: %s", op, remedy)
}

// constant runs the instructions that push something without an argument.
func (m *machine) constant(op byte) (known bool, err error) {
	switch op {
	case opNone:
		return true, m.push(none{}, 0)
	case opNewTrue, opNewFalse:
		return true, m.push(boolean(op == opNewTrue), 0)
	case opEmptyTuple:
		return true, m.push(tuple{}, 0)
	case opEmptyList:
		return true, m.push(&list{}, 24)
	case opEmptyDict:
		return true, m.push(&dict{}, 48)
	case opMark:
		if len(m.marks) > maxStack {
			return true, errors.New("the pickle is nested too deeply")
		}
		m.marks = append(m.marks, len(m.stack))
		return true, nil
	}
	return false, nil
}

// number runs the instructions that push their argument.
func (m *machine) number(op byte) (known bool, err error) {
	n, ok := widths[op]
	if !ok {
		return false, nil
	}
	b, err := m.take(n)
	if err != nil {
		return true, err
	}
	le := binary.LittleEndian
	switch op {
	case opProto:
		if b[0] != 2 {
			return true, tensor.Unsupported("the pickle has protocol %d, PyTorch writes 2: leave pickle_protocol out of torch.save", b[0])
		}
		return true, nil
	case opBinInt:
		return true, m.push(integer(int32(le.Uint32(b))), 8)
	case opBinInt1:
		return true, m.push(integer(b[0]), 0)
	case opBinInt2:
		return true, m.push(integer(le.Uint16(b)), 8)
	case opBinFloat:
		return true, m.push(float(math.Float64frombits(binary.BigEndian.Uint64(b))), 8)
	case opLong1:
		return true, m.long(int(b[0]))
	}
	s, err := m.take(int(min(le.Uint32(b), math.MaxInt32)))
	if err != nil {
		return true, err
	}
	return true, m.push(text(s), 16+len(s))
}

// long pushes an integer of n bytes in two's complement.
func (m *machine) long(n int) error {
	if n > 8 {
		return fmt.Errorf("the pickle has an integer of %d bytes, at most 8 are read", n)
	}
	b, err := m.take(n)
	if err != nil || n == 0 {
		return errors.Join(err, m.push(integer(0), 0))
	}
	v := int64(int8(b[n-1]))
	for i := n - 2; i >= 0; i-- {
		v = v<<8 | int64(b[i])
	}
	return m.push(integer(v), 8)
}

// collect runs the instructions that fill tuples, lists and dictionaries.
func (m *machine) collect(op byte) (known bool, err error) {
	var items []object
	switch {
	case op == opTuple, op == opAppends, op == opSetItems:
		items, err = m.popMark()
	case op >= opTuple1 && op <= opTuple3:
		items, err = m.popN(int(op-opTuple1) + 1)
	case op == opSetItem:
		items, err = m.popN(2)
	case op == opAppend:
		items, err = m.popN(1)
	default:
		return false, nil
	}
	if err != nil {
		return true, err
	}
	switch op {
	case opAppend, opAppends:
		if len(m.stack) == 0 {
			return true, errStack
		}
		l, ok := m.stack[len(m.stack)-1].(*list)
		if !ok {
			return true, errors.New("the pickle appends to what is not a list")
		}
		l.items = append(l.items, items...)
		return true, m.spend(64 * len(items))
	case opSetItem, opSetItems:
		if len(m.stack) == 0 {
			return true, errStack
		}
		d, ok := m.stack[len(m.stack)-1].(*dict)
		if !ok || len(items)%2 != 0 {
			return true, errors.New("the pickle sets items of what is not a dictionary")
		}
		for i := 0; i < len(items); i += 2 {
			d.keys, d.values = append(d.keys, items[i]), append(d.values, items[i+1])
		}
		return true, m.spend(48 * len(items))
	}
	return true, m.push(append(tuple{}, items...), 24+16*len(items))
}

// refer runs the instructions of the memo, of names and of what they make.
func (m *machine) refer(op byte) (known bool, err error) {
	switch op {
	case opBinGet, opBinPut:
		return true, m.remember(op == opBinPut, 1)
	case opLongBinGet, opLongBinPut:
		return true, m.remember(op == opLongBinPut, 4)
	case opGlobal:
		return true, m.global()
	case opBinPersID:
		id, err := m.pop()
		if err != nil {
			return true, err
		}
		s, err := persistent(id)
		if err != nil {
			return true, err
		}
		return true, m.push(s, 64)
	case opReduce:
		two, err := m.popN(2)
		if err != nil {
			return true, err
		}
		made, err := m.call(two[0], two[1])
		if err != nil {
			return true, err
		}
		return true, m.push(made, 16)
	case opBuild: // attributes of an OrderedDict: _metadata
		two, err := m.popN(2)
		if err != nil {
			return true, err
		}
		_, isDict := two[0].(*dict)
		if _, ok := two[1].(*dict); !ok || !isDict {
			return true, fmt.Errorf("the pickle sets attributes of %s: only a state_dict may have some", two[0].describe())
		}
		return true, m.push(two[0], 0)
	}
	return false, nil
}

// remember stores the top of the stack in the memo, or pushes what is there.
func (m *machine) remember(put bool, width int) error {
	b, err := m.take(width)
	if err != nil {
		return err
	}
	index := uint64(b[0])
	if width == 4 {
		index = uint64(binary.LittleEndian.Uint32(b))
	}
	switch n := uint64(len(m.memo)); {
	case put && len(m.stack) == 0:
		return errStack
	case index > n || !put && index == n:
		return fmt.Errorf("the pickle is damaged: it uses entry %d of a memo of %d", index, n)
	case !put:
		return m.push(m.memo[index], 0)
	case index == n:
		m.memo = append(m.memo, nil)
	}
	m.memo[index] = m.stack[len(m.stack)-1]
	return nil
}

// global pushes one of the names that the machine knows and refuses all others.
func (m *machine) global() error {
	var name [2]string
	for i := range name {
		line, _, ok := strings.Cut(string(m.in[m.at:min(len(m.in), m.at+256)]), "\n")
		if !ok {
			return errors.New("the pickle is damaged: a name does not end")
		}
		name[i] = line
		m.at += len(line) + 1
	}
	full := name[0] + " " + name[1]
	_, isStorage := storages[full]
	switch {
	case isStorage, full == orderedDict, full == rebuildTensor, full == rebuildParameter:
		return m.push(global(full), 16+len(full))
	case name[0] == "torch" && strings.HasSuffix(name[1], "Storage"):
		return tensor.Unsupported("the file holds a %s, whose elements Weft does not read: convert the tensors to float32", name[1])
	}
	return tensor.Unsupported("the file is no state_dict, it names %q: Weft runs nothing that a file names; %s", name[0]+"."+name[1], remedy)
}

func (m *machine) take(n int) ([]byte, error) {
	if n > len(m.in)-m.at {
		return nil, errEnd
	}
	m.at += n
	return m.in[m.at-n : m.at], nil
}

// spend takes bytes from what the machine may allocate.
func (m *machine) spend(bytes int) error {
	if *m.budget -= int64(bytes); *m.budget < 0 {
		return errors.New("the pickle makes more objects than a state_dict of this size can have")
	}
	return nil
}

func (m *machine) push(o object, bytes int) error {
	if len(m.stack) == maxStack {
		return errors.New("the pickle needs a stack larger than any state_dict's")
	}
	m.stack = append(m.stack, o)
	return m.spend(bytes)
}

func (m *machine) pop() (object, error) {
	items, err := m.popN(1)
	if err != nil {
		return nil, err
	}
	return items[0], nil
}

// popN takes the n upper objects, the topmost last. They lie in the stack and
// must be used before the next push.
func (m *machine) popN(n int) ([]object, error) {
	floor := 0
	if len(m.marks) > 0 {
		floor = m.marks[len(m.marks)-1]
	}
	if len(m.stack)-n < floor {
		return nil, errStack
	}
	items := m.stack[len(m.stack)-n:]
	m.stack = m.stack[:len(m.stack)-n]
	return items, nil
}

// popMark takes the objects above the last MARK.
func (m *machine) popMark() ([]object, error) {
	if len(m.marks) == 0 {
		return nil, errStack
	}
	at := m.marks[len(m.marks)-1]
	m.marks = m.marks[:len(m.marks)-1]
	items := m.stack[at:]
	m.stack = m.stack[:at]
	return items, nil
}
