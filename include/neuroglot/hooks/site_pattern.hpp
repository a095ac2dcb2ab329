/// Sites chosen by name at run time: "blocks.*.mlp.hook_act,logits".
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/hooks/site.hpp"

namespace neuroglot {

/// Comma-separated full names in which * stands for any run of characters.
class SitePatterns {
 public:
  explicit SitePatterns(std::string_view list) {
    while (!list.empty()) {
      const std::size_t comma = list.find(',');
      if (comma != 0) patterns_.emplace_back(list.substr(0, comma));
      list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
    }
  }

  bool fit(std::string_view name) const {
    for (const std::string& pattern : patterns_)
      if (fits(pattern, name)) return true;
    return false;
  }

  /// Throws UsageError naming a pattern that fits no site of a model with so many layers, with the names of all sites
  /// that it has: `lacking` are those that its family lacks.
  void require_sites(Index layers, const std::vector<std::string>& lacking = {}) const {
    for (const std::string& pattern : patterns_) {
      bool fits_some = false;
      site::All::for_each([&](auto at) {
        if (contains(lacking, at.name)) return;
        for (Index layer = 0; layer < (at.per_layer ? layers : 1); ++layer)
          fits_some |= fits(pattern, site::full_name(at, layer));
      });
      if (!fits_some)
        throw usage_error("--sites: \"", pattern, "\" fits no site of this model with ", layers,
                          " layers; its sites are ", all_names(lacking));
    }
  }

  /// "hook_embed, blocks.N.hook_resid_pre, ..." with N for the layer.
  static std::string all_names(const std::vector<std::string>& lacking = {}) {
    std::string names;
    site::All::for_each([&](auto at) {
      if (contains(lacking, at.name)) return;
      names += (names.empty() ? "" : ", ") + std::string(at.per_layer ? "blocks.N." : "") + std::string(at.name);
    });
    return names;
  }

 private:
  static bool contains(const std::vector<std::string>& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  }

  /// Greedy matching with one point of return: linear in practice, no recursion.
  static bool fits(std::string_view pattern, std::string_view name) {
    std::size_t p = 0, n = 0, star = std::string_view::npos, retry = 0;
    while (n < name.size()) {
      if (p < pattern.size() && pattern[p] == '*') {
        star = p++;
        retry = n;
      } else if (p < pattern.size() && pattern[p] == name[n]) {
        ++p;
        ++n;
      } else if (star != std::string_view::npos) {
        p = star + 1;
        n = ++retry;
      } else {
        return false;
      }
    }
    while (p < pattern.size() && pattern[p] == '*') ++p;
    return p == pattern.size();
  }

  std::vector<std::string> patterns_;
};

}  // namespace neuroglot
