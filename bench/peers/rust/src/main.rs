//! Products of the Rust libraries gemm, faer and matrixmultiply. The protocol is
//! that of ../python/peer.py; the only argument is the number of threads.

use faer::{linalg::matmul::matmul, mat::{MatMut, MatRef}, Accum, Par};
use std::io::{BufRead, Write};
use std::time::{Duration, Instant};

/// A product of row-major matrices: op(A) is m×k with strides ars, acs, op(B) k×n.
struct Product {
    m: usize,
    n: usize,
    k: usize,
    a: Vec<f32>,
    b: Vec<f32>,
    c: Vec<f32>,
    ars: usize,
    acs: usize,
    brs: usize,
    bcs: usize,
}

fn whole(n: usize, seed: usize) -> Vec<f32> {
    (0..n).map(|i| ((i * 7 + seed) % 13) as f32 - 6.0).collect()
}

impl Product {
    fn new(trans: &str, m: usize, n: usize, k: usize) -> Self {
        let (ars, acs) = if trans.starts_with('T') { (1, m) } else { (k, 1) };
        let (brs, bcs) = if trans.ends_with('T') { (1, k) } else { (n, 1) };
        Product { m, n, k, a: whole(m * k, 3), b: whole(k * n, 5), c: vec![0.0; m * n], ars, acs, brs, bcs }
    }

    fn run(&mut self, library: &str, threads: usize) {
        let Product { m, n, k, ars, acs, brs, bcs, .. } = *self;
        let (a, b, c) = (self.a.as_ptr(), self.b.as_ptr(), self.c.as_mut_ptr());
        // Safety: the vectors have the sizes that the strides span.
        unsafe {
            match library {
                "gemm" => gemm::gemm(
                    m, n, k, c, 1, n as isize, false,
                    a, acs as isize, ars as isize, b, bcs as isize, brs as isize,
                    0.0f32, 1.0f32, false, false, false,
                    if threads > 1 { gemm::Parallelism::Rayon(threads) } else { gemm::Parallelism::None },
                ),
                "faer" => matmul(
                    MatMut::from_raw_parts_mut(c, m, n, n as isize, 1),
                    Accum::Replace,
                    MatRef::from_raw_parts(a, m, k, ars as isize, acs as isize),
                    MatRef::from_raw_parts(b, k, n, brs as isize, bcs as isize),
                    1.0f32,
                    if threads > 1 { Par::rayon(threads) } else { Par::Seq },
                ),
                _ => matrixmultiply::sgemm(
                    m, k, n, 1.0, a, ars as isize, acs as isize, b, brs as isize, bcs as isize,
                    0.0, c, n as isize, 1,
                ),
            }
        }
    }

    fn check(&self) -> f64 {
        self.c.iter().enumerate().map(|(i, &v)| v as f64 * ((i % 17) as f64 - 8.0)).sum()
    }
}

/// The median time of a call over at least 30 ms, in seconds.
fn measure(mut call: impl FnMut()) -> f64 {
    let (start, mut calls) = (Instant::now(), 0);
    while start.elapsed() < Duration::from_millis(3) {
        call();
        calls += 1;
    }
    let turns = std::cmp::max(1, calls / 3);
    let (begun, mut times) = (Instant::now(), Vec::new());
    while times.is_empty() || begun.elapsed() < Duration::from_millis(30) {
        let start = Instant::now();
        for _ in 0..turns {
            call();
        }
        times.push(start.elapsed().as_secs_f64() / turns as f64);
    }
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn answer(line: &str, threads: usize) -> Option<String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let [library, "sgemm", trans, m, n, k] = words[..] else { return None };
    let mut p = Product::new(trans, m.parse().ok()?, n.parse().ok()?, k.parse().ok()?);
    p.run(library, threads);
    let seconds = measure(|| p.run(library, threads));
    Some(format!("ok {seconds:e} {}", p.check()))
}

fn main() {
    let threads: usize = std::env::args().nth(1).and_then(|s| s.parse().ok()).expect("usage: peers THREADS");
    let mut out = std::io::stdout();
    let _ = writeln!(out, "ready");
    for line in std::io::stdin().lock().lines() {
        let text = line.ok().and_then(|l| answer(&l, threads));
        let _ = writeln!(out, "{}", text.as_deref().unwrap_or("none not a product"));
        let _ = out.flush();
    }
}
