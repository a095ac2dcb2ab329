/// The options of ng-roots, and what its command line names.
#pragma once

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "families.hpp"
#include "neuroglot/experiment/facts/facts_hash.hpp"
#include "neuroglot/experiment/facts/hit_match.hpp"
#include "neuroglot/experiment/facts/read_facts.hpp"
#include "neuroglot/experiment/facts/root_type.hpp"
#include "neuroglot/experiment/facts/search_corpora.hpp"
#include "neuroglot/io/model_folder.hpp"
#include "neuroglot/text/load_tokenizer.hpp"

namespace ng {

inline void add_roots_options(CommandLine& line) {
  using po::value;
  using Words = std::vector<std::string>;
  line.add()("facts", value<std::string>(), "a folder in mLAMA's format: LANG/templates.jsonl, LANG/RELATION.jsonl");
  line.add()("hits", value<std::string>(), "hits.jsonl of ng-probe on these facts; without it presence alone is told");
  line.add()(
      "corpus", value<Words>()->multitoken(),
      "LANG=PATH ...: a text (articles separated by blank lines), a .jsonl with \"text\", WikiExtractor's wiki_00 "
      "(--json), Wikipedia's abstract.xml, any of them gzipped, or a folder of those");
  line.add()("languages", value<Words>()->multitoken(), "LANG ... of the facts; without it all that are there");
  line.add()("chunk", value<std::string>()->default_value("pieces:512"),
             "what both names must stand in: article, abstract, paragraph, or pieces:N, windows of N word pieces");
  line.add()("tokenizer", value<std::string>(),
             "MODEL whose word pieces are meant (default: --model, else the model of the hits)");
  line.add()("ignore-case", po::bool_switch(), "names are found in capital and small letters alike");
  line.add()("inside-words", po::bool_switch(), "names are found inside of words too");
  line.add()("titles", po::bool_switch(), "an article's title is searched too, as its first line");
  line.add()("match", value<std::string>()->default_value("full"), "what counts as predicted: full, partial, exact");
  line.add()("naming-relations", value<Words>()->multitoken(),
             "relations that names give away (default: P17 P27 P1412 P140 P103)");
  line.add()("near-misses", po::bool_switch(),
             "reads the corpora a second time, for predicted facts of type others that they lack: case and borders of "
             "words ignored");
  line.add()("model", value<std::string>(),
             "MODEL: a masked language model that is asked which objects it gives to sentences without a subject");
  line.add()("plan", value<std::string>(), "plan.json of texts that were made: which facts they should state");
  add_model_options(line);
  line.add()("out", value<std::string>(), "the file that is written: roots.json");
  line.add()("facts-out", value<std::string>(),
             "the other one, a line a fact and language; without it OUT with l added "
             "(roots.jsonl)");
  line.add()("resume", po::bool_switch(), "keep the corpora that an interrupted run left in OUT.partial");
  line.add()("json", po::bool_switch(), "the table on stdout as JSON instead of TSV");
}

inline neuroglot::SearchOptions search_options(const CommandLine& line) {
  return {neuroglot::chunking_named(line.text("chunk")),
          {line.flag("ignore-case"), line.flag("inside-words")},
          line.flag("titles")};
}

/// The corpora given, each of a language of the facts. Throws UsageError where there is none or one of another
/// language.
inline std::vector<neuroglot::SearchTask> search_tasks(const CommandLine& line, const neuroglot::FactSet& facts) {
  if (!line.has("corpus")) throw neuroglot::usage_error("--corpus is missing: LANG=PATH, once a language");
  std::vector<neuroglot::SearchTask> tasks;
  for (neuroglot::CorpusSource& source : neuroglot::parse_corpus_arguments(line.words("corpus"))) {
    const neuroglot::LanguageFacts* const of = facts.find(source.language);
    if (of == nullptr)
      throw neuroglot::usage_error("--corpus ", source.text(), ": there are no facts in language ", source.language);
    tasks.push_back({std::move(source), neuroglot::listed_facts(*of)});
  }
  return tasks;
}

/// The folder whose tokenizer cuts names and articles: as given, or the model's, or the one that the hits were made
/// with; nothing where nothing says it.
inline std::optional<std::filesystem::path> tokenizer_folder(const CommandLine& line,
                                                             const neuroglot::Provenance& hits) {
  for (const char* const option : {"tokenizer", "model"})
    if (line.has(option)) return neuroglot::model_folder(line.text(option));
  if (!hits.is_object() || !hits.contains("model") || !hits["model"].contains("folder")) return std::nullopt;
  return std::filesystem::path(hits["model"]["folder"].get<std::string>());
}

}  // namespace ng
