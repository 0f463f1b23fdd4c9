// sgemm answers the driver for one BLAS-like library that it loads at run time:
//
//     sgemm LIBRARY.so cblas|scipy|dnnl|xsmm
//
// cblas and scipy are cblas_sgemm and OpenBLAS's renamed one, dnnl is oneDNN's
// dnnl_sgemm, xsmm asks libxsmm for code made for the shape. Row-major, alpha 1,
// beta 0, the same operands in every call. The protocol is that of ../python/peer.py.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef void cblas_sgemm(int order, int ta, int tb, int m, int n, int k, float alpha, const float *a, int lda, const float *b, int ldb,
                         float beta, float *c, int ldc);
typedef int dnnl_sgemm(char ta, char tb, int64_t m, int64_t n, int64_t k, float alpha, const float *a, int64_t lda, const float *b, int64_t ldb,
                       float beta, float *c, int64_t ldc);
typedef void xsmm_kernel(const float *a, const float *b, float *c);
typedef xsmm_kernel *xsmm_dispatch(int m, int n, int k, const int *lda, const int *ldb, const int *ldc, const float *alpha, const float *beta,
                                   const int *flags, const int *prefetch);

enum { XSMM_TRANS_B = 2 }; // LIBXSMM_GEMM_FLAG_TRANS_B; it has no code for a transposed A

static struct product {
	int ta, tb, m, n, k, lda, ldb;
	float *a, *b, *c;
	xsmm_kernel *made;
} p;

static void *symbol;
static const char *kind;

static void multiply(void) {
	if (p.made) // column-major: Cᵀ = op(B)ᵀ·op(A)ᵀ
		p.made(p.b, p.a, p.c);
	else if (!strcmp(kind, "dnnl"))
		((dnnl_sgemm *)symbol)(p.ta ? 'T' : 'N', p.tb ? 'T' : 'N', p.m, p.n, p.k, 1, p.a, p.lda, p.b, p.ldb, 0, p.c, p.n);
	else
		((cblas_sgemm *)symbol)(101, p.ta ? 112 : 111, p.tb ? 112 : 111, p.m, p.n, p.k, 1, p.a, p.lda, p.b, p.ldb, 0, p.c, p.n);
}

static double now(void) {
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + 1e-9 * t.tv_nsec;
}

static int ascending(const void *x, const void *y) { return (*(double *)x > *(double *)y) - (*(double *)x < *(double *)y); }

// measure returns the median time of a product over at least 30 ms.
static double measure(void) {
	double start = now(), times[4096], end;
	int calls = 0, n = 0;
	for (; now() - start < 0.003; calls++) multiply();
	int turns = calls < 3 ? 1 : calls / 3;
	end = now() + 0.03;
	do {
		start = now();
		for (int i = 0; i < turns; i++) multiply();
		times[n++] = (now() - start) / turns;
	} while (now() < end && n < 4096);
	qsort(times, n, sizeof *times, ascending);
	return times[n / 2];
}

static float *whole(size_t n, size_t seed) {
	float *x = aligned_alloc(64, (n * sizeof *x + 63) / 64 * 64);
	for (size_t i = 0; i < n; i++) x[i] = (float)((i * 7 + seed) % 13) - 6;
	return x;
}

static double check(void) {
	double s = 0;
	for (size_t i = 0; i < (size_t)p.m * p.n; i++) s += p.c[i] * ((double)(i % 17) - 8);
	return s;
}

int main(int argc, char **argv) {
	if (argc != 3) return fprintf(stderr, "usage: sgemm LIBRARY.so cblas|scipy|dnnl|xsmm\n"), 2;
	void *library = dlopen(argv[1], RTLD_NOW | RTLD_GLOBAL);
	if (!library) return fprintf(stderr, "sgemm: %s\n", dlerror()), 1;
	kind = argv[2];
	const char *name = !strcmp(kind, "dnnl") ? "dnnl_sgemm" : !strcmp(kind, "scipy") ? "scipy_cblas_sgemm"
	                 : !strcmp(kind, "xsmm") ? "libxsmm_smmdispatch" : "cblas_sgemm";
	if (!(symbol = dlsym(library, name))) return fprintf(stderr, "sgemm: %s has no %s\n", argv[1], name), 1;
	setvbuf(stdout, 0, _IOLBF, 0);
	const char *(*core)(void) = (const char *(*)(void))dlsym(library, "scipy_openblas_get_corename");
	printf("ready %s%s\n", core ? "kernels of " : "", core ? core() : "");

	char line[256], trans[3];
	while (fgets(line, sizeof line, stdin)) {
		if (sscanf(line, "%*s sgemm %2s %d %d %d", trans, &p.m, &p.n, &p.k) != 4) { puts("none not a product"); continue; }
		p.ta = trans[0] == 'T', p.tb = trans[1] == 'T';
		p.lda = p.ta ? p.m : p.k, p.ldb = p.tb ? p.k : p.n, p.made = 0;
		if (!strcmp(kind, "xsmm")) {
			int flags = p.ta ? XSMM_TRANS_B : 0; // the second operand of the column-major product is A
			float one = 1, zero = 0;
			if (p.tb) { puts("none libxsmm has no code for this transpose"); continue; }
			if ((double)p.m * p.n * p.k > 256.0 * 256 * 256) { puts("none libxsmm is for small products"); continue; }
			p.made = ((xsmm_dispatch *)symbol)(p.n, p.m, p.k, &p.ldb, &p.lda, &p.n, &one, &zero, &flags, 0);
			if (!p.made) { puts("none libxsmm has no code for this shape"); continue; }
		}
		p.a = whole((size_t)p.m * p.k, 3), p.b = whole((size_t)p.k * p.n, 5), p.c = whole((size_t)p.m * p.n, 0);
		multiply();
		double seconds = measure();
		printf("ok %.9g %.17g\n", seconds, check());
		free(p.a), free(p.b), free(p.c);
	}
}
