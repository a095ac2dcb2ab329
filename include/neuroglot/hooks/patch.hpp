/// Replaces rows of a site by values from another run: activation patching. (Vig et al. 2020; Meng et al. 2022)
#pragma once

#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/hooks/place.hpp"
#include "neuroglot/hooks/site.hpp"

namespace neuroglot {

/// Row rows[i] of the batch becomes row i of `values`. The score sites have no batch rows and can not be patched.
template <class Site>
struct Patch {
  static_assert(!std::is_same_v<Site, site::attn_scores> && !std::is_same_v<Site, site::attn_pattern>,
                "scores and patterns are handed over head by head: write a hook of your own for them");

  Index layer = 0;  ///< of no meaning for sites outside the blocks
  std::vector<Index> rows;
  Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> values;  ///< (rows.size(), width of the site)

  bool listens(Site, Index at) const { return !Site::per_layer || layer == at; }

  /// Throws Error where shapes differ or a row is not in the batch.
  void operator()(Site, const Place& place, MatrixRef matrix) const {
    if (place.expert >= 0) throw error("rows can not be patched inside experts, which see a part of the rows each");
    if (values.rows() != static_cast<Index>(rows.size()) || values.cols() != matrix.cols())
      throw error("a patch of (", values.rows(), ", ", values.cols(), ") values does not fit ", rows.size(),
                  " rows of ", Site::name, ", which is ", matrix.cols(), " wide");
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (rows[i] < 0 || rows[i] >= matrix.rows())
        throw error("row ", rows[i], " is to be patched at ", Site::name, ", but the batch has ", matrix.rows(),
                    " rows");
      matrix.row(rows[i]) = values.row(static_cast<Index>(i));
    }
  }
};

}  // namespace neuroglot
