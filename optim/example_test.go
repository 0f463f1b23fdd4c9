package optim_test

import (
	"fmt"

	"weft/asm"
	"weft/optim"
)

// Three steps down the parabola w², whose gradient is 2·w: each step takes a
// fifth off.
func ExampleNewSGD() {
	rule := optim.NewSGD(0.1)
	w, g := []float32{1}, make([]float32, 1)
	for t := 1; t <= 3; t++ {
		g[0] = 2 * w[0]
		step := rule.At(t, rule.Rate())
		step.Update(asm.Best(), w, g, nil)
		fmt.Printf("%.3f\n", w[0])
	}
	// Output:
	// 0.800
	// 0.640
	// 0.512
}

// Momentum keeps one slot, which the caller owns.
func ExampleSGD_WithNesterov() {
	rule := optim.NewSGD(0.1).WithNesterov(0.9)
	w, g, m := []float32{1}, []float32{1}, make([]float32, 1)
	for t := 1; t <= 3; t++ {
		step := rule.At(t, rule.Rate())
		step.Update(asm.Best(), w, g, [][]float32{m})
		fmt.Printf("%.3f\n", w[0])
	}
	// Output:
	// 0.810
	// 0.539
	// 0.195
}

// Adagrad's slot starts at 0.1: the caller fills it.
func ExampleNewAdagrad() {
	rule := optim.NewAdagrad(0.1)
	w, g, v := []float32{1}, []float32{1}, []float32{rule.Slots()[0]}
	for t := 1; t <= 3; t++ {
		step := rule.At(t, rule.Rate())
		step.Update(asm.Best(), w, g, [][]float32{v})
		fmt.Printf("%.3f\n", w[0])
	}
	// Output:
	// 0.905
	// 0.836
	// 0.779
}

func ExampleNewRMSprop() {
	rule := optim.NewRMSprop(0.1)
	w, g, v := []float32{1}, []float32{1}, make([]float32, 1)
	for t := 1; t <= 3; t++ {
		step := rule.At(t, rule.Rate())
		step.Update(asm.Best(), w, g, [][]float32{v})
		fmt.Printf("%.3f\n", w[0])
	}
	// Output:
	// 0.684
	// 0.454
	// 0.262
}

// Under a steady gradient Adam moves by its rate, however large the gradient.
func ExampleNewAdam() {
	rule := optim.NewAdam(0.001)
	w, g := []float32{1, 1}, []float32{1, 1000}
	m, v := make([]float32, 2), make([]float32, 2)
	for t := 1; t <= 3; t++ {
		step := rule.At(t, rule.Rate())
		step.Update(asm.Best(), w, g, [][]float32{m, v})
		fmt.Printf("%.4f\n", w)
	}
	// Output:
	// [0.9990 0.9990]
	// [0.9980 0.9980]
	// [0.9970 0.9970]
}

func ExampleByName() {
	rule, err := optim.ByName("adam")
	fmt.Printf("%+v %v\n", rule, err)
	_, err = optim.ByName("adamm") // lists the choices
	fmt.Println(err != nil)
	// Output:
	// {LearningRate:0.001 Beta1:0.9 Beta2:0.999 Epsilon:1e-07 AMSGrad:false} <nil>
	// true
}

// A rule is stored as its name and its hyper-parameters.
func ExampleFromConfig() {
	saved := optim.NewRMSprop(0.01).WithMomentum(0.5)
	rule, err := optim.FromConfig(saved.Name(), saved.Config())
	fmt.Println(rule == optim.Optimizer(saved), err)
	_, err = optim.FromConfig("rmsprop", map[string]float64{"learning_rate": 0.01, "rho": 1, "momentum": 0, "epsilon": 1e-7})
	fmt.Println(err)
	// Output:
	// true <nil>
	// optim: rmsprop with rho 1: give 0 ≤ rho < 1
}

// A schedule is a function of the step, counted from 0. Here it warms up for two
// steps and falls to 0 in four.
func ExampleCosineDecay() {
	rule, schedule := optim.NewSGD(0), optim.NewCosineDecay(0, 4).WithWarmup(0.1, 2)
	w, g := []float32{1}, []float32{1}
	for t := 1; t <= 7; t++ {
		rate := schedule.Rate(t - 1)
		step := rule.At(t, rate)
		step.Update(asm.Best(), w, g, nil)
		fmt.Printf("%.3f %.3f\n", rate, w[0])
	}
	// Output:
	// 0.000 1.000
	// 0.050 0.950
	// 0.100 0.850
	// 0.085 0.765
	// 0.050 0.715
	// 0.015 0.700
	// 0.000 0.700
}

// Every rule takes a weight decay.
func ExampleWithWeightDecay() {
	rule := optim.WithWeightDecay(optim.NewSGD(0.5), 0.1)
	w := []float32{1}
	step := rule.At(1, rule.Rate())
	step.Update(asm.Best(), w, []float32{0}, nil)
	fmt.Println(w, rule.Config()["weight_decay"])
	// Output:
	// [0.95] 0.1
}
