/// The probe: all queries of all languages through one or several protocols, relation by relation.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "neuroglot/core/progress.hpp"
#include "neuroglot/experiment/facts/probe_protocol.hpp"
#include "neuroglot/experiment/facts/query.hpp"

namespace neuroglot {

/// A protocol that is chosen at run time.
class AnyProtocol {
 public:
  virtual ~AnyProtocol() = default;
  virtual std::string_view name() const = 0;
  virtual Index prompts(const RelationQueries& queries) = 0;
  virtual void probe(const RelationQueries& queries, std::string_view language, RelationResult& result,
                     Progress& progress) = 0;
};

template <ProbeProtocol P>
class ErasedProtocol final : public AnyProtocol {
 public:
  explicit ErasedProtocol(P protocol) : protocol_(std::move(protocol)) {}
  std::string_view name() const override { return P::name; }
  Index prompts(const RelationQueries& queries) override { return protocol_.prompts(queries); }
  void probe(const RelationQueries& queries, std::string_view language, RelationResult& result,
             Progress& progress) override {
    protocol_.probe(queries, language, result, progress);
  }

 private:
  P protocol_;
};

using Protocols = std::vector<std::unique_ptr<AnyProtocol>>;

template <ProbeProtocol P>
void add_protocol(Protocols& protocols, P protocol) {
  protocols.push_back(std::make_unique<ErasedProtocol<P>>(std::move(protocol)));
}

/// In the order of the queries; a relation that was not probed yet has no name.
struct ProbedLanguage {
  std::string language;
  std::vector<RelationResult> relations;
};

using ProbeResults = std::vector<ProbedLanguage>;

inline ProbeResults empty_results(const QuerySet& set) {
  ProbeResults results;
  for (const LanguageQueries& language : set.languages)
    results.push_back({language.language, std::vector<RelationResult>(language.relations.size())});
  return results;
}

/// Fills what is not there yet; after_relation(language, relation, result) is called as each is done.
template <class AfterRelation>
void probe_facts(const QuerySet& set, const Protocols& protocols, ProbeResults& results, bool quiet,
                 AfterRelation after_relation) {
  std::vector<std::vector<Index>> planned;
  Index all = 0;
  for (const LanguageQueries& language : set.languages) {
    std::vector<Index>& of_language = planned.emplace_back();
    for (const RelationQueries& relation : language.relations) {
      Index prompts = 0;
      for (const auto& protocol : protocols) prompts += protocol->prompts(relation);
      of_language.push_back(prompts);
      all += prompts;
    }
  }
  Progress progress("probing", all, "prompts", quiet);
  for (std::size_t l = 0; l < set.languages.size(); ++l)
    for (std::size_t r = 0; r < set.languages[l].relations.size(); ++r) {
      RelationResult& result = results[l].relations[r];
      if (!result.relation.empty()) {
        progress.skip(planned[l][r]);
        continue;
      }
      const RelationQueries& queries = set.languages[l].relations[r];
      result = empty_result(queries);
      for (const auto& protocol : protocols) protocol->probe(queries, set.languages[l].language, result, progress);
      drop_left_out(result);
      progress.skip(planned[l][r] - result.prompts);
      after_relation(set.languages[l].language, result);
    }
}

}  // namespace neuroglot
