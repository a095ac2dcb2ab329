// oneDNN's matmul primitive with weights packed once in the layout it prefers.
#include "matmul_peers.hpp"

#ifdef NEUROGLOT_HAS_ONEDNN
#include <omp.h>

#include <dnnl.hpp>
#include <memory>

namespace {

// One prepared product with everything its execution refers to.
struct Prepared {
  dnnl::engine engine{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream{engine};
  dnnl::memory x, w, y;
  dnnl::matmul matmul;

  explicit Prepared(const peers::Product& p) {
    using Tag = dnnl::memory::format_tag;
    const auto descriptor = [](long rows, long cols, Tag tag) {
      return dnnl::memory::desc({rows, cols}, dnnl::memory::data_type::f32, tag);
    };
    const dnnl::matmul::primitive_desc chosen(
        dnnl::matmul::desc(descriptor(p.m, p.k, Tag::ab), descriptor(p.k, p.n, Tag::any),
                           descriptor(p.m, p.n, Tag::ab)),
        engine);
    x = dnnl::memory(chosen.src_desc(), engine, const_cast<float*>(p.x));
    y = dnnl::memory(chosen.dst_desc(), engine, p.y);
    dnnl::memory plain(descriptor(p.k, p.n, Tag::ba), engine, const_cast<float*>(p.w));
    w = dnnl::memory(chosen.weights_desc(), engine);
    dnnl::reorder(plain, w).execute(stream, plain, w);
    matmul = dnnl::matmul(chosen);
  }
};

}  // namespace

std::function<void()> peers::onednn(const Product& product) {
  omp_set_num_threads(product.threads);
  const auto prepared = std::make_shared<Prepared>(product);
  return [product, prepared] {
    omp_set_num_threads(product.threads);
    prepared->matmul.execute(
        prepared->stream, {{DNNL_ARG_SRC, prepared->x}, {DNNL_ARG_WEIGHTS, prepared->w}, {DNNL_ARG_DST, prepared->y}});
    prepared->stream.wait();
  };
}
#else
std::function<void()> peers::onednn(const Product&) {
  return {};
}
#endif
