// The operators of the fused form that the `tch` crate does not wrap: oneDNN's convolution and linear layer with
// what follows them in one, weights packed beforehand, and DenseNet's join + norm + ReLU in one pass.
// The oneDNN operators are libtorch's own but not public; `nn::load` tests them at start and falls back.
//
// Every function gives a new tensor, or null with the reason in `error` (at most `capacity` bytes with the final 0).

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>
#include <ATen/autocast_mode.h>
#include <ATen/core/Tensor.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/mkldnn_reorder_conv2d_weight.h>

#include <torch/version.h>

#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <string>
#include <vector>

using at::Tensor;

namespace {

constexpr int kRelu = 1;
constexpr int kGelu = 2;

template <class Work> Tensor *guarded(char *error, size_t capacity, Work work) {
  try {
    return new Tensor(work());
  } catch (const std::exception &problem) {
    std::strncpy(error, problem.what(), capacity - 1);
  } catch (...) {
    std::strncpy(error, "an unknown C++ exception", capacity - 1);
  }
  error[capacity - 1] = 0;
  return nullptr;
}

Tensor call(const c10::OperatorHandle &op, torch::jit::Stack stack) {
  op.callBoxed(stack);
  return stack.back().toTensor();
}

c10::OperatorHandle find(const char *name, const char *overload) {
  return c10::Dispatcher::singleton().findSchemaOrThrow(name, overload);
}

std::string activation_name(int activation) {
  return activation == kRelu ? "relu" : activation == kGelu ? "gelu" : "none";
}

std::optional<Tensor> optional(const Tensor *tensor) {
  return tensor ? std::optional<Tensor>(*tensor) : std::nullopt;
}

// One part of a join: `width` values a pixel, to stand at `offset` of each row of the output.
struct Part {
  const void *values;
  int64_t width;
  int64_t offset;
};

float widen(uint16_t bits) {
  uint32_t wide = static_cast<uint32_t>(bits) << 16;
  float value;
  std::memcpy(&value, &wide, sizeof value);
  return value;
}

// Rounds to nearest even.
uint16_t narrow(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return static_cast<uint16_t>((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}

// The compiler makes one copy for each instruction set, and the loader picks.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define EVERY_CPU __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define EVERY_CPU
#endif

// `value < 0 ? 0 : value` keeps NaN, which must reach the caller.
EVERY_CPU void join_float(const Part *parts, size_t n_parts, const float *scale, const float *shift, float *out,
                          int64_t width, int64_t begin, int64_t end) {
  for (int64_t pixel = begin; pixel < end; ++pixel) {
    for (size_t idx = 0; idx < n_parts; ++idx) {
      const Part &part = parts[idx];
      const float *in = static_cast<const float *>(part.values) + pixel * part.width;
      const float *a = scale + part.offset, *b = shift + part.offset;
      float *row = out + pixel * width + part.offset;
      for (int64_t channel = 0; channel < part.width; ++channel) {
        float value = in[channel] * a[channel] + b[channel];
        row[channel] = value < 0 ? 0 : value;
      }
    }
  }
}

EVERY_CPU void join_bfloat16(const Part *parts, size_t n_parts, const float *scale, const float *shift, uint16_t *out,
                             int64_t width, int64_t begin, int64_t end) {
  for (int64_t pixel = begin; pixel < end; ++pixel) {
    for (size_t idx = 0; idx < n_parts; ++idx) {
      const Part &part = parts[idx];
      const uint16_t *in = static_cast<const uint16_t *>(part.values) + pixel * part.width;
      const float *a = scale + part.offset, *b = shift + part.offset;
      uint16_t *row = out + pixel * width + part.offset;
      for (int64_t channel = 0; channel < part.width; ++channel) {
        float value = widen(in[channel]) * a[channel] + b[channel];
        row[channel] = narrow(value < 0 ? 0 : value);
      }
    }
  }
}

Tensor join_norm_relu(const Tensor *const *tensors, size_t n_tensors, const Tensor &scale, const Tensor &shift) {
  std::vector<Tensor> kept; // alive until the loop is done
  std::vector<Part> parts;
  const Tensor &first = *tensors[0];
  const int64_t n = first.size(0), height = first.size(2), width = first.size(3);
  int64_t channels = 0;
  for (size_t idx = 0; idx < n_tensors; ++idx) {
    const Tensor &tensor = *tensors[idx];
    TORCH_CHECK(tensor.dim() == 4 && tensor.size(0) == n && tensor.size(2) == height && tensor.size(3) == width &&
                    tensor.scalar_type() == first.scalar_type(),
                "wanted maps of one size and kind to join");
    kept.push_back(tensor.contiguous(at::MemoryFormat::ChannelsLast));
    parts.push_back({kept.back().const_data_ptr(), tensor.size(1), channels});
    channels += tensor.size(1);
  }
  const Tensor a = scale.contiguous(), b = shift.contiguous();
  TORCH_CHECK(a.numel() == channels && b.numel() == channels, "wanted a scale and a shift for each map");
  Tensor out = at::empty({n, channels, height, width}, first.options(), at::MemoryFormat::ChannelsLast);
  const float *factors = a.const_data_ptr<float>(), *terms = b.const_data_ptr<float>();
  const bool is_float = first.scalar_type() == at::kFloat;
  TORCH_CHECK(is_float || first.scalar_type() == at::kBFloat16, "wanted float32 or bfloat16 maps");
  void *values = out.mutable_data_ptr();
  const int64_t grain = std::max<int64_t>(1, 32768 / channels);
  at::parallel_for(0, n * height * width, grain, [&](int64_t begin, int64_t end) {
    if (is_float) {
      join_float(parts.data(), parts.size(), factors, terms, static_cast<float *>(values), channels, begin, end);
    } else {
      join_bfloat16(parts.data(), parts.size(), factors, terms, static_cast<uint16_t *>(values), channels, begin, end);
    }
  });
  return out;
}

} // namespace

extern "C" {

// A convolution weight in oneDNN's own layout for an input of the given [n, c, h, w].
Tensor *wardlight_pack_conv(const Tensor *weight, const int64_t *input_size, int64_t pad, int64_t stride, char *error,
                            size_t capacity) {
  return guarded(error, capacity, [&] {
    const std::vector<int64_t> pads{pad, pad}, strides{stride, stride}, dilations{1, 1};
    const at::OptionalIntArrayRef size(at::IntArrayRef(input_size, 4));
    return at::mkldnn_reorder_conv2d_weight(weight->to_mkldnn(), pads, strides, dilations, 1, size);
  });
}

// activation(conv(x) + bias + add); `add` may be null, and `activation` is none or ReLU.
Tensor *wardlight_conv(const Tensor *x, const Tensor *weight, const Tensor *bias, const Tensor *add, int64_t pad,
                       int64_t stride, int activation, char *error, size_t capacity) {
  return guarded(error, capacity, [&] {
    static const auto plain = find("mkldnn::_convolution_pointwise", "");
    static const auto binary = find("mkldnn::_convolution_pointwise", "binary");
    const std::vector<int64_t> pads{pad, pad}, strides{stride, stride}, dilations{1, 1};
    const int64_t groups = 1;
    const c10::List<std::optional<at::Scalar>> scalars;
    const std::string name = activation_name(activation);
    if (!add) {
      return call(plain, {*x, *weight, optional(bias), pads, strides, dilations, groups, name, scalars, c10::IValue()});
    }
    c10::IValue unary = activation == kRelu ? c10::IValue(name) : c10::IValue();
    return call(binary, {*x, *add, *weight, optional(bias), pads, strides, dilations, groups, std::string("add"),
                         c10::IValue(), unary, scalars, c10::IValue()});
  });
}

// The weight of a linear layer in oneDNN's own layout.
Tensor *wardlight_pack_linear(const Tensor *weight, char *error, size_t capacity) {
  return guarded(error, capacity, [&] {
    static const auto op = find("mkldnn::_reorder_linear_weight", "");
    return call(op, {*weight, c10::IValue()});
  });
}

// activation(linear(x)); the activation is none or the exact GELU.
Tensor *wardlight_linear(const Tensor *x, const Tensor *weight, const Tensor *bias, int activation, char *error,
                         size_t capacity) {
  return guarded(error, capacity, [&] {
    static const auto op = find("mkldnn::_linear_pointwise", "");
    const c10::List<std::optional<at::Scalar>> scalars;
    c10::IValue algorithm = activation == kGelu ? c10::IValue(std::string("none")) : c10::IValue();
    return call(op, {*x, *weight, optional(bias), activation_name(activation), scalars, algorithm});
  });
}

// relu(scale * join(maps) + shift) along the channels; the output is channels last.
Tensor *wardlight_join_norm_relu(const Tensor *const *maps, size_t n_maps, const Tensor *scale, const Tensor *shift,
                                 char *error, size_t capacity) {
  return guarded(error, capacity, [&] { return join_norm_relu(maps, n_maps, *scale, *shift); });
}

// The whole state of libtorch's random numbers, as bytes.
Tensor *wardlight_random_state(char *error, size_t capacity) {
  return guarded(error, capacity, [] {
    at::Generator generator = at::detail::getDefaultCPUGenerator();
    const std::lock_guard<std::mutex> lock(generator.mutex());
    return generator.get_state();
  });
}

// Puts such a state back; gives it as well.
Tensor *wardlight_set_random_state(const Tensor *state, char *error, size_t capacity) {
  return guarded(error, capacity, [&] {
    at::Generator generator = at::detail::getDefaultCPUGenerator();
    const std::lock_guard<std::mutex> lock(generator.mutex());
    generator.set_state(*state);
    return *state;
  });
}

// Lets the operators of this thread that gain by it work in bfloat16, until it is switched off.
void wardlight_autocast(int is_on) {
  if (!is_on) {
    at::autocast::clear_cache(); // weights that were rounded are not the weights of the next step
  }
  at::autocast::set_autocast_dtype(at::kCPU, at::kBFloat16);
  at::autocast::set_autocast_enabled(at::kCPU, is_on != 0);
}

// Large buffers from the heap, which keeps them, instead of a fresh mapping for each.
void wardlight_tune_allocator() {
#ifdef __GLIBC__
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, INT32_MAX);
  mallopt(M_TOP_PAD, 64 << 20);
#endif
}

// Makes the calling thread hold a team of `n` OpenMP threads, which sleep.
void wardlight_hold_team(int n) {
#pragma omp parallel num_threads(n)
  { std::atomic_signal_fence(std::memory_order_seq_cst); }
}

// The version of libtorch, a literal.
const char *wardlight_torch_version() { return TORCH_VERSION; }
}
