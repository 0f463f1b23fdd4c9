package asm

import "fmt"

// Rule names an update rule: the kernel of that name.
type Rule uint8

// The rules.
const (
	RuleSGD Rule = iota
	RuleMomentum
	RuleNesterov
	RuleAdagrad
	RuleRMSprop
	RuleRMSpropMomentum
	RuleAdam
)

var ruleNames = [...]string{"SGD", "Momentum", "Nesterov", "Adagrad", "RMSprop", "RMSpropMomentum", "Adam"}

// ruleSlots is the number of slots of each rule.
var ruleSlots = [...]int{0, 1, 1, 1, 1, 2, 2}

// Update describes the update of parameters W with gradients G: a kernel with its
// operands. S are the slots, as many as the rule has, and C the constants, in
// the order of that kernel's arguments. W, G and the slots are of one length and
// do not overlap.
type Update struct {
	Rule Rule
	W, G []float32
	S    [2][]float32
	C    [5]float32
}

// check panics, with the sizes, where the operands do not fit together.
func (u *Update) check() {
	if int(u.Rule) >= len(ruleNames) {
		panic(fmt.Sprintf("asm: Update: no rule %d", u.Rule))
	}
	name := ruleNames[u.Rule]
	checkLengths2(name, len(u.W), len(u.G))
	for _, s := range u.S[:ruleSlots[u.Rule]] {
		checkLengths2(name, len(u.W), len(s))
	}
}

// Update calls the kernel of the rule.
func (k *Kernels) Update(u Update) {
	u.check()
	c := &u.C
	switch u.Rule {
	case RuleSGD:
		k.SGD(u.W, u.G, c[0])
	case RuleMomentum:
		k.Momentum(u.W, u.G, u.S[0], c[0], c[1])
	case RuleNesterov:
		k.Nesterov(u.W, u.G, u.S[0], c[0], c[1])
	case RuleAdagrad:
		k.Adagrad(u.W, u.G, u.S[0], c[0], c[1])
	case RuleRMSprop:
		k.RMSprop(u.W, u.G, u.S[0], c[0], c[1], c[2], c[3])
	case RuleRMSpropMomentum:
		k.RMSpropMomentum(u.W, u.G, u.S[0], u.S[1], c[0], c[1], c[2], c[3], c[4])
	case RuleAdam:
		k.Adam(u.W, u.G, u.S[0], u.S[1], c[0], c[1], c[2], c[3])
	}
}
