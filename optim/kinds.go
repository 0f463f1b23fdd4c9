package optim

import "fmt"

// kind is what the package knows of a rule.
type kind struct {
	standard Optimizer // with Keras's defaults
	from     func(config map[string]float64) Optimizer
	options  []string // hyper-parameters that Config has only where they are not 0
}

func rule(standard Optimizer, from func(config map[string]float64) Optimizer, options ...string) kind {
	return kind{standard, from, options}
}

// kinds lists the rules. A new rule is its file and a line here.
var kinds = []kind{
	rule(NewSGD(0.01), sgdFrom),
	rule(NewAdagrad(0.001), adagradFrom),
	rule(NewRMSprop(0.001), rmspropFrom, "centered"),
	rule(NewAdam(0.001), adamFrom, "amsgrad"),
	rule(NewAdamW(0.001), adamwFrom, "amsgrad"),
	rule(NewNadam(0.001), nadamFrom),
	rule(NewAdamax(0.001), adamaxFrom),
	rule(NewAdadelta(0.001), adadeltaFrom),
	rule(NewFtrl(0.001), ftrlFrom),
	rule(NewLion(0.001), lionFrom),
}

// Names returns the names of all rules, in the order in which to offer them.
func Names() []string {
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = k.standard.Name()
	}
	return names
}

// kindOf finds the rule of a name.
func kindOf(name string) (kind, error) {
	for _, k := range kinds {
		if k.standard.Name() == name {
			return k, nil
		}
	}
	return kind{}, fmt.Errorf("optim: no optimizer %q: choose one of %v", name, Names())
}
