package pool

import (
	"fmt"
	"runtime"
	"time"
)

// Task is work that several workers do together. Run is called once for each
// worker, 0 ≤ worker < workers, all at the same time. It must not call Run of its
// own pool, which waits until the task is done.
type Task interface{ Run(worker, workers int) }

// Pool is a set of workers that stay: the caller of Run is worker 0, the others
// are goroutines. Between tasks they spin for about a millisecond and then
// park, so that a task handed over soon starts in well under a microsecond and
// an idle pool costs nothing. (A goroutine started or a channel woken for each
// task of 5–100 µs loses the whole second core: 80–128 µs until it runs.)
//
// Close ends the goroutines; so does the garbage collector, some time after the
// last use of the pool.
type Pool struct{ team *team }

// New starts a pool of the given number of workers, at least 1, the caller of Run
// included. Parked workers cost nothing: a pool may have more of them than there
// are CPUs, of which a [Throttle] uses no more than can run at the same time.
func New(workers int) *Pool {
	if workers < 1 {
		panic(fmt.Sprintf("pool: %d workers: at least 1", workers))
	}
	p := &Pool{newTeam(workers)}
	runtime.AddCleanup(p, (*team).close, p.team)
	return p
}

// Workers returns the number of workers, the caller of Run included.
func (p *Pool) Workers() int { return len(p.team.lanes) + 1 }

// Run lets the first workers of the pool do t together and returns when all of
// them have. The caller is worker 0. Calls from several goroutines follow one
// another. A panic of a worker is raised again here, once all have ended, and so
// is one for a worker whose goroutine the task ended.
func (p *Pool) Run(t Task, workers int) {
	if workers < 1 || workers > p.Workers() {
		panic(fmt.Sprintf("pool: Run with %d workers on a pool of %d", workers, p.Workers()))
	}
	p.team.run(t, workers)
	runtime.KeepAlive(p) // or the workers could be ended now
}

// Barrier returns when all workers of this Run have called it, with the number of
// them. What they wrote before is then visible to all. It returns how long this one
// waited, the first microsecond not counted.
func (p *Pool) Barrier(workers int) time.Duration {
	if workers == 1 {
		return 0
	}
	return p.team.barrier(workers)
}

// Waited returns how long workers have waited for each other since the pool
// began, added up over the workers: at barriers and at the end of tasks, the
// first microsecond of each wait not counted. Much of it means that something
// else runs on the cores.
func (p *Pool) Waited() time.Duration { return time.Duration(p.team.waited.Load()) }

// Close ends the goroutines of the pool after the Run under way. A second Close
// does nothing.
func (p *Pool) Close() { p.team.close() }
