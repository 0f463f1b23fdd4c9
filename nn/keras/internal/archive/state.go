package archive

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// place says what a variable of an optimizer is.
type place struct {
	kind  placeKind
	slot  int
	shape []int
	// weight is the position among the trained weights.
	weight int
}

type placeKind int

const (
	iterations placeKind = iota
	learningRate
	product // Nadam's
	slotValue
)

// layouts returns the orders in which an optimizer's variables may be stored, the
// likely ones first.
func layouts(o Optimizer, trained []*Tensor, legacy bool) [][]place {
	var slots []place
	groups := o.Slots()
	if legacy && o.Class != "Ftrl" { // all of one slot, then all of the next
		groups = nil
		for _, name := range slotNames(o) {
			groups = append(groups, []string{name})
		}
	}
	first := 0
	for _, group := range groups {
		for w, t := range trained {
			for i := range group {
				slots = append(slots, place{slotValue, first + i, t.Shape, w})
			}
		}
		first += len(group)
	}
	step, rate, prod := place{kind: iterations}, place{kind: learningRate}, place{kind: product}
	// A schedule has no variable, and neither had the rate in tf.keras 2.
	heads := [][]place{{step, rate}, {step}}
	if o.Schedule != nil {
		heads = heads[1:]
	}
	var out [][]place
	for _, head := range heads {
		if o.Class == "Nadam" {
			// Keras 3 has the product at the end, until 3.0 after the rate.
			out = append(out, slices.Concat(head, slots, []place{prod}), slices.Concat(head, []place{prod}, slots))
		}
		out = append(out, slices.Concat(head, slots))
	}
	return append(out, heads...) // compiled, never trained
}

// slotNames are the names of Optimizer.Slots in one list.
func slotNames(o Optimizer) []string { return slices.Concat(o.Slots()...) }

// readState reads the state of an optimizer and its learning rate.
func readState(t *Training, variables []variable, trained []*Tensor, legacy bool) error {
	var layout []place
	for _, l := range layouts(t.Optimizer, trained, legacy) {
		if fits(l, variables) {
			layout = l
			break
		}
	}
	if layout == nil {
		most := layouts(t.Optimizer, trained, legacy)[0]
		return fmt.Errorf("the file holds %d variables of the optimizer, but %s with these settings has %d for %d trained weights, or some have another shape",
			len(variables), t.Optimizer.Class, len(most), len(trained))
	}
	s := &State{}
	if len(layout) > 2 || t.Optimizer.Slots() == nil {
		for _, name := range slotNames(t.Optimizer) {
			s.Slots = append(s.Slots, Slot{Name: name, Values: make([][]float32, len(trained))})
		}
	}
	for i, p := range layout {
		if err := s.variable(t, p, variables[i]); err != nil {
			return fmt.Errorf("variable %d of the optimizer: %w", i, err)
		}
	}
	if legacy {
		if err := legacyNames(layout, variables, t.Optimizer); err != nil {
			return err
		}
	}
	t.State = s
	return nil
}

// fits reports whether variables have the shapes of a layout.
func fits(layout []place, variables []variable) bool {
	if len(layout) != len(variables) {
		return false
	}
	for i, p := range layout {
		if !slices.Equal(variables[i].Shape(), p.shape) {
			return false
		}
	}
	return true
}

// maxIterations is the most steps that can be counted further without loss where
// an int has 64 bits, and where a count is a double.
const maxIterations = 1 << 53

// variable reads one variable.
func (s *State) variable(t *Training, p place, v variable) error {
	if p.kind == iterations {
		n, err := v.Int()
		if err == nil && (n < 0 || n > maxIterations) {
			err = fmt.Errorf("%d iterations: from 0 to 2⁵³ are possible", n)
		}
		s.Iterations = n
		return err
	}
	values, err := tensor(v.Dataset, p.shape)
	if err != nil {
		return err
	}
	switch p.kind {
	case learningRate:
		// The variable is what Keras goes on with; the config has more digits.
		if rate := values[0]; float32(t.Optimizer.LearningRate) != rate {
			if rate < 0 {
				return fmt.Errorf("a learning rate of %v", rate)
			}
			t.Optimizer.LearningRate = float64(rate)
		}
	case product:
		s.Product = values[0]
	case slotValue:
		s.Slots[p.slot].Values[p.weight] = values
	}
	return nil
}

// legacySlots are the names of slots in tf.keras before 2.11.
var legacySlots = map[string]string{
	"m": "momentum", "v": "velocity norm", "vhat": "velocity_hat", "momentum": "momentum", "rms": "velocity", "mg": "average_gradient",
	"accumulator": "accumulator", "linear": "linear", "accum_grad": "accumulated_grad", "accum_var": "accumulated_delta_var",
}

// legacyNames compares the names of the variables, which end with that of their
// slot, with the order that was taken.
func legacyNames(layout []place, variables []variable, o Optimizer) error {
	names := slotNames(o)
	for i, p := range layout {
		if p.kind != slotValue {
			continue
		}
		name := strings.TrimSuffix(variables[i].name, ":0")
		name = name[strings.LastIndexByte(name, '/')+1:]
		if !slices.Contains(strings.Fields(legacySlots[name]), names[p.slot]) {
			return fmt.Errorf("the variable %q of the optimizer is where %s is expected", clip(variables[i].name), names[p.slot])
		}
	}
	return nil
}

// check refuses a state that does not belong to an optimizer and weights.
func (s *State) check(o Optimizer, trained []*Tensor) error {
	names := slotNames(o)
	if s.Iterations < 0 || s.Iterations > maxIterations {
		return fmt.Errorf("%d iterations: from 0 to 2⁵³ are possible", s.Iterations)
	}
	if len(s.Slots) == 0 && (s.Iterations == 0 || len(names) == 0) {
		return nil
	}
	if len(s.Slots) != len(names) {
		return fmt.Errorf("%d slots for %s, which has %v", len(s.Slots), o.Class, names)
	}
	for i, slot := range s.Slots {
		if slot.Name != names[i] || len(slot.Values) != len(trained) {
			return fmt.Errorf("slot %d is %q with %d arrays, not %q with %d", i, slot.Name, len(slot.Values), names[i], len(trained))
		}
		for j, values := range slot.Values {
			if len(values) != elements(trained[j].Shape) {
				return fmt.Errorf("slot %q has %d values for %s of shape %v", slot.Name, len(values), trained[j].Name, trained[j].Shape)
			}
			if err := finite(values); err != nil {
				return fmt.Errorf("slot %q: %w", slot.Name, err)
			}
		}
	}
	return nil
}

var errNoState = errors.New("the file does not hold the state of its optimizer")
