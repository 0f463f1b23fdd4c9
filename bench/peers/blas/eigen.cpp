// Eigen behind the name cblas_sgemm, row-major, alpha 1, beta 0.
#include <Eigen/Core>
using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using View = Eigen::Map<const Matrix>;

extern "C" void cblas_sgemm(int, int ta, int tb, int m, int n, int k, float, const float *a, int, const float *b, int, float, float *c, int) {
	Eigen::Map<Matrix> C(c, m, n);
	if (ta == 112)
		C.noalias() = View(a, k, m).transpose() * View(b, k, n);
	else if (tb == 112)
		C.noalias() = View(a, m, k) * View(b, n, k).transpose();
	else
		C.noalias() = View(a, m, k) * View(b, k, n);
}
