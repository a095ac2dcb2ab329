// Similarity of sets and clusters of languages against scipy 1.16 and scikit-learn 1.7.
#include <catch2/catch.hpp>
#include <cmath>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "neuroglot/analysis/hit_sets.hpp"
#include "neuroglot/analysis/k_medoids.hpp"
#include "neuroglot/analysis/linkage.hpp"
#include "neuroglot/analysis/set_similarity.hpp"
#include "neuroglot/analysis/silhouette.hpp"
#include "neuroglot/analysis/symmetric_matrix.hpp"

using namespace neuroglot;

namespace {

/// Eight points in a plane: three near the origin, two pairs, one alone.
SymmetricMatrix distances() {
  const std::vector<std::pair<double, double>> points = {{0, 0},  {1, 0},  {0, 2},  {9, 9},
                                                         {10, 8}, {4, 17}, {5, 15}, {20, 1}};
  SymmetricMatrix distance(points.size());
  for (std::size_t i = 0; i < points.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      distance.set(i, j, std::hypot(points[i].first - points[j].first, points[i].second - points[j].second));
  return distance;
}

HitSet hit_set(std::size_t size, const std::set<std::size_t>& present, const std::set<std::size_t>& hits) {
  HitSet set{BitSet(size), BitSet(size)};
  for (const std::size_t i : present) set.present.insert(i);
  for (const std::size_t i : hits) set.hits.insert(i);
  return set;
}

}  // namespace

TEST_CASE("two languages are compared over the facts that both have") {
  const HitSet a = hit_set(130, {0, 1, 2, 64, 129}, {0, 1, 129}), b = hit_set(130, {1, 2, 3, 64, 129}, {2, 3, 129});
  const PairCounts pair = count_pair(a, b);
  CHECK(pair.common == 4);
  CHECK(pair.first == 2);
  CHECK(pair.second == 2);
  CHECK(pair.both == 1);
  CHECK(pair.either() == 3);
}

TEST_CASE("Jaccard, Dice and the overlap coefficient are 0 of empty sets and 1 of equal ones") {
  CHECK(Jaccard{}.similarity(0, 0, 0) == 0);
  CHECK(Dice{}.similarity(0, 0, 0) == 0);
  CHECK(OverlapCoefficient{}.similarity(0, 5, 0) == 0);
  CHECK(Jaccard{}.similarity(2, 2, 1) == Approx(1.0 / 3));
  CHECK(Dice{}.similarity(2, 4, 1) == Approx(1.0 / 3));
  CHECK(OverlapCoefficient{}.similarity(2, 4, 2) == 1);
}

TEST_CASE("average linkage merges at scipy's heights, and its leaves are all items once") {
  const std::vector<ClusterMerge> merges = average_linkage(distances());
  const std::vector<double> heights = {1.0,
                                       1.4142135623730951,
                                       2.118033988749895,
                                       2.23606797749979,
                                       9.016015694104794,
                                       14.01633911693677,
                                       18.28999914722341};
  const std::vector<std::size_t> sizes = {2, 2, 3, 2, 4, 7, 8};
  REQUIRE(merges.size() == heights.size());
  for (std::size_t i = 0; i < heights.size(); ++i) {
    CHECK(merges[i].height == Approx(heights[i]).epsilon(1e-12));
    CHECK(merges[i].size == sizes[i]);
  }
  const std::vector<std::size_t> order = leaf_order(merges, 8);
  CHECK(std::set<std::size_t>(order.begin(), order.end()).size() == 8);
}

TEST_CASE("four medoids are those that trying all finds; silhouettes are scikit-learn's") {
  const Clustering clusters = k_medoids(distances(), 4);
  CHECK(clusters.cost == Approx(6.650281539872885).epsilon(1e-12));
  // of the pairs (3, 4) and (5, 6) either may stand for both: the first does
  CHECK(clusters.medoids == std::vector<std::size_t>{0, 3, 5, 7});
  const std::vector<double> expected = {0.8825103797382371, 0.8656295909846041, 0.8163314782924811, 0.8300743223275263,
                                        0.8543472799915387, 0.7791607046309527, 0.7171937668114322, 0.0};
  const std::vector<double> found = silhouettes(distances(), clusters);
  for (std::size_t i = 0; i < expected.size(); ++i) CHECK(found[i] == Approx(expected[i]).margin(1e-12));
  const ClusterChoice choice = choose_clusters(distances(), 2, 6);
  CHECK(choice.tried[choice.chosen].silhouette >= mean_silhouette(distances(), clusters));
}

TEST_CASE("a number of clusters that there can not be is refused") {
  CHECK_THROWS(k_medoids(distances(), 0));
  CHECK_THROWS(k_medoids(distances(), 9));
}
