package archive

import (
	"regexp"
	"strings"
)

var (
	wordBreak  = regexp.MustCompile(`(.)([A-Z][a-z]+)`)
	lowerUpper = regexp.MustCompile(`([a-z])([A-Z])`)
)

// snake is Keras's to_snake_case, by which it names the groups of a weights file:
// Conv2D is conv2d, ReLU re_lu, MaxPooling2D max_pooling2d.
func snake(class string) string {
	s := wordBreak.ReplaceAllString(class, "${1}_${2}")
	return strings.ToLower(lowerUpper.ReplaceAllString(s, "${1}_${2}"))
}

func lower(s string) string { return strings.ToLower(s) }
