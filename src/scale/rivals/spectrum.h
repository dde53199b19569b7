// The discrete Fourier transform, of any length with small prime factors.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace headroom::rivals {

/// A complex number; the standard's multiplication looks for infinities, which costs much here.
struct Complex {
  double re = 0;
  double im = 0;
};

/// Mixed radix: about n times the sum of n's prime factors.
class Fourier {
 public:
  /// Requires n >= 1.
  explicit Fourier(std::size_t n);

  [[nodiscard]] std::vector<Complex> forward(std::span<const double> values) const;
  /// Of a spectrum of real values: those, scaled back.
  [[nodiscard]] std::vector<double> backward(std::span<const Complex> spectrum) const;

 private:
  void step(const Complex* in, Complex* out, std::size_t n, std::size_t stride,
            std::size_t factor) const;

  std::vector<Complex> roots_;  // of unity, e^(−2πik/n)
  std::vector<std::size_t> factors_;
};

[[nodiscard]] double magnitude(const Complex& value);

}  // namespace headroom::rivals
