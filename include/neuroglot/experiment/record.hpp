/// Recording: run corpora through a model and keep, for each language, layer and neuron, how often it was active.
/// (Tang et al. 2024, section 2; activation.py of their released code)
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "neuroglot/analysis/activation_statistics.hpp"
#include "neuroglot/core/progress.hpp"
#include "neuroglot/experiment/language_totals.hpp"
#include "neuroglot/experiment/provenance.hpp"
#include "neuroglot/experiment/ranks.hpp"
#include "neuroglot/experiment/record_options.hpp"
#include "neuroglot/experiment/round.hpp"
#include "neuroglot/experiment/samples/sample_writer.hpp"
#include "neuroglot/experiment/statistics_file.hpp"
#include "neuroglot/experiment/token_blocks.hpp"
#include "neuroglot/hooks/window_means.hpp"

namespace neuroglot {

namespace detail {

inline void require_finite(const ActivationStatistics& statistics, std::size_t language) {
  for (std::size_t layer = 0; layer < statistics.sum.shape(1); ++layer)
    for (std::size_t neuron = 0; neuron < statistics.sum.shape(2); ++neuron)
      if (!std::isfinite(statistics.sum(language, layer, neuron)))
        throw error("the activations of neuron ", neuron, " of layer ", layer, " on ", statistics.languages[language],
                    " are not finite: are the weights damaged?");
}

inline std::filesystem::path partial_path(const std::filesystem::path& out) {
  return out.string() + ".partial";
}

/// What an interrupted run left, if it was the same run; a new start otherwise. Throws Error for the leavings of
/// another one.
inline ActivationStatistics start_or_resume(const RecordOptions& options, const Provenance& provenance,
                                            ActivationStatistics fresh) {
  const std::filesystem::path partial = partial_path(options.out);
  if (!options.resume || !std::filesystem::exists(partial)) return fresh;
  StatisticsFile left = read_statistics(partial);
  if (left.provenance != provenance)
    throw error(partial.string(),
                ": was left by a run with another model, corpus or option; record without --resume to start anew");
  return std::move(left.statistics);
}

}  // namespace detail

/// Records corpora at `Site`, language by language. Work is saved to OUT.partial on the way and taken up again with
/// options.resume, to the same bits. Of several processes each makes one of these; only that of rank 0 has the
/// statistics in the end, and only it writes.
template <class Site, class Model>
class Recorder {
 public:
  Recorder(Model& model, const Tokenizer& tokenizer, const std::vector<CorpusSource>& sources,
           const RecordOptions& options, const Provenance& provenance, Ranks& ranks, SampleWriter* samples)
      : model_(model),
        tokenizer_(tokenizer),
        sources_(sources),
        options_(options),
        provenance_(provenance),
        ranks_(ranks),
        samples_(samples),
        statistics_(languages(), model.config().num_hidden_layers, model.config().neurons()) {
    if (ranks.is_first()) statistics_ = detail::start_or_resume(options, provenance, std::move(statistics_));
    ranks.broadcast(statistics_.tokens);
    const bool goes_on =
        std::any_of(statistics_.tokens.begin(), statistics_.tokens.end(), [](auto t) { return t > 0; });
    if (goes_on && samples_ != nullptr && !samples_->was_there())
      throw error(samples_->partial().string(), ": is not what goes with ", detail::partial_path(options.out).string(),
                  "; record without --resume to start anew");
  }

  const ActivationStatistics& statistics() const { return statistics_; }

  /// Goes on where the language stands, up to its last block.
  void record(std::size_t language, const CorpusSize& size) {
    if (ranks_.size() > 1)
      record_into(TotalsOfRanks<Site, Model>(model_, statistics_, language, ranks_), language, size);
    else
      record_into(TotalsAlone<Site, Model>(model_, statistics_, language), language, size);
    if (ranks_.is_first()) detail::require_finite(statistics_, language);
  }

