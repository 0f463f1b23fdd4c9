// map answers the driver for libraries of element-wise functions in C and C++:
// Eigen's arrays, SLEEF (1.0 ULP; tanh 3.5) and glibc's libmvec, each as the
// variant of its name, built for AVX2 or AVX-512. Sigmoid is 1/(1 + e⁻ˣ) where
// a library has none. The protocol is that of ../python/peer.py.
#include <Eigen/Core>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <immintrin.h>
#include <sleef.h>
#include <string>
#include <vector>

#ifdef __AVX512F__
using Vector = __m512;
#define LOAD _mm512_loadu_ps
#define STORE _mm512_storeu_ps
#define SET _mm512_set1_ps
#define SUB _mm512_sub_ps
#define ADD _mm512_add_ps
#define DIV _mm512_div_ps
#define MVEC(f) _ZGVeN16v_##f
#define SLEEF(f, ulp) Sleef_##f##f16_##ulp##avx512f
#else
using Vector = __m256;
#define LOAD _mm256_loadu_ps
#define STORE _mm256_storeu_ps
#define SET _mm256_set1_ps
#define SUB _mm256_sub_ps
#define ADD _mm256_add_ps
#define DIV _mm256_div_ps
#define MVEC(f) _ZGVdN8v_##f
#define SLEEF(f, ulp) Sleef_##f##f8_##ulp##avx2
#endif

extern "C" {
Vector MVEC(expf)(Vector);
Vector MVEC(logf)(Vector);
Vector MVEC(tanhf)(Vector);
}

static std::vector<float> x, y;

// each applies a function of vectors to x.
template <class F> static void each(F f) {
	constexpr size_t width = sizeof(Vector) / sizeof(float);
	for (size_t i = 0; i < x.size(); i += width) STORE(&y[i], f(LOAD(&x[i])));
}

template <class F> static auto sigmoid(F exp) {
	return [exp](Vector v) { return DIV(SET(1), ADD(SET(1), exp(SUB(SET(0), v)))); };
}

// compute sets y = f(x) and reports whether there is such a function.
static bool compute(const std::string &variant, const std::string &f) {
	if (variant == "eigen") {
		Eigen::Map<Eigen::ArrayXf> a(x.data(), x.size()), b(y.data(), y.size());
		if (f == "exp") b = a.exp();
		else if (f == "log") b = a.log();
		else if (f == "sigmoid") b = 1 / (1 + (-a).exp());
		else if (f == "tanh") b = a.tanh();
		else return false;
	} else if (variant == "sleef") {
		auto exp = [](Vector v) { return SLEEF(exp, u10)(v); };
		if (f == "exp") each(exp);
		else if (f == "log") each([](Vector v) { return SLEEF(log, u10)(v); });
		else if (f == "sigmoid") each(sigmoid(exp));
		else if (f == "tanh") each([](Vector v) { return SLEEF(tanh, u35)(v); });
		else return false;
	} else if (variant == "libmvec") {
		auto exp = [](Vector v) { return MVEC(expf)(v); };
		if (f == "exp") each(exp);
		else if (f == "log") each([](Vector v) { return MVEC(logf)(v); });
		else if (f == "sigmoid") each(sigmoid(exp));
		else if (f == "tanh") each([](Vector v) { return MVEC(tanhf)(v); });
		else return false;
	} else {
		return false;
	}
	return true;
}

// measure returns the median seconds of a call over at least 30 ms.
template <class F> static double measure(F call) {
	using clock = std::chrono::steady_clock;
	auto since = [](clock::time_point t) { return std::chrono::duration<double>(clock::now() - t).count(); };
	int calls = 0;
	for (auto start = clock::now(); since(start) < 0.003; calls++) call();
	int turns = std::max(1, calls / 3);
	std::vector<double> times;
	auto begun = clock::now();
	do {
		auto start = clock::now();
		for (int i = 0; i < turns; i++) call();
		times.push_back(since(start) / turns);
	} while (since(begun) < 0.03);
	std::sort(times.begin(), times.end());
	return times[times.size() / 2];
}

int main() {
	setvbuf(stdout, nullptr, _IOLBF, 0);
	printf("ready Eigen %d.%d.%d, SLEEF %d.%d\n", EIGEN_WORLD_VERSION, EIGEN_MAJOR_VERSION, EIGEN_MINOR_VERSION, SLEEF_VERSION_MAJOR, SLEEF_VERSION_MINOR);
	char line[256], variant[32], f[32];
	int n;
	while (fgets(line, sizeof line, stdin)) {
		if (sscanf(line, "%31s map %31s %d", variant, f, &n) != 3 || n < 1 || n % 16) { puts("none not a map"); continue; }
		x.resize(n), y.resize(n);
		for (int i = 0; i < n; i++) x[i] = (strcmp(f, "log") ? i * 7 % 2001 - 1000 : i * 7 % 2001 + 1) / 200.f;
		if (!compute(variant, f)) { puts("none no such function"); continue; }
		double check = 0;
		for (int i = 0; i < n; i++) check += y[i] * double(i % 17 - 8);
		std::string v = variant, g = f;
		printf("ok %.9g %.17g\n", measure([&] { compute(v, g); }), check);
	}
}
