// Package pool runs one task on several workers at once, and keeps the workers
// useful on a machine that they do not have to themselves.
//
// A [Pool] keeps its workers between tasks, so that handing over a task of a few
// microseconds costs well under one. A [Throttle] makes the next steps with
// fewer workers while another process takes one of the cores. A [Balance] gives
// the workers parts that suit the speeds of their cores, and [Share] gives them
// equal parts.
//
// None of them changes a result: who computes an element never shows in its
// bits.
package pool
