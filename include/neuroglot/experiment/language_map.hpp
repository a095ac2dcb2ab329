/// Languages as points in a plane: their mean embeddings on the first two principal components. (Pearson 1901)
#pragma once

#include <Eigen/Eigenvalues>
#include <cmath>
#include <cstddef>
#include <vector>

#include "neuroglot/experiment/language_similarity.hpp"

namespace neuroglot {

/// means (languages, width). The components are had from the (languages, languages) products of the centred means, of
/// which there are fewer than columns; the largest coordinate on each component is made positive.
inline LanguageMap language_map(const std::vector<std::vector<double>>& means) {
  const auto languages = static_cast<Eigen::Index>(means.size());
  const auto width = static_cast<Eigen::Index>(means.front().size());
  Eigen::MatrixXd centred(languages, width);
  for (Eigen::Index k = 0; k < languages; ++k)
    centred.row(k) = Eigen::Map<const Eigen::RowVectorXd>(means[static_cast<std::size_t>(k)].data(), width);
  centred.rowwise() -= centred.colwise().mean().eval();
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(centred * centred.transpose());
  LanguageMap map{std::vector<std::array<double, 2>>(means.size(), {0.0, 0.0}), 0};
  const double all = solver.eigenvalues().sum();
  for (Eigen::Index component = 0; component < 2 && component < languages; ++component) {
    const Eigen::Index at = languages - 1 - component;  // eigenvalues ascend
    const double variance = std::fmax(0.0, solver.eigenvalues()(at));
    Eigen::VectorXd coordinates = std::sqrt(variance) * solver.eigenvectors().col(at);
    Eigen::Index largest = 0;
    coordinates.cwiseAbs().maxCoeff(&largest);
    if (coordinates(largest) < 0) coordinates = -coordinates;
    for (Eigen::Index k = 0; k < languages; ++k)
      map.points[static_cast<std::size_t>(k)][static_cast<std::size_t>(component)] = coordinates(k);
    if (all > 0) map.share += variance / all;
  }
  return map;
}

}  // namespace neuroglot
