package asm

import (
	"fmt"
	"reflect"
)

// Validate returns an error where a set was not made by [Available], [Best] or
// [Named], nor copied from one that was: a function or a size is missing.
func (k *Kernels) Validate() error {
	v := reflect.ValueOf(k).Elem()
	for i := range v.NumField() {
		if f := v.Field(i); f.IsZero() {
			return fmt.Errorf("asm: kernels %q without %s: take a set of asm.Available, asm.Best or asm.Named", k.Name, v.Type().Field(i).Name)
		}
	}
	return nil
}
