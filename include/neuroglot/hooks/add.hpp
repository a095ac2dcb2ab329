/// Adds one vector to every row of a site: steering by a direction. (Turner et al. 2023, activation addition)
#pragma once

#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/hooks/device_view.hpp"
#include "neuroglot/hooks/place.hpp"
#include "neuroglot/hooks/site.hpp"

namespace neuroglot {

/// Usage: `Add<site::resid_post>{.layer = 12, .direction = french_minus_english}`; a layer of -1 means all.
template <class Site>
struct Add {
  Index layer = -1;
  std::vector<float> direction;  ///< as wide as the site's matrix

  bool listens(Site, Index at) const { return !Site::per_layer || layer < 0 || layer == at; }

  /// Throws Error where the direction is not as wide as the site.
  void operator()(Site, const Place& place, MatrixRef matrix) const {
    require_fit(place, matrix.cols());
    matrix.rowwise() += Eigen::Map<const Eigen::RowVectorXf>(direction.data(), matrix.cols());
  }
  void operator()(Site, const Place& place, DeviceView& matrix) const {
    require_fit(place, matrix.cols());
    matrix.device().add_to_rows(matrix.write(), direction);
  }

 private:
  void require_fit(const Place& place, Index width) const {
    if (place.expert >= 0)
      throw error("a direction can not be added inside experts, which see a part of the rows each");
    if (static_cast<Index>(direction.size()) != width)
      throw error("a direction of ", direction.size(), " values is to be added at ", Site::name, ", which is ", width,
                  " wide");
  }
};

}  // namespace neuroglot