 private:
  template <class Totals>
  void record_into(Totals totals, std::size_t language, const CorpusSize& size) {
    Progress progress("recording " + sources_[language].language, size.blocks * options_.blocks.block, "tokens",
                      options_.quiet || !ranks_.is_first());
    std::int64_t& tokens = statistics_.tokens[language];
    progress.skip(tokens);
    TokenBlocks blocks(sources_[language], tokenizer_, options_.blocks);
    std::vector<TokenId> block;
    for (Index done = 0; done < tokens / options_.blocks.block; ++done) blocks.next(block);
    std::vector<WindowMeans<Site>> windows(static_cast<std::size_t>(options_.passes),
                                           {statistics_.layers(), statistics_.neurons(),
                                            options_.samples.empty() ? 0 : options_.sample, &model_.threads()});
    const RoundShape shape{options_.batch, options_.passes};
    for (Round round = next_round(blocks, shape); !round.empty(); round = next_round(blocks, shape)) {
      totals.run(round, windows);
      for (std::size_t i = 0; i < round.size(); ++i) {
        if (samples_ != nullptr)
          samples_->write(language, tokens / options_.sample, windows[i].mean(), windows[i].active());
        tokens += round[i].rows();
        progress.add(round[i].rows());
      }
      if (std::chrono::steady_clock::now() - saved_ > options_.save_every) save(totals);
    }
    save(totals);
  }

  template <class Totals>
  void save(Totals& totals) {
    if (!ranks_.is_first()) return;
    totals.put();
    if (samples_ != nullptr) samples_->flush();
    write_statistics(detail::partial_path(options_.out), statistics_, provenance_);
    saved_ = std::chrono::steady_clock::now();
  }

  std::vector<std::string> languages() const {
    std::vector<std::string> names;
    for (const CorpusSource& source : sources_) names.push_back(source.language);
    return names;
  }

  Model& model_;
  const Tokenizer& tokenizer_;
  const std::vector<CorpusSource>& sources_;
  const RecordOptions& options_;
  const Provenance& provenance_;
  Ranks& ranks_;
  SampleWriter* samples_;
  ActivationStatistics statistics_;
  std::chrono::steady_clock::time_point saved_ = std::chrono::steady_clock::now();
};

namespace detail {

/// Nothing where no samples are wanted. Throws UsageError where a block is not whole samples.
template <class Model>
std::optional<SampleWriter> sample_writer(Model& model, const std::vector<CorpusSource>& sources,
                                          const std::vector<CorpusSize>& sizes, const RecordOptions& options,
                                          const Provenance& provenance) {
  std::optional<SampleWriter> writer;
  if (options.samples.empty()) return writer;
  if (options.sample < 1 || options.blocks.block % options.sample != 0)
    throw usage_error("samples of ", options.sample, " tokens do not divide blocks of ", options.blocks.block);
  SampleShape shape{{}, {}, model.config().num_hidden_layers, model.config().neurons()};
  for (std::size_t k = 0; k < sources.size(); ++k) {
    shape.languages.push_back(sources[k].language);
    shape.samples.push_back(sizes[k].blocks * (options.blocks.block / options.sample));
  }
  writer.emplace(options.samples, std::move(shape), provenance, options.resume);
  return writer;
}

}  // namespace detail

/// Records all corpora and writes options.out, with `provenance` in it; OUT.partial is removed when OUT is whole. Of
/// several processes, which must be called with the same arguments, rank 0 returns the statistics, the others zeros.
template <class Site = site::mlp_act, class Model>
ActivationStatistics record(Model& model, const Tokenizer& tokenizer, const std::vector<CorpusSource>& sources,
                            const std::vector<CorpusSize>& sizes, const RecordOptions& options,
                            const Provenance& provenance, Ranks& ranks) {
  ranks.require_same(detail::plan_of(sizes, options));
  std::optional<SampleWriter> samples;
  if (ranks.is_first()) samples = detail::sample_writer(model, sources, sizes, options, provenance);
  Recorder<Site, Model> recorder(model, tokenizer, sources, options, provenance, ranks, samples ? &*samples : nullptr);
  for (std::size_t language = 0; language < sources.size(); ++language) recorder.record(language, sizes[language]);
  if (!ranks.is_first()) return recorder.statistics();
  check(recorder.statistics());
  write_statistics(options.out, recorder.statistics(), provenance);
  if (samples) samples->commit();
  std::filesystem::remove(detail::partial_path(options.out));
  return recorder.statistics();
}

/// The same of one process alone.
template <class Site = site::mlp_act, class Model>
ActivationStatistics record(Model& model, const Tokenizer& tokenizer, const std::vector<CorpusSource>& sources,
                            const std::vector<CorpusSize>& sizes, const RecordOptions& options,
                            const Provenance& provenance) {
  Ranks alone;
  return record<Site>(model, tokenizer, sources, sizes, options, provenance, alone);
}

}  // namespace neuroglot
