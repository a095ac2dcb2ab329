// ng-probe: which facts a model predicts in which language: by free guessing of masks, by ranking candidates, by
// ranking whole sentences. (Zhao et al. 2024, Figs. 9 to 11; Kassner et al. 2021; Qi et al. 2023)
#include "families.hpp"
#include "neuroglot/experiment/facts/bmlama.hpp"
#include "neuroglot/experiment/facts/mask_match.hpp"
#include "neuroglot/experiment/facts/probe_file.hpp"
#include "neuroglot/experiment/facts/probe_partial.hpp"
#include "neuroglot/experiment/facts/query_hash.hpp"
#include "neuroglot/experiment/facts/read_facts.hpp"
#include "neuroglot/experiment/facts/sentence_ranking.hpp"
#include "neuroglot/experiment/facts/typed_ranking.hpp"
#include "neuroglot/io/atomic_file.hpp"
#include "neuroglot/io/output_claim.hpp"
#include "neuroglot/text/load_tokenizer.hpp"

namespace {

using namespace neuroglot;

using Names = std::vector<std::string>;

void add_options(ng::CommandLine& line) {
  using ng::po::value;
  line.positional_model("config.json, *.safetensors, tokenizer files");
  line.add()("facts", value<std::string>(), "a folder in mLAMA's format: LANG/templates.jsonl, LANG/RELATION.jsonl");
  line.add()("bmlama", value<std::string>(), "instead: a folder in BMLAMA's format, LANG.tsv");
  line.add()("languages", value<Names>()->multitoken(), "LANG ...; without it all that are there");
  line.add()("relations", value<Names>()->multitoken(), "of mLAMA, P36 ...; without it all");
  line.add()(
      "protocol", value<Names>()->multitoken(),
      "one or several of: match, free guessing with 1, 2, ... masks (default of encoders); ranked, the candidates "
      "by the mean log probability over their masks; sentence, the candidates by the log probability of the "
      "whole sentence (default of decoders)");
  line.add()("candidates", value<std::string>(),
             "a folder of LANG.json, {\"P36\": {\"objects\": [...]}}, as mLAMA's TREx_multilingual_objects; relations "
             "that are not in it: their own distinct objects");
  line.add()("score", value<std::string>()->default_value("mean"), "of sentence: mean over the tokens, or sum");
  line.add()("consistency", ng::po::bool_switch(),
             "RankC of each pair of languages, of ranked or sentence; keeps all orders of candidates in memory");
  line.add()("max-masks", value<Index>()->default_value(0),
             "of match; 0: as many as the longest object of the relation in the language has tokens");
  line.add()("max-facts", value<Index>()->default_value(0), "of each relation the first so many; 0: all");
  line.add()("batch", value<Index>()->default_value(4096), "tokens in a pass, about. No result depends on it");
  ng::add_model_options(line);
  line.add()("out", value<std::string>(), "the file that is written: hits.jsonl, a line a fact and language");
  line.add()("summary", value<std::string>(), "the other one; without it probe.json beside OUT");
  line.add()("resume", ng::po::bool_switch(), "keep the relations that an interrupted run left in OUT.partial");
  line.add()("by-relation", ng::po::bool_switch(), "the table on stdout has a row a language and relation");
  line.add()("json", ng::po::bool_switch(), "the table on stdout as JSON instead of TSV");
}

Index not_negative(const ng::CommandLine& line, const std::string& option) {
  const auto value = line.get<Index>(option);
  if (value < 0) throw usage_error("--", option, " ", value, ": not a number of them");
  return value;
}

QuerySet queries(const ng::CommandLine& line) {
  if (line.has("facts") == line.has("bmlama")) throw usage_error("one of --facts and --bmlama is needed");
  const Names languages = line.words("languages");
  const Index max_facts = not_negative(line, "max-facts");
  if (line.has("bmlama")) {
    for (const char* option : {"relations", "candidates"})
      if (line.has(option)) throw usage_error("--", option, ": BMLAMA has prompts and candidates of its own");
    return read_bmlama(line.text("bmlama"), languages, max_facts);
  }
  QueryOptions options{line.words("relations"), std::nullopt, max_facts};
  if (line.has("candidates")) options.candidates = line.text("candidates");
  return fact_queries(read_facts(line.text("facts"), languages), line.text("facts"), options);
}

ProbeContext context_of(const ng::CommandLine& line, AnyModel& model, const Tokenizer& tokenizer) {
  ProbeContext context{&model, &tokenizer, line.model()};
  context.batch = line.get<Index>("batch");
  if (context.batch < 1) throw usage_error("--batch ", context.batch, ": not a number of tokens");
  context.max_masks = not_negative(line, "max-masks");
  context.keeps_orders = line.flag("consistency");
  return context;
}

SentenceScore sentence_score(const std::string& name) {
  if (name != "mean" && name != "sum") throw usage_error("--score ", name, ": is mean or sum");
  return name == "sum" ? SentenceScore::sum : SentenceScore::mean;
}

Names protocol_names(const ng::CommandLine& line, const Config& config) {
  Names chosen = line.words("protocol");
  if (chosen.empty()) chosen.emplace_back(config.is_causal ? SentenceRanking::name : MaskMatch::name);
  return chosen;
}

Protocols protocols_of(const ng::CommandLine& line, const Names& chosen, const ProbeContext& context) {
  Protocols protocols;
  const SentenceScore score = sentence_score(line.text("score"));
  for (const std::string& name : chosen) {
    for (const auto& earlier : protocols)
      if (earlier->name() == name || (name != MaskMatch::name && earlier->name() != MaskMatch::name))
        throw usage_error("--protocol ", name, " beside ", earlier->name(), ": at most match and one ranking");
    if (name == MaskMatch::name)
      add_protocol(protocols, MaskMatch(context));
    else if (name == TypedRanking::name)
      add_protocol(protocols, TypedRanking(context));
    else if (name == SentenceRanking::name)
      add_protocol(protocols, SentenceRanking(context, score));
    else
      throw usage_error("--protocol ", name, ": is match, ranked or sentence");
  }
  std::ranges::stable_sort(protocols, [](const auto& a, const auto& b) {  // so that predictions are those of match
    return a->name() == MaskMatch::name && b->name() != MaskMatch::name;
  });
  if (line.flag("consistency") && protocols.back()->name() == MaskMatch::name)
    throw usage_error("--consistency compares orders of candidates: --protocol ranked or sentence makes them");
  return protocols;
}

std::vector<Measure> measures_of(const Protocols& protocols) {
  std::vector<Measure> measures;
  if (protocols.front()->name() == MaskMatch::name) measures.assign(match_measures.begin(), match_measures.end());
  if (protocols.back()->name() != MaskMatch::name) measures.push_back(ranked_measure);
  return measures;
}

Provenance provenance_of(const ng::CommandLine& line, const AnyModel& model, const Tokenizer& tokenizer,
                         const QuerySet& set, const Protocols& protocols) {
  Provenance provenance = program_provenance("ng-probe");
  provenance["model"] = model_provenance(line.model(), model.config(), tokenizer);
  const char* const kind = line.has("facts") ? "facts" : "bmlama";
  provenance[kind] = {{"folder", std::filesystem::weakly_canonical(line.text(kind)).string()},
                      {"queries", query_count(set)},
                      {"queries_hash", query_hash(set)}};
  if (line.has("candidates")) provenance["candidates"] = line.text("candidates");
  for (const auto& protocol : protocols) provenance["protocols"].push_back(protocol->name());
  if (protocols.back()->name() == SentenceRanking::name) provenance["score"] = line.text("score");
  provenance["max_masks"] = line.get<Index>("max-masks");
  provenance["max_facts"] = line.get<Index>("max-facts");
  provenance["consistency"] = line.flag("consistency");
  provenance["dtype"] = line.text("dtype");
  provenance["backend"] = model.backend_name();
  return provenance;
}

Hits hits_of(const ProbeResults& results, const Provenance& provenance) {
  Hits hits{provenance, {}};
  for (const ProbedLanguage& language : results) {
    LanguageHits& of = hits.languages.emplace_back(LanguageHits{language.language, {}});
    for (const RelationResult& relation : language.relations)
      for (const ProbedFact& fact : relation.facts) of.hits.push_back(fact.hit);
  }
  return hits;
}

void tell_skipped(const ng::CommandLine& line, const std::vector<SkippedFact>& skipped) {
  if (line.flag("quiet")) return;
  for (const SkippedFact& one : skipped) std::cerr << one.place << ": left out: " << one.why << '\n';
}

int run(int argc, char** argv) {
  ng::CommandLine line(
      "ng-probe", "MODEL --facts DIR --out hits.jsonl [options]",
      "Asks a model facts in many languages and says which it predicts. Each fact's outcome goes to OUT, P@1 of each\n"
      "language and relation with what was left out to probe.json, a row a language to stdout, the last two of them\n"
      "the pooled mean over facts and the macro mean over languages.",
      "  ng-probe bert-base-multilingual-cased --facts mlama1.1 --out run/hits.jsonl > run/probe.tsv\n"
      "  ng-probe xlm-roberta-large --facts mlama1.1 --languages en de ja --relations P36 P103 --max-masks 5 \\\n"
      "           --protocol match ranked --candidates TREx_multilingual_objects --out run/hits.jsonl\n"
      "  ng-probe SmolLM2-135M --bmlama BMLAMA53 --languages en de ja --consistency --out run/hits.jsonl\n");
  add_options(line);
  if (!line.parse(argc, argv)) return 0;

  const auto out = line.required_path("out");
  const std::filesystem::path summary_file =
      line.has("summary") ? std::filesystem::path(line.text("summary")) : out.parent_path() / "probe.json";
  const OutputClaim claim(out);
  require_writable(summary_file);
  const QuerySet set = queries(line);
  tell_skipped(line, set.skipped);
  const auto tokenizer = load_tokenizer(line.model());
  const auto model = ng::load_model(line, line.model());
  const ProbeContext context = context_of(line, *model, *tokenizer);
  const Protocols protocols = protocols_of(line, protocol_names(line, model->config()), context);
  const Provenance provenance = provenance_of(line, *model, *tokenizer, set, protocols);

  ProbeResults results = empty_results(set);
  const std::filesystem::path partial = out.string() + ".partial";
  PartialProbe progress(partial, provenance, line.flag("resume"), set, results);
  probe_facts(set, protocols, results, line.flag("quiet"),
              [&](const std::string& language, const RelationResult& result) {
                tell_skipped(line, result.skipped);
                progress.add(language, result);
              });
  const ProbeSummary summary = summarise(results, measures_of(protocols));
  std::optional<Consistency> consistency;
  if (context.keeps_orders) consistency = consistency_of(set, results);
  write_hits(out, hits_of(results, provenance));
  write_file(summary_file, probe_json(summary, set, results, consistency, provenance).dump(1) + "\n");
  std::filesystem::remove(partial);
  const Table table = line.flag("by-relation") ? relation_table(summary) : probe_table(summary);
  std::cout << (line.flag("json") ? to_json(table) : to_tsv(table));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  return ng::guarded("ng-probe", [&] { return run(argc, argv); });
}
