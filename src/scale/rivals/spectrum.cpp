// Cooley and Tukey's recursion over the prime factors.
#include "scale/rivals/spectrum.h"

#include <array>
#include <cmath>
#include <numbers>

#include "core/result.h"

namespace headroom::rivals {
namespace {

constexpr std::size_t factor_max = 64;

Complex times(const Complex& a, const Complex& b) {
  return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}

}  // namespace

double magnitude(const Complex& value) {
  return std::hypot(value.re, value.im);
}

Fourier::Fourier(std::size_t n) : roots_(n) {
  CHECK(n >= 1);
  for (std::size_t k = 0; k < n; ++k) {
    const double angle = 2 * std::numbers::pi * static_cast<double>(k) / static_cast<double>(n);
    roots_[k] = {std::cos(angle), -std::sin(angle)};
  }
  for (std::size_t p = 2; n > 1; ++p) {
    for (; n % p == 0; n /= p) {
      CHECK(p < factor_max);
      factors_.push_back(p);
    }
  }
}

std::vector<Complex> Fourier::forward(std::span<const double> values) const {
  CHECK(values.size() == roots_.size());
  std::vector<Complex> in(values.size());
  for (std::size_t i = 0; i < in.size(); ++i) in[i].re = values[i];
  std::vector<Complex> out(in.size());
  step(in.data(), out.data(), in.size(), 1, 0);
  return out;
}

/// The inverse by way of the forward one: of the conjugate, whose real part is not changed.
std::vector<double> Fourier::backward(std::span<const Complex> spectrum) const {
  CHECK(spectrum.size() == roots_.size());
  std::vector<Complex> in(spectrum.begin(), spectrum.end());
  for (Complex& value : in) value.im = -value.im;
  std::vector<Complex> out(in.size());
  step(in.data(), out.data(), in.size(), 1, 0);
  std::vector<double> values(out.size());
  for (std::size_t i = 0; i < out.size(); ++i)
    values[i] = out[i].re / static_cast<double>(out.size());
  return values;
}

/// Of the n values from `in` on that are `stride` apart; n · stride is the whole length.
void Fourier::step(const Complex* in, Complex* out, std::size_t n, std::size_t stride,
                   std::size_t factor) const {
  if (n == 1) {
    out[0] = in[0];
    return;
  }
  const std::size_t p = factors_[factor];
  const std::size_t part = n / p;
  for (std::size_t r = 0; r < p; ++r)
    step(in + r * stride, out + r * part, part, stride * p, factor + 1);

  const std::size_t turn = roots_.size() / p;  // of a p-th root of unity
  std::array<Complex, factor_max> twisted;
  for (std::size_t k = 0; k < part; ++k) {
    for (std::size_t r = 0; r < p; ++r)
      twisted[r] = times(out[r * part + k], roots_[r * k * stride]);
    for (std::size_t q = 0; q < p; ++q) {
      Complex sum = twisted[0];
      for (std::size_t r = 1; r < p; ++r) {
        const Complex one = times(twisted[r], roots_[r * q % p * turn]);
        sum.re += one.re;
        sum.im += one.im;
      }
      out[q * part + k] = sum;
    }
  }
}

}  // namespace headroom::rivals
