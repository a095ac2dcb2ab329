// Rows of an embedding table that is kept in the layout of products.
#include "neuroglot/ops/cpu/embedding.hpp"

#include "ops/compare.hpp"

using namespace neuroglot;

TEST_CASE("an embedded token is its row of the published table, bit for bit") {
  for (const Index hidden : {1, 7, 16, 40})
    for (const Index vocabulary : {1, 15, 16, 17, 50}) {
      const Strided published = random_matrix(vocabulary, hidden, 1);
      PackedWeight table(hidden, vocabulary);
      for (Index n = 0; n < vocabulary; ++n) table.set_row(n, published.view().row(n).data());
      for (const int size : team_sizes) {
        Threads threads(size);
        std::vector<std::int32_t> ids;
        for (int i = 0; i < 70; ++i) ids.push_back(static_cast<std::int32_t>((i * 7) % vocabulary));
        Strided y(70, hidden);
        cpu::embed(threads, table, ids, y.view());
        for (Index row = 0; row < 70; ++row)
          CHECK(
              same_bits(y.view().row_range(row, 1), published.view().row_range(ids[static_cast<std::size_t>(row)], 1)));
        CHECK(y.gaps_untouched());
      }
    }
}
